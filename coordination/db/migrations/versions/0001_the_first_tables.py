"""The first tables."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "audit",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column(
            "at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column("request_id", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("entity", sa.Text(), nullable=False, comment="kind/id of what was touched"),
        sa.Column("referral_id", sa.Uuid(), nullable=True),
        sa.Column(
            "detail",
            postgresql.JSON(astext_type=sa.Text()),
            nullable=True,
            comment="codes and counts, never a value of a person",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    op.create_index(op.f("ix_audit_referral_id_id"), "audit", ["referral_id", "id"], unique=False)
    op.create_table(
        "organisation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("ura", sa.Text(), nullable=True),
        sa.Column("agb", sa.Text(), nullable=True),
        sa.Column("subregion", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation")),
        sa.UniqueConstraint("agb", name=op.f("uq_organisation_agb")),
        sa.UniqueConstraint("ura", name=op.f("uq_organisation_ura")),
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.Uuid(), nullable=False, comment="also the idempotency key"),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column(
            "recipient", sa.Uuid(), nullable=True, comment="organisation, or none for the desk"
        ),
        sa.Column(
            "payload",
            postgresql.JSON(astext_type=sa.Text()),
            nullable=False,
            comment="ids and codes only",
        ),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("dead_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
    )
    op.create_index(
        "ix_outbox_due",
        "outbox",
        ["next_attempt_at"],
        unique=False,
        postgresql_where=sa.text("delivered_at IS NULL AND dead_at IS NULL"),
    )
    op.create_table(
        "person",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False, comment="keyed hash of the identity"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("key", name=op.f("uq_person_key")),
    )
    op.create_table(
        "resource",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("referral_id", sa.Uuid(), nullable=True),
        sa.Column("position", sa.SmallInteger(), nullable=False, comment="its place in the bundle"),
        sa.Column(
            "identifiers", sa.ARRAY(sa.Text()), nullable=False, comment="system|value, never a BSN"
        ),
        sa.Column("body", sa.LargeBinary(), nullable=False, comment="sealed, verbatim"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_resource")),
    )
    op.create_index(
        "ix_resource_identifiers",
        "resource",
        ["identifiers"],
        unique=False,
        postgresql_using="gin",
        postgresql_where=sa.text("type IN ('ServiceRequest', 'Task')"),
        postgresql_with={"fastupdate": "on"},
    )
    op.create_index(
        "ix_resource_owner", "resource", ["organisation_id", "type", "id"], unique=False
    )
    op.create_index(
        op.f("ix_resource_referral_id_position"),
        "resource",
        ["referral_id", "position"],
        unique=False,
    )
    op.create_table(
        "referral",
        sa.Column("id", sa.Uuid(), nullable=False, comment="that of the ServiceRequest"),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("entered_by", sa.Uuid(), nullable=False),
        sa.Column("identifier", sa.Text(), nullable=False, comment="system|value"),
        sa.Column(
            "content", sa.LargeBinary(), nullable=False, comment="hash of the bundle's content"
        ),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("task_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("urgency", sa.SmallInteger(), nullable=False),
        sa.Column("lane", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("review_due", sa.DateTime(timezone=True), nullable=False),
        sa.Column("subregion", sa.Text(), nullable=True),
        sa.Column("place", sa.Text(), nullable=True, comment="four digits of the postcode"),
        sa.Column("entered_urgency", sa.SmallInteger(), nullable=True),
        sa.Column(
            "intended_destination", sa.Text(), nullable=True, comment="locked before advice shows"
        ),
        sa.Column("authored_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("need", postgresql.JSON(astext_type=sa.Text()), nullable=False),
        sa.Column("shortlist", postgresql.JSON(astext_type=sa.Text()), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True, comment="why it was cancelled or closed"),
        sa.CheckConstraint("urgency BETWEEN 0 AND 5", name=op.f("ck_referral_urgency")),
        sa.ForeignKeyConstraint(
            ["entered_by"], ["organisation.id"], name=op.f("fk_referral_entered_by")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_referral_organisation_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_referral_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_referral")),
    )
    op.create_index("ix_referral_patient", "referral", ["patient_id"], unique=False)
    op.create_index("ix_referral_person", "referral", ["person_id"], unique=False)
    op.create_index("ix_referral_task", "referral", ["task_id"], unique=False)
    op.create_index(
        "ix_referral_worklist",
        "referral",
        ["urgency", "received_at", "id"],
        unique=False,
        postgresql_where=sa.text("state NOT IN ('placed', 'closed', 'cancelled')"),
    )
    op.create_index(
        "uq_referral_identifier", "referral", ["organisation_id", "identifier"], unique=True
    )
    op.create_table(
        "site",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("pc4", sa.Text(), nullable=False),
        sa.Column("subregion", sa.Text(), nullable=False),
        sa.Column("latitude", sa.Double(), nullable=False),
        sa.Column("longitude", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_site_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site")),
    )
    op.create_table(
        "advice",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column(
            "picture",
            postgresql.JSON(astext_type=sa.Text()),
            nullable=False,
            comment="the facts used, to replay it",
        ),
        sa.Column("body", postgresql.JSON(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["referral_id"], ["referral.id"], name=op.f("fk_advice_referral_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_advice")),
    )
    op.create_index(op.f("ix_advice_referral_id_id"), "advice", ["referral_id", "id"], unique=False)
    op.create_table(
        "service",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("subregion", sa.Text(), nullable=False),
        sa.Column("kinds", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column(
            "profile",
            postgresql.JSON(astext_type=sa.Text()),
            nullable=False,
            comment="capacity.supply.Service as it is matched",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_service_organisation_id")
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_service_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service")),
    )
    op.create_table(
        "capacity",
        sa.Column("service_id", sa.Uuid(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column(
            "total",
            sa.Numeric(precision=10, scale=2),
            nullable=False,
            comment="beds staffed, or hours contracted",
        ),
        sa.Column(
            "used",
            sa.Numeric(precision=10, scale=2),
            nullable=False,
            comment="beds occupied, or hours committed",
        ),
        sa.Column("closed", sa.Numeric(precision=10, scale=2), server_default="0", nullable=False),
        sa.Column(
            "held",
            sa.Numeric(precision=10, scale=2),
            server_default="0",
            nullable=False,
            comment="by open offers",
        ),
        sa.Column(
            "reserved",
            sa.Numeric(precision=10, scale=2),
            server_default="0",
            nullable=False,
            comment="accepted after as_of",
        ),
        sa.Column("as_of", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column(
            "version",
            sa.Integer(),
            server_default="1",
            nullable=False,
            comment="of the report: ETag",
        ),
        sa.Column("conflict", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("stop_reason", sa.Text(), nullable=True),
        sa.Column("stop_until", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "conflict OR used + closed + held + reserved <= total",
            name=op.f("ck_capacity_promised_fits_or_marked"),
        ),
        sa.CheckConstraint(
            "held >= 0 AND reserved >= 0", name=op.f("ck_capacity_promised_not_negative")
        ),
        sa.CheckConstraint(
            "total >= 0 AND used >= 0 AND closed >= 0",
            name=op.f("ck_capacity_reported_not_negative"),
        ),
        sa.CheckConstraint("used + closed <= total", name=op.f("ck_capacity_reported_fits")),
        sa.CheckConstraint("valid_until >= as_of", name=op.f("ck_capacity_validity_from_as_of")),
        sa.ForeignKeyConstraint(
            ["service_id"], ["service.id"], name=op.f("fk_capacity_service_id")
        ),
        sa.PrimaryKeyConstraint("service_id", name=op.f("pk_capacity")),
    )
    op.create_table(
        "capacity_report",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("service_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("total", sa.Numeric(precision=10, scale=2), nullable=False),
        sa.Column("used", sa.Numeric(precision=10, scale=2), nullable=False),
        sa.Column("closed", sa.Numeric(precision=10, scale=2), nullable=False),
        sa.Column("as_of", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column(
            "received_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["service_id"], ["service.id"], name=op.f("fk_capacity_report_service_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_capacity_report")),
    )
    op.create_index(
        op.f("ix_capacity_report_service_id_as_of"),
        "capacity_report",
        ["service_id", "as_of"],
        unique=False,
    )
    op.create_table(
        "offer",
        sa.Column("id", sa.Uuid(), nullable=False, comment="that of the Task"),
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("service_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("amount", sa.Numeric(precision=10, scale=2), nullable=False),
        sa.Column(
            "need",
            postgresql.JSON(astext_type=sa.Text()),
            nullable=False,
            comment="what is asked, without identity",
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_offer_amount")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_offer_organisation_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_offer_person_id")),
        sa.ForeignKeyConstraint(
            ["referral_id"], ["referral.id"], name=op.f("fk_offer_referral_id")
        ),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name=op.f("fk_offer_service_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offer")),
    )
    op.create_index(
        "ix_offer_due",
        "offer",
        ["expires_at"],
        unique=False,
        postgresql_where=sa.text("state = 'requested'"),
    )
    op.create_index(
        "ix_offer_organisation", "offer", ["organisation_id", "state", "id"], unique=False
    )
    op.create_index("ix_offer_referral", "offer", ["referral_id"], unique=False)
    op.create_index("ix_offer_service", "offer", ["service_id", "accepted_at"], unique=False)
    op.create_index(
        "uq_offer_asked_once",
        "offer",
        ["referral_id", "service_id"],
        unique=True,
        postgresql_where=sa.text("state = 'requested'"),
    )
    op.create_index(
        "uq_offer_one_place_a_person",
        "offer",
        ["person_id"],
        unique=True,
        postgresql_where=sa.text("state = 'accepted'"),
    )
    op.create_index(
        "uq_offer_one_place_a_referral",
        "offer",
        ["referral_id"],
        unique=True,
        postgresql_where=sa.text("state IN ('accepted', 'completed')"),
    )
    # What was seen or done is never changed or taken back, not by the service either.
    op.execute(
        """
        CREATE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'the audit log is append-only'; END $$
        """
    )
    op.execute(
        """
        CREATE TRIGGER audit_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
        FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only()
        """
    )
