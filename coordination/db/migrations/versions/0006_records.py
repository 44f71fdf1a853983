"""Resources that are searched, followed and subscribed to: terms, past versions, notifications.

What a referral, an offer and the figures of a service were before, and that they changed, the
database keeps by itself: no statement can forget it (docs/decisions/0018).
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"

SHOWN = {
    "referral": ("state", "reason"),
    "offer": (
        "state", "reason", "expires_at", "starts_at", "started_at", "ended_at", "kept_until",
    ),
    "capacity": (
        "unit", "total", "used", "closed", "held", "reserved", "as_of", "valid_until", "source",
        "conflict", "stop_reason", "stop_until",
    ),
}  # fmt: skip
"""Of which columns an earlier version is shown."""

KEEP = """
CREATE FUNCTION keep_{table}() RETURNS trigger LANGUAGE plpgsql AS $keep$
BEGIN
  IF TG_OP = 'UPDATE' THEN
    INSERT INTO past (of, id, version, changed_at, shown)
    VALUES ('{of}', OLD.{id}, OLD.version, OLD.{at}, json_build_object({shown}));
  END IF;
  INSERT INTO change (of, key, version) VALUES ('{of}', NEW.{id}, NEW.version);
  RETURN NULL;
END $keep$
"""

KEEP_SUBSCRIPTION = """
CREATE FUNCTION keep_subscription() RETURNS trigger LANGUAGE plpgsql AS $keep$
BEGIN
  INSERT INTO past (of, id, version, changed_at, shown)
  VALUES ('subscription', OLD.id, OLD.version, OLD.updated_at, json_build_object(
    'state', OLD.state, 'error', OLD.error, 'body', encode(OLD.body, 'base64')));
  RETURN NULL;
END $keep$
"""


# A report may be as of hours ago: who follows the services asks what changed since they looked.
STAMP = """
CREATE FUNCTION stamp_capacity() RETURNS trigger LANGUAGE plpgsql AS $stamp$
BEGIN
  NEW.changed_at := now();
  RETURN NEW;
END $stamp$
"""

# Another description of a service is another version of it, and the old one is kept.
DESCRIBE = """
CREATE FUNCTION keep_description() RETURNS trigger LANGUAGE plpgsql AS $keep$
BEGIN
  INSERT INTO past (of, id, version, changed_at, shown)
  SELECT 'description', OLD.id, c.version, c.changed_at, OLD.profile
  FROM capacity c WHERE c.service_id = OLD.id
  ON CONFLICT DO NOTHING;
  UPDATE capacity SET changed_at = now(),
    version = CASE WHEN version > 0 THEN version + 1 ELSE 0 END
  WHERE service_id = OLD.id;
  RETURN NULL;
END $keep$
"""


def upgrade() -> None:
    op.create_table(
        "change",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("of", sa.Text(), nullable=False, comment="referral, offer or service"),
        sa.Column("key", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column(
            "at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_change")),
    )
    op.create_table(
        "past",
        sa.Column("of", sa.Text(), nullable=False, comment="referral, offer or service"),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column(
            "changed_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="when this version came to be",
        ),
        sa.Column(
            "shown", postgresql.JSON(), nullable=False, comment="the columns of which it is shown"
        ),
        sa.PrimaryKeyConstraint("of", "id", "version", name=op.f("pk_past")),
    )
    op.create_index("ix_past_changed", "past", ["of", "changed_at"], unique=False)
    op.create_table(
        "resource_past",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("referral_id", sa.Uuid(), nullable=True),
        sa.Column(
            "body", sa.LargeBinary(), nullable=False, comment="sealed, verbatim, of that version"
        ),
        sa.PrimaryKeyConstraint("id", "version", name=op.f("pk_resource_past")),
    )
    op.create_index(
        "ix_resource_past_changed", "resource_past", ["organisation_id", "updated_at"], unique=False
    )
    op.create_table(
        "subscription",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column(
            "actor",
            sa.Text(),
            nullable=False,
            comment="who asked for it, as the audit log names them",
        ),
        sa.Column("role", sa.Text(), nullable=False, comment="may see what this role may see"),
        sa.Column("subregions", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("state", sa.Text(), nullable=False, comment="requested, active, error or off"),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("filters", postgresql.JSON(), nullable=False, comment="parameters of the topic"),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "events", sa.BigInteger(), server_default="0", nullable=False, comment="numbered so far"
        ),
        sa.Column(
            "heartbeat", sa.Integer(), nullable=True, comment="seconds between signs of life"
        ),
        sa.Column(
            "heartbeat_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="when the next is due",
        ),
        sa.Column(
            "error",
            sa.Text(),
            nullable=True,
            comment="class of the last failure; never an address or an answer",
        ),
        sa.Column(
            "started_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="since when events are numbered: its handshake arrived",
        ),
        sa.Column(
            "leased_until",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="someone tries one of its notifications until then",
        ),
        sa.Column(
            "body",
            sa.LargeBinary(),
            nullable=False,
            comment="sealed: the resource, address, headers",
        ),
        sa.CheckConstraint(
            "state IN ('requested', 'active', 'error', 'off')", name=op.f("ck_subscription_state")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_subscription_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscription")),
    )
    op.create_index(
        "ix_subscription_live",
        "subscription",
        ["topic"],
        unique=False,
        postgresql_where=sa.text("state <> 'off'"),
    )
    op.create_index(
        "ix_subscription_organisation", "subscription", ["organisation_id"], unique=False
    )
    op.create_table(
        "notification",
        sa.Column("id", sa.Uuid(), nullable=False, comment="also the idempotency key"),
        sa.Column("subscription_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind", sa.Text(), nullable=False, comment="handshake, heartbeat or event-notification"
        ),
        sa.Column("number", sa.BigInteger(), nullable=True, comment="of the event, from 1"),
        sa.Column("focus", sa.Text(), nullable=True, comment="Type/id; never more"),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("dead_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["subscription_id"], ["subscription.id"], name=op.f("fk_notification_subscription_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notification")),
    )
    op.create_index(
        "ix_notification_dead",
        "notification",
        ["subscription_id"],
        unique=False,
        postgresql_where=sa.text("dead_at IS NOT NULL"),
    )
    op.create_index(
        "ix_notification_waiting",
        "notification",
        ["subscription_id", "number"],
        unique=False,
        postgresql_where=sa.text("delivered_at IS NULL AND dead_at IS NULL"),
    )
    op.create_index(
        "uq_notification_number", "notification", ["subscription_id", "number"], unique=True
    )
    op.add_column(
        "resource",
        sa.Column(
            "terms",
            sa.ARRAY(sa.BigInteger()),
            server_default="{}",
            nullable=False,
            comment="keyed hashes of what it is searched by",
        ),
    )
    op.add_column(
        "resource",
        sa.Column(
            "beside",
            sa.ARRAY(sa.BigInteger()),
            server_default="{}",
            nullable=False,
            comment="the same of what too many have, or few ask, to stand in an index",
        ),
    )
    op.add_column(
        "resource",
        sa.Column(
            "written",
            postgresql.TSTZRANGE(),
            nullable=True,
            comment="when it was authored, recorded or sent",
        ),
    )
    op.add_column(
        "resource",
        sa.Column(
            "about", postgresql.TSTZRANGE(), nullable=True, comment="the time that it is about"
        ),
    )
    op.add_column(
        "resource",
        sa.Column(
            "stated",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
            comment="shows the state of its referral in place of its own",
        ),
    )
    op.execute(
        "UPDATE resource x SET stated = true FROM referral r"
        " WHERE r.id = x.referral_id AND x.id IN (r.id, r.task_id)"
    )
    op.add_column(
        "capacity",
        sa.Column(
            "changed_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
            comment="when this version came to be; as_of may be hours before",
        ),
    )
    op.create_index("ix_capacity_changed", "capacity", ["changed_at"], unique=False)
    op.create_index("ix_referral_changed", "referral", ["changed_at"], unique=False)
    op.create_index(
        "ix_referral_organisation_changed",
        "referral",
        ["organisation_id", "changed_at"],
        unique=False,
    )
    op.create_index("ix_offer_changed", "offer", ["changed_at"], unique=False)
    op.drop_index("ix_resource_owner", table_name="resource")
    op.create_index(
        "ix_resource_owner", "resource", ["organisation_id", "type", "stated", "id"], unique=False
    )
    op.create_index("ix_resource_type", "resource", ["type", "stated", "id"], unique=False)
    op.create_index(
        "ix_resource_type_changed", "resource", ["type", "stated", "updated_at"], unique=False
    )
    op.drop_index(
        op.f("ix_resource_identifiers"),
        table_name="resource",
        postgresql_with={"fastupdate": "on"},
        postgresql_using="gin",
        postgresql_where="(type = ANY (ARRAY['ServiceRequest'::text, 'Task'::text]))",
    )
    op.create_index(
        "ix_resource_changed", "resource", ["organisation_id", "updated_at"], unique=False
    )
    op.create_index(
        "ix_resource_terms",
        "resource",
        ["terms"],
        unique=False,
        postgresql_using="gin",
        postgresql_with={"fastupdate": "on", "gin_pending_list_limit": 512},
    )
    op.drop_column("resource", "identifiers")
    op.create_index("ix_audit_entity", "audit", ["entity", "id"], unique=False)
    op.create_index(
        "ix_audit_entities",
        "audit",
        [sa.literal_column("string_to_array(entity, ',')")],
        unique=False,
        postgresql_using="gin",
        postgresql_where="entity LIKE '%,%'",
    )

    for table, of, identity, at in (
        ("referral", "referral", "id", "changed_at"),
        ("offer", "offer", "id", "changed_at"),
        ("capacity", "service", "service_id", "changed_at"),
    ):
        shown = ", ".join(f"'{name}', OLD.{name}" for name in SHOWN[table])
        op.execute(KEEP.format(table=table, of=of, id=identity, at=at, shown=shown))
        op.execute(
            f"CREATE TRIGGER keep_new AFTER INSERT ON {table}"
            f" FOR EACH ROW EXECUTE FUNCTION keep_{table}()"
        )
        op.execute(
            f"CREATE TRIGGER keep_changed AFTER UPDATE ON {table} FOR EACH ROW"
            f" WHEN (OLD.version IS DISTINCT FROM NEW.version) EXECUTE FUNCTION keep_{table}()"
        )
    op.execute(STAMP)
    op.execute(
        "CREATE TRIGGER stamp_changed BEFORE UPDATE ON capacity FOR EACH ROW"
        " WHEN (OLD.version IS DISTINCT FROM NEW.version) EXECUTE FUNCTION stamp_capacity()"
    )
    op.execute(DESCRIBE)
    op.execute(
        "CREATE TRIGGER keep_changed AFTER UPDATE ON service FOR EACH ROW"
        " WHEN (OLD.profile::text IS DISTINCT FROM NEW.profile::text)"
        " EXECUTE FUNCTION keep_description()"
    )
    op.execute(KEEP_SUBSCRIPTION)
    op.execute(
        "CREATE TRIGGER keep_changed AFTER UPDATE ON subscription FOR EACH ROW"
        " WHEN (OLD.version IS DISTINCT FROM NEW.version) EXECUTE FUNCTION keep_subscription()"
    )
