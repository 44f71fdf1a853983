"""Waiting, bridging, what follows a placement, and the proposal for all.

New columns are empty or have a constant default, so that no row is rewritten; the indexes and
checks that are made anew read the offers once, of which there are few.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TSTZMULTIRANGE

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "proposal",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False, comment="ids and figures only"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal")),
    )
    op.create_index(op.f("ix_proposal_made_at"), "proposal", ["made_at"], unique=False)
    op.add_column(
        "offer",
        sa.Column(
            "purpose",
            sa.Text(),
            server_default="place",
            nullable=False,
            comment="place, or bridge: care at home until there is one",
        ),
    )
    op.add_column(
        "offer",
        sa.Column(
            "starts_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="another moment, proposed by the service",
        ),
    )
    op.add_column("offer", sa.Column("started_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "offer",
        sa.Column(
            "kept_until",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="the bed is kept while the person is in hospital",
        ),
    )
    op.add_column(
        "offer",
        sa.Column(
            "absent",
            TSTZMULTIRANGE(),
            nullable=True,
            comment="when the person was not in the bed that was kept",
        ),
    )
    op.add_column(
        "capacity",
        sa.Column(
            "keeps",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
            comment="a bed is kept for someone in hospital, or was after as_of",
        ),
    )
    op.add_column("offer", sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("offer", sa.Column("destination", sa.Text(), nullable=True))
    op.drop_index("uq_offer_one_place_a_person", table_name="offer")
    op.create_index(
        "uq_offer_one_place_a_person",
        "offer",
        ["person_id", "purpose"],
        unique=True,
        postgresql_where=sa.text("state = 'accepted'"),
    )
    op.drop_index("uq_offer_one_place_a_referral", table_name="offer")
    op.create_index(
        "uq_offer_one_place_a_referral",
        "offer",
        ["referral_id", "purpose"],
        unique=True,
        postgresql_where=sa.text("state IN ('accepted', 'completed', 'away')"),
    )
    op.create_index(
        "ix_offer_kept",
        "offer",
        ["kept_until"],
        unique=False,
        postgresql_where=sa.text("state = 'away'"),
    )
    op.add_column(
        "referral",
        sa.Column(
            "place_by",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="the clock of its kind of care; none: older than that",
        ),
    )
    op.add_column(
        "referral",
        sa.Column(
            "waiting_since",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="on the waiting list",
        ),
    )
    op.add_column(
        "referral",
        sa.Column(
            "escalated_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="the duty coordinator was told that place_by nears",
        ),
    )
    op.add_column(
        "referral",
        sa.Column(
            "found_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="the desk was told that there is a place now",
        ),
    )
    op.create_index(
        "ix_referral_place_by",
        "referral",
        ["place_by"],
        unique=False,
        postgresql_where=sa.text(
            "escalated_at IS NULL AND state NOT IN ('accepted', 'placed', 'closed', 'cancelled')"
        ),
    )
    op.create_index(
        "ix_referral_waiting",
        "referral",
        ["waiting_since"],
        unique=False,
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.drop_index("ix_offer_due", table_name="offer")
    op.create_index(
        "ix_offer_due",
        "offer",
        ["expires_at"],
        postgresql_where=sa.text("state IN ('requested', 'countered')"),
    )
    op.create_index("ix_offer_created", "offer", ["created_at"])
    op.create_index(
        "ix_offer_standing",
        "offer",
        ["state", "service_id"],
        postgresql_where=sa.text(
            "state IN ('requested', 'countered', 'waiting', 'accepted', 'completed', 'away')"
        ),
    )
    op.drop_index("uq_offer_asked_once", table_name="offer")
    op.create_index(
        "uq_offer_asked_once",
        "offer",
        ["referral_id", "service_id"],
        unique=True,
        postgresql_where=sa.text("state IN ('requested', 'countered', 'waiting')"),
    )
    op.create_check_constraint(op.f("ck_offer_purpose"), "offer", "purpose IN ('place', 'bridge')")
    op.create_check_constraint(
        op.f("ck_offer_kept_while_away"), "offer", "(state = 'away') = (kept_until IS NOT NULL)"
    )
    op.create_check_constraint(
        op.f("ck_offer_ended_somewhere"), "offer", "(state = 'ended') = (destination IS NOT NULL)"
    )
