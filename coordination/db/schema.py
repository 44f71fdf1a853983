"""The tables, as declared for the migrations; statements stand in the modules beside this one.

Amounts are beds (whole) or nursing hours a week; times are with time zone. What the sender
sent of a person is sealed (AES-GCM) in ``body``; nothing else holds a name or a number.
"""

from __future__ import annotations

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Double,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Numeric,
    SmallInteger,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSON, TSTZMULTIRANGE, TSTZRANGE

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Moment = DateTime(timezone=True)
Amount = Numeric(10, 2)

organisation = Table(
    "organisation",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("name", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("ura", Text, unique=True),
    Column("agb", Text, unique=True),
    Column("subregion", Text),
)

site = Table(
    "site",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("organisation_id", ForeignKey(organisation.c.id), nullable=False),
    Column("name", Text, nullable=False),
    Column("pc4", Text, nullable=False),
    Column("subregion", Text, nullable=False),
    Column("latitude", Double, nullable=False),
    Column("longitude", Double, nullable=False),
)

service = Table(
    "service",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("organisation_id", ForeignKey(organisation.c.id), nullable=False),
    Column("site_id", ForeignKey(site.c.id), nullable=False),
    Column("name", Text, nullable=False),
    Column("unit", Text, nullable=False),
    Column("subregion", Text, nullable=False),
    Column("kinds", ARRAY(Text), nullable=False),
    Column("profile", JSON, nullable=False, comment="capacity.supply.Service as it is matched"),
)

capacity = Table(
    "capacity",
    metadata,
    Column("service_id", ForeignKey(service.c.id), primary_key=True),
    Column("unit", Text, nullable=False),
    Column("total", Amount, nullable=False, comment="beds staffed, or hours contracted"),
    Column("used", Amount, nullable=False, comment="beds occupied, or hours committed"),
    Column("closed", Amount, nullable=False, server_default="0"),
    Column("held", Amount, nullable=False, server_default="0", comment="by open offers"),
    Column("reserved", Amount, nullable=False, server_default="0", comment="accepted after as_of"),
    Column(
        "keeps",
        Boolean,
        nullable=False,
        server_default=text("false"),
        comment="a bed is kept for someone in hospital, or was after as_of",
    ),
    Column("as_of", Moment, nullable=False),
    Column("valid_until", Moment, nullable=False),
    Column("source", Text, nullable=False),
    Column("version", Integer, nullable=False, server_default="1", comment="of the report: ETag"),
    Column("conflict", Boolean, nullable=False, server_default=text("false")),
    Column("stop_reason", Text),
    Column("stop_until", Moment),
    Column("releases", JSON, comment="what is expected to come free: [{at, amount}]"),
    Column("reminded", Integer, comment="the version for which a reminder left"),
    Column(
        "changed_at",
        Moment,
        nullable=False,
        server_default=text("now()"),
        comment="when this version came to be; as_of may be hours before",
    ),
    CheckConstraint("total >= 0 AND used >= 0 AND closed >= 0", name="reported_not_negative"),
    CheckConstraint("held >= 0 AND reserved >= 0", name="promised_not_negative"),
    CheckConstraint("used + closed <= total", name="reported_fits"),
    # A report may contradict what was promised; it is then marked, never passed over. Without
    # that mark nothing can be promised that is not there.
    CheckConstraint(
        "conflict OR used + closed + held + reserved <= total", name="promised_fits_or_marked"
    ),
    CheckConstraint("valid_until >= as_of", name="validity_from_as_of"),
    Index("ix_capacity_changed", "changed_at"),
)

capacity_slot = Table(
    "capacity_slot",
    metadata,
    Column("service_id", ForeignKey(service.c.id), primary_key=True),
    Column("shift", Text, primary_key=True, comment="part of the day"),
    Column("total", SmallInteger, nullable=False, comment="visits a day that can be made"),
    Column("used", SmallInteger, nullable=False),
    Column("held", SmallInteger, nullable=False, server_default="0"),
    Column("reserved", SmallInteger, nullable=False, server_default="0"),
    Column("conflict", Boolean, nullable=False, server_default=text("false")),
    Column(
        "as_of",
        Moment,
        nullable=False,
        server_default=text("now()"),
        comment="of the newest report that named visits: what was accepted later is reserved",
    ),
    CheckConstraint(
        "total >= 0 AND used >= 0 AND held >= 0 AND reserved >= 0", name="not_negative"
    ),
    CheckConstraint("used <= total", name="reported_fits"),
    CheckConstraint("conflict OR used + held + reserved <= total", name="promised_fits_or_marked"),
)

capacity_report = Table(
    "capacity_report",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("service_id", ForeignKey(service.c.id), nullable=False),
    Column("version", Integer, nullable=False),
    Column("total", Amount, nullable=False),
    Column("used", Amount, nullable=False),
    Column("closed", Amount, nullable=False),
    Column("as_of", Moment, nullable=False),
    Column("valid_until", Moment, nullable=False),
    Column("source", Text, nullable=False),
    Column("received_at", Moment, nullable=False, server_default=text("now()")),
    Column("stop_reason", Text),
    Column("stop_until", Moment),
    Column("details", JSON, comment="slots and releases, where there are any"),
    Column("digest", LargeBinary, comment="of what was sent, to know it again"),
    Column(
        "counted",
        Boolean,
        nullable=False,
        server_default=text("true"),
        comment="false: it came after a later one, and changed nothing",
    ),
    Index(None, "service_id", "as_of"),
)

person = Table(
    "person",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("key", LargeBinary, nullable=False, unique=True, comment="keyed hash of the identity"),
)

referral = Table(
    "referral",
    metadata,
    Column("id", Uuid, primary_key=True, comment="that of the ServiceRequest"),
    Column("organisation_id", ForeignKey(organisation.c.id), nullable=False),
    Column("entered_by", ForeignKey(organisation.c.id), nullable=False),
    Column("identifier", Text, nullable=False, comment="system|value"),
    Column("content", LargeBinary, nullable=False, comment="hash of the bundle's content"),
    Column("person_id", ForeignKey(person.c.id)),
    Column("patient_id", Uuid, nullable=False),
    Column("task_id", Uuid, nullable=False),
    Column("state", Text, nullable=False),
    Column("urgency", SmallInteger, nullable=False),
    Column("lane", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("review_due", Moment, nullable=False),
    Column("subregion", Text),
    Column("place", Text, comment="four digits of the postcode"),
    Column("entered_urgency", SmallInteger),
    Column("intended_destination", Text, comment="locked before advice shows"),
    Column("authored_at", Moment, nullable=False),
    Column("received_at", Moment, nullable=False),
    Column("changed_at", Moment, nullable=False),
    Column("version", Integer, nullable=False, server_default="1"),
    Column("need", JSON, nullable=False),
    Column("shortlist", JSON, nullable=False),
    Column("reason", Text, comment="why it was cancelled or closed"),
    Column(
        "own_urgency",
        SmallInteger,
        comment="by itself, where another referral of the person raised it; else as urgency",
    ),
    Column("place_by", Moment, comment="the clock of its kind of care; none: older than that"),
    Column("waiting_since", Moment, comment="on the waiting list"),
    Column("escalated_at", Moment, comment="the duty coordinator was told that place_by nears"),
    Column("found_at", Moment, comment="the desk was told that there is a place now"),
    Index("uq_referral_identifier", "organisation_id", "identifier", unique=True),
    Index(
        "ix_referral_worklist",
        "urgency",
        "received_at",
        "id",
        postgresql_where=text("state NOT IN ('placed', 'closed', 'cancelled')"),
    ),
    Index(
        "ix_referral_place_by",
        "place_by",
        postgresql_where=text(
            "escalated_at IS NULL AND state NOT IN ('accepted', 'placed', 'closed', 'cancelled')"
        ),
    ),
    Index("ix_referral_waiting", "waiting_since", postgresql_where=text("state = 'waiting'")),
    Index("ix_referral_person", "person_id"),
    Index("ix_referral_patient", "patient_id"),
    Index("ix_referral_task", "task_id"),
    Index("ix_referral_changed", "changed_at"),
    Index("ix_referral_organisation_changed", "organisation_id", "changed_at"),
    CheckConstraint("urgency BETWEEN 0 AND 5", name="urgency"),
)

advice = Table(
    "advice",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("referral_id", ForeignKey(referral.c.id), nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("version", Text, nullable=False),
    Column("fingerprint", Text, nullable=False),
    Column("picture", JSON, nullable=False, comment="the facts used, to replay it"),
    Column("body", JSON, nullable=False),
    Index(None, "referral_id", "id"),
)

resource = Table(
    "resource",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("type", Text, nullable=False),
    Column("version", Integer, nullable=False, server_default="1"),
    Column("updated_at", Moment, nullable=False),
    # No foreign keys: a dozen of these rows arrive with each referral, in the statement that
    # writes the referral itself, and its own keys are checked.
    Column("organisation_id", Uuid, nullable=False),
    Column("referral_id", Uuid),
    Column("position", SmallInteger, nullable=False, comment="its place in the bundle"),
    Column(
        "terms",
        ARRAY(BigInteger),
        nullable=False,
        server_default="{}",
        comment="keyed hashes of what it is searched by",
    ),
    Column(
        "beside",
        ARRAY(BigInteger),
        nullable=False,
        server_default="{}",
        comment="the same of what too many have, or few ask, to stand in an index",
    ),
    Column("written", TSTZRANGE, comment="when it was authored, recorded or sent"),
    Column("about", TSTZRANGE, comment="the time that it is about"),
    Column(
        "stated",
        Boolean,
        nullable=False,
        server_default=text("false"),
        comment="shows the state of its referral in place of its own",
    ),
    Column("body", LargeBinary, nullable=False, comment="sealed, verbatim"),
    Index(None, "referral_id", "position"),
    Index("ix_resource_owner", "organisation_id", "type", "stated", "id"),
    Index("ix_resource_type", "type", "stated", "id"),
    Index("ix_resource_type_changed", "type", "stated", "updated_at"),
    Index("ix_resource_changed", "organisation_id", "updated_at"),
    Index(
        "ix_resource_terms",
        "terms",
        postgresql_using="gin",
        # What waits to be sorted in is read at each search: let that be half a megabyte at most.
        postgresql_with={"fastupdate": "on", "gin_pending_list_limit": 512},
    ),
)

resource_past = Table(
    "resource_past",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("type", Text, nullable=False),
    Column("updated_at", Moment, nullable=False),
    Column("organisation_id", Uuid, nullable=False),
    Column("referral_id", Uuid),
    Column("body", LargeBinary, nullable=False, comment="sealed, verbatim, of that version"),
    Index("ix_resource_past_changed", "organisation_id", "updated_at"),
)

past = Table(
    "past",
    metadata,
    Column("of", Text, primary_key=True, comment="referral, offer or service"),
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("changed_at", Moment, nullable=False, comment="when this version came to be"),
    Column("shown", JSON, nullable=False, comment="the columns of which it is shown"),
    Index("ix_past_changed", "of", "changed_at"),
)

change = Table(
    "change",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("of", Text, nullable=False, comment="referral, offer, service or task"),
    Column("key", Uuid, nullable=False),
    Column("version", Integer, nullable=False),
    Column("at", Moment, nullable=False, server_default=text("now()")),
)

subscription = Table(
    "subscription",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("organisation_id", ForeignKey(organisation.c.id), nullable=False),
    Column("actor", Text, nullable=False, comment="who asked for it, as the audit log names them"),
    Column("role", Text, nullable=False, comment="may see what this role may see"),
    Column("subregions", ARRAY(Text), nullable=False),
    Column("state", Text, nullable=False, comment="requested, active, error or off"),
    Column("topic", Text, nullable=False),
    Column("filters", JSON, nullable=False, comment="parameters of the topic"),
    Column("version", Integer, nullable=False, server_default="1"),
    Column("created_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False),
    Column("ends_at", Moment),
    Column("deleted_at", Moment),
    Column("events", BigInteger, nullable=False, server_default="0", comment="numbered so far"),
    Column("heartbeat", Integer, comment="seconds between signs of life"),
    Column("heartbeat_at", Moment, comment="when the next is due"),
    Column("error", Text, comment="class of the last failure; never an address or an answer"),
    Column("started_at", Moment, comment="since when events are numbered: its handshake arrived"),
    Column("leased_until", Moment, comment="someone tries one of its notifications until then"),
    Column("body", LargeBinary, nullable=False, comment="sealed: the resource, address, headers"),
    Index("ix_subscription_organisation", "organisation_id"),
    Index(
        "ix_subscription_live",
        "topic",
        postgresql_where=text("state <> 'off'"),
    ),
    CheckConstraint("state IN ('requested', 'active', 'error', 'off')", name="state"),
)

notification = Table(
    "notification",
    metadata,
    Column("id", Uuid, primary_key=True, comment="also the idempotency key"),
    Column("subscription_id", ForeignKey(subscription.c.id), nullable=False),
    Column("kind", Text, nullable=False, comment="handshake, heartbeat or event-notification"),
    Column("number", BigInteger, comment="of the event, from 1"),
    Column("focus", Text, comment="Type/id; never more"),
    Column("created_at", Moment, nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("next_attempt_at", Moment, nullable=False),
    Column("delivered_at", Moment),
    Column("dead_at", Moment),
    Column("last_error", Text),
    Index("ix_notification_created", "created_at"),
    Index("uq_notification_number", "subscription_id", "number", unique=True),
    Index("ix_notification_dead", "subscription_id", postgresql_where=text("dead_at IS NOT NULL")),
    Index(
        "ix_notification_waiting",
        "subscription_id",
        "number",
        postgresql_where=text("delivered_at IS NULL AND dead_at IS NULL"),
    ),
)

offer = Table(
    "offer",
    metadata,
    Column("id", Uuid, primary_key=True, comment="that of the Task"),
    Column("referral_id", ForeignKey(referral.c.id), nullable=False),
    Column("service_id", ForeignKey(service.c.id), nullable=False),
    Column("organisation_id", ForeignKey(organisation.c.id), nullable=False),
    Column("person_id", ForeignKey(person.c.id)),
    Column("state", Text, nullable=False),
    Column("amount", Amount, nullable=False),
    Column("need", JSON, nullable=False, comment="what is asked, without identity"),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("changed_at", Moment, nullable=False),
    Column("accepted_at", Moment),
    Column("reason", Text),
    Column("version", Integer, nullable=False, server_default="1"),
    Column(
        "purpose",
        Text,
        nullable=False,
        server_default="place",
        comment="place, or bridge: care at home until there is one",
    ),
    Column("starts_at", Moment, comment="another moment, proposed by the service"),
    Column("started_at", Moment),
    Column("kept_until", Moment, comment="the bed is kept while the person is in hospital"),
    Column("absent", TSTZMULTIRANGE, comment="when the person was not in the bed that was kept"),
    Column("ended_at", Moment),
    Column("destination", Text),
    Index("ix_offer_organisation", "organisation_id", "state", "id"),
    Index("ix_offer_referral", "referral_id"),
    Index("ix_offer_service", "service_id", "accepted_at"),
    Index("ix_offer_created", "created_at"),
    Index("ix_offer_changed", "changed_at"),
    Index(
        "ix_offer_standing",
        "state",
        "service_id",
        postgresql_where=text(
            "state IN ('requested', 'countered', 'waiting', 'accepted', 'completed', 'away')"
        ),
    ),
    Index(
        "ix_offer_due",
        "expires_at",
        postgresql_where=text("state IN ('requested', 'countered')"),
    ),
    Index("ix_offer_kept", "kept_until", postgresql_where=text("state = 'away'")),
    # The last line against asking one service twice for the same person, and against
    # promising one person two places.
    Index(
        "uq_offer_asked_once",
        "referral_id",
        "service_id",
        unique=True,
        postgresql_where=text("state IN ('requested', 'countered', 'waiting')"),
    ),
    Index(
        "uq_offer_one_place_a_referral",
        "referral_id",
        "purpose",
        unique=True,
        postgresql_where=text("state IN ('accepted', 'completed', 'away')"),
    ),
    Index(
        "uq_offer_one_place_a_person",
        "person_id",
        "purpose",
        unique=True,
        postgresql_where=text("state = 'accepted'"),
    ),
    CheckConstraint("amount > 0", name="amount"),
    CheckConstraint("purpose IN ('place', 'bridge')", name="purpose"),
    CheckConstraint("(state = 'away') = (kept_until IS NOT NULL)", name="kept_while_away"),
    CheckConstraint("(state = 'ended') = (destination IS NOT NULL)", name="ended_somewhere"),
)

proposal = Table(
    "proposal",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("made_at", Moment, nullable=False),
    Column("body", JSON, nullable=False, comment="ids and figures only"),
    Index(None, "made_at"),
)

contact = Table(
    "contact",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("organisation_id", ForeignKey(organisation.c.id), nullable=False),
    Column("channel", Text, nullable=False, comment="webhook or email"),
    Column("address", Text, nullable=False),
    Column("secret", LargeBinary, comment="sealed; signs what is posted"),
    Column("topics", ARRAY(Text), nullable=False, comment="empty: the usual alerts"),
    Column("created_at", Moment, nullable=False),
    Column("removed_at", Moment),
    Index(None, "organisation_id"),
    CheckConstraint("channel IN ('webhook', 'email')", name="channel"),
)

delivery = Table(
    "delivery",
    metadata,
    Column("id", Uuid, primary_key=True, comment="also the idempotency key"),
    Column("message_id", Uuid, nullable=False, comment="of the outbox"),
    Column("contact_id", ForeignKey(contact.c.id), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("next_attempt_at", Moment, nullable=False),
    Column("delivered_at", Moment),
    Column("dead_at", Moment),
    Column("last_error", Text),
    Index(
        "ix_delivery_due",
        "next_attempt_at",
        postgresql_where=text("delivered_at IS NULL AND dead_at IS NULL"),
    ),
    Index(None, "contact_id", "created_at"),
    Index("uq_delivery_once", "message_id", "contact_id", unique=True),
)

departure = Table(
    "departure",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("referral_id", ForeignKey(referral.c.id), nullable=False),
    Column("advice_id", ForeignKey(advice.c.id), nullable=False, comment="departed from"),
    Column("advised_urgency", SmallInteger, nullable=False),
    Column("advised_lane", Text, nullable=False),
    Column("advised_kind", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("urgency", SmallInteger, comment="instead; none: as advised"),
    Column("kind", Text, comment="instead; none: as advised"),
    Column("lane", Text, nullable=False, comment="that follows"),
    Column("reason", Text, nullable=False),
    Column("explanation", LargeBinary, comment="sealed"),
    Column("second", Text, comment="who must agree; none: nobody"),
    Column("made_at", Moment, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("made_role", Text, nullable=False),
    Column("decided_at", Moment),
    Column("decided_by", Text),
    Column("decided_role", Text),
    Column("ended_at", Moment, comment="when it lapsed"),
    Column("because", Text, comment="why it was rejected or lapsed"),
    Index("ix_departure_referral", "referral_id", "id"),
    Index(
        "uq_departure_standing",
        "referral_id",
        "state",
        unique=True,
        postgresql_where=text("state IN ('proposed', 'effective')"),
    ),
    CheckConstraint("urgency IS NOT NULL OR kind IS NOT NULL", name="departs"),
    # The last line against agreeing with oneself.
    CheckConstraint(
        "state <> 'effective' OR second IS NULL OR COALESCE(decided_by, made_by) <> made_by",
        name="by_two",
    ),
)

audit = Table(
    "audit",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("at", Moment, nullable=False, server_default=text("clock_timestamp()")),
    Column("request_id", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("organisation_id", Uuid),
    Column("action", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("entity", Text, nullable=False, comment="kind/id of what was touched"),
    Column("referral_id", Uuid),
    Column("detail", JSON, comment="codes and counts, never a value of a person"),
    Index(None, "referral_id", "id"),
    Index("ix_audit_entity", "entity", "id"),
    Index(
        "ix_audit_entities",
        text("string_to_array(entity, ',')"),
        postgresql_using="gin",
        postgresql_where=text("entity LIKE '%,%'"),
    ),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", Uuid, primary_key=True, comment="also the idempotency key"),
    Column("created_at", Moment, nullable=False),
    Column("topic", Text, nullable=False),
    Column("recipient", Uuid, comment="organisation, or none for the desk"),
    Column("payload", JSON, nullable=False, comment="ids and codes only"),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("next_attempt_at", Moment, nullable=False),
    Column("delivered_at", Moment),
    Column("dead_at", Moment),
    Column("last_error", Text),
    Column("spread_at", Moment, comment="when a delivery was made for each contact"),
    Index("ix_outbox_spread", "id", postgresql_where=text("spread_at IS NULL")),
    Index(
        "ix_outbox_due",
        "next_attempt_at",
        postgresql_where=text("delivered_at IS NULL AND dead_at IS NULL"),
    ),
)

bed = Table(
    "bed",
    metadata,
    Column("id", Uuid, primary_key=True, comment="that of the Location, chosen by its sender"),
    Column("service_id", ForeignKey(service.c.id), nullable=False),
    Column("state", Text, nullable=False, comment="what it counts as"),
    Column("version", Integer, nullable=False, comment="counts changes, from 1: ETag"),
    Column("changed_at", Moment, nullable=False),
    Column("body", LargeBinary, nullable=False, comment="sealed, verbatim"),
    Index(None, "service_id"),
    CheckConstraint("state IN ('free', 'occupied', 'closed', 'gone')", name="state"),
)
