"""Visits by part of the day, waiting, bridging, what follows a placement, and who is alerted.

New columns are empty or have a constant default, so that no row is rewritten; the indexes and
checks that are made anew read the offers once, of which there are few.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "proposal",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False, comment="ids and figures only"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal")),
    )
    op.create_index(op.f("ix_proposal_made_at"), "proposal", ["made_at"], unique=False)
    op.create_table(
        "contact",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False, comment="webhook or email"),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column(
            "secret", sa.LargeBinary(), nullable=True, comment="sealed; signs what is posted"
        ),
        sa.Column("topics", sa.ARRAY(sa.Text()), nullable=False, comment="empty: every alert"),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("channel IN ('webhook', 'email')", name=op.f("ck_contact_channel")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_contact_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact")),
    )
    op.create_index(
        op.f("ix_contact_organisation_id"), "contact", ["organisation_id"], unique=False
    )
    op.create_table(
        "delivery",
        sa.Column("id", sa.Uuid(), nullable=False, comment="also the idempotency key"),
        sa.Column("message_id", sa.Uuid(), nullable=False, comment="of the outbox"),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("dead_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name=op.f("fk_delivery_contact_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
    )
    op.create_index(
        "ix_delivery_due",
        "delivery",
        ["next_attempt_at"],
        unique=False,
        postgresql_where=sa.text("delivered_at IS NULL AND dead_at IS NULL"),
    )
    op.create_index("uq_delivery_once", "delivery", ["message_id", "contact_id"], unique=True)
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
        "outbox",
        sa.Column(
            "spread_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="when a delivery was made for each contact",
        ),
    )
    op.create_index(
        "ix_outbox_spread",
        "outbox",
        ["id"],
        unique=False,
        postgresql_where=sa.text("spread_at IS NULL"),
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
