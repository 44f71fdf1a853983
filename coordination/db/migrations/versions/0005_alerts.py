"""Who is alerted, and each alert on its way.

The new index of the outbox reads it once; messages of before find no contact to go to.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "contact",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False, comment="webhook or email"),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column(
            "secret", sa.LargeBinary(), nullable=True, comment="sealed; signs what is posted"
        ),
        sa.Column("topics", sa.ARRAY(sa.Text()), nullable=False, comment="empty: the usual alerts"),
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
    op.create_index(
        op.f("ix_delivery_contact_id_created_at"), "delivery", ["contact_id", "created_at"]
    )
    op.create_index("uq_delivery_once", "delivery", ["message_id", "contact_id"], unique=True)
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
