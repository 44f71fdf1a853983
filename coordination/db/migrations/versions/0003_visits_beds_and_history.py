"""Visits by part of the day, named beds, and more of each report in the history.

New columns are empty or have a constant default, so that no row is rewritten.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "capacity_slot",
        sa.Column("service_id", sa.Uuid(), nullable=False),
        sa.Column("shift", sa.Text(), nullable=False, comment="part of the day"),
        sa.Column(
            "total", sa.SmallInteger(), nullable=False, comment="visits a day that can be made"
        ),
        sa.Column("used", sa.SmallInteger(), nullable=False),
        sa.Column("held", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("reserved", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("conflict", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column(
            "as_of",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
            comment="of the newest report that named visits: what was accepted later is reserved",
        ),
        sa.CheckConstraint(
            "conflict OR used + held + reserved <= total",
            name=op.f("ck_capacity_slot_promised_fits_or_marked"),
        ),
        sa.CheckConstraint(
            "total >= 0 AND used >= 0 AND held >= 0 AND reserved >= 0",
            name=op.f("ck_capacity_slot_not_negative"),
        ),
        sa.CheckConstraint("used <= total", name=op.f("ck_capacity_slot_reported_fits")),
        sa.ForeignKeyConstraint(
            ["service_id"], ["service.id"], name=op.f("fk_capacity_slot_service_id")
        ),
        sa.PrimaryKeyConstraint("service_id", "shift", name=op.f("pk_capacity_slot")),
    )
    op.add_column(
        "capacity",
        sa.Column(
            "releases",
            sa.JSON(),
            nullable=True,
            comment="what is expected to come free: [{at, amount}]",
        ),
    )
    op.add_column(
        "capacity",
        sa.Column(
            "reminded", sa.Integer(), nullable=True, comment="the version for which a reminder left"
        ),
    )
    op.add_column("capacity_report", sa.Column("stop_reason", sa.Text(), nullable=True))
    op.add_column(
        "capacity_report", sa.Column("stop_until", sa.DateTime(timezone=True), nullable=True)
    )
    op.add_column(
        "capacity_report",
        sa.Column(
            "details", sa.JSON(), nullable=True, comment="slots and releases, where there are any"
        ),
    )
    op.add_column(
        "capacity_report",
        sa.Column(
            "digest", sa.LargeBinary(), nullable=True, comment="of what was sent, to know it again"
        ),
    )
    op.add_column(
        "capacity_report",
        sa.Column(
            "counted",
            sa.Boolean(),
            server_default=sa.text("true"),
            nullable=False,
            comment="false: it came after a later one, and changed nothing",
        ),
    )
    op.create_table(
        "bed",
        sa.Column(
            "id",
            sa.Uuid(),
            nullable=False,
            comment="that of the Location, chosen by its sender",
        ),
        sa.Column("service_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False, comment="what it counts as"),
        sa.Column("version", sa.Integer(), nullable=False, comment="counts changes, from 1: ETag"),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False, comment="sealed, verbatim"),
        sa.CheckConstraint(
            "state IN ('free', 'occupied', 'closed', 'gone')", name=op.f("ck_bed_state")
        ),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name=op.f("fk_bed_service_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bed")),
    )
    op.create_index(op.f("ix_bed_service_id"), "bed", ["service_id"], unique=False)
