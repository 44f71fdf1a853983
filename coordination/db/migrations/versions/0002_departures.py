"""Departures from the advice, and a referral's own urgency beside the person's.

The new column is empty, so that no row is rewritten; the locks on referral and advice last for a
moment, and processes of the version before this one may go on.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column(
        "referral",
        sa.Column(
            "own_urgency",
            sa.SmallInteger(),
            nullable=True,
            comment="by itself, where another referral of the person raised it; else as urgency",
        ),
    )
    op.create_table(
        "departure",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("advice_id", sa.Uuid(), nullable=False, comment="departed from"),
        sa.Column("advised_urgency", sa.SmallInteger(), nullable=False),
        sa.Column("advised_lane", sa.Text(), nullable=False),
        sa.Column("advised_kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("urgency", sa.SmallInteger(), nullable=True, comment="instead; none: as advised"),
        sa.Column("kind", sa.Text(), nullable=True, comment="instead; none: as advised"),
        sa.Column("lane", sa.Text(), nullable=False, comment="that follows"),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("explanation", sa.LargeBinary(), nullable=True, comment="sealed"),
        sa.Column("second", sa.Text(), nullable=True, comment="who must agree; none: nobody"),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_role", sa.Text(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("decided_role", sa.Text(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True, comment="when it lapsed"),
        sa.Column("because", sa.Text(), nullable=True, comment="why it was rejected or lapsed"),
        sa.CheckConstraint(
            "urgency IS NOT NULL OR kind IS NOT NULL", name=op.f("ck_departure_departs")
        ),
        sa.CheckConstraint(
            "state <> 'effective' OR second IS NULL OR COALESCE(decided_by, made_by) <> made_by",
            name=op.f("ck_departure_by_two"),
        ),
        sa.ForeignKeyConstraint(
            ["referral_id"], ["referral.id"], name=op.f("fk_departure_referral_id")
        ),
        sa.ForeignKeyConstraint(["advice_id"], ["advice.id"], name=op.f("fk_departure_advice_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_departure")),
    )
    op.create_index("ix_departure_referral", "departure", ["referral_id", "id"], unique=False)
    op.create_index(
        "uq_departure_standing",
        "departure",
        ["referral_id", "state"],
        unique=True,
        postgresql_where=sa.text("state IN ('proposed', 'effective')"),
    )
