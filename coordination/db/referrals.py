"""Referrals: the one statement that takes a referral in, and those that read and change it."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

import msgspec

from coordination.db.engine import Row, Transaction
from coordination.permissions import Actor
from coordination.referral import State
from coordination.worklist import Mark
from triage.advice import Advice
from triage.need import Need
from triage.picture import Picture


class Stored(msgspec.Struct, frozen=True):
    """A resource on its way to the table.

    Attributes:
        id: its id.
        type: resource type.
        identifiers: ``system|value`` of each identifier by which it may be searched.
        body: sealed.
    """

    id: uuid.UUID
    type: str
    identifiers: tuple[str, ...]
    body: bytes


class NewReferral(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that the intake of one referral writes."""

    id: uuid.UUID
    organisation: uuid.UUID
    identifier: str
    content: bytes
    person_key: bytes
    patient: uuid.UUID
    task: uuid.UUID
    state: State
    subregion: str | None
    place: str | None
    authored: datetime
    received: datetime
    picture: Picture
    advice: Advice
    need: Need
    shortlist: bytes
    resources: tuple[Stored, ...]


class Referral(msgspec.Struct, frozen=True, kw_only=True):
    """A referral as it stands; ``urgency`` is the rank that orders the worklist."""

    id: uuid.UUID
    organisation_id: uuid.UUID
    identifier: str
    person_id: uuid.UUID
    patient_id: uuid.UUID
    task_id: uuid.UUID
    state: State
    urgency: int
    lane: str
    kind: str
    status: str
    review_due: datetime
    subregion: str | None
    place: str | None
    entered_urgency: int | None
    intended_destination: str | None
    authored_at: datetime
    received_at: datetime
    changed_at: datetime
    version: int
    reason: str | None
    need: Need


class Taken(msgspec.Struct, frozen=True):
    """What became of an intake.

    Attributes:
        new: False when this organisation had sent this identifier before.
        known_person: True when the person was here before, under any referral.
        person: who it is, without saying who.
    """

    new: bool
    known_person: bool
    person: uuid.UUID


# One statement between BEGIN and COMMIT: person, referral, advice, resources, audit row and
# outgoing message, or none of them. An identifier that exists inserts nothing; two that
# arrive together wait for each other on the unique index.
TAKE_IN = """
WITH who AS (
  INSERT INTO person (id, key) VALUES ($1, $2)
  ON CONFLICT (key) DO UPDATE SET key = EXCLUDED.key
  RETURNING id, xmax <> 0 AS known
), ref AS (
  INSERT INTO referral (id, organisation_id, entered_by, identifier, content, person_id,
    patient_id, task_id, state, urgency, lane, kind, status, review_due, subregion, place,
    entered_urgency, intended_destination, authored_at, received_at, changed_at, need, shortlist)
  SELECT $3, $4, $5, $6, $7, who.id, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17,
    $18, $19, $20, $21, $21, $22, $23 FROM who
  ON CONFLICT (organisation_id, identifier) DO NOTHING
  RETURNING id
), why AS (
  INSERT INTO advice (id, referral_id, made_at, version, fingerprint, picture, body)
  SELECT $24, ref.id, $21, $25, $26, $27, $28 FROM ref
), res AS (
  INSERT INTO resource (id, type, updated_at, organisation_id, referral_id, position,
    identifiers, body)
  SELECT r.id, r.type, $21, $4, ref.id, r.n, string_to_array(r.identifiers, chr(31)), r.body
  FROM ref, unnest($29::uuid[], $30::text[], $31::text[], $32::bytea[])
    WITH ORDINALITY AS r(id, type, identifiers, body, n)
), aud AS (
  INSERT INTO audit (request_id, actor, role, organisation_id, action, outcome, entity,
    referral_id, detail)
  SELECT $33, $34, $35, $5, 'refer', 'done', 'referral/' || ref.id, ref.id, $36 FROM ref
), box AS (
  INSERT INTO outbox (id, created_at, topic, payload, next_attempt_at)
  SELECT $37, $21, 'referral.received', $38, $21 FROM ref
)
SELECT ref.id IS NOT NULL AS new, who.known, who.id AS person FROM who LEFT JOIN ref ON true
"""


async def take_in(
    tx: Transaction, actor: Actor, new: NewReferral, ids: tuple[uuid.UUID, ...]
) -> Taken:
    """Writes a referral with all that belongs to it, unless it was there already.

    Args:
        tx: the request's transaction.
        actor: who sent it.
        new: what to write.
        ids: three fresh ids: of a new person, the advice and the outgoing message.
    """
    advice = new.advice
    message = {"referral": str(new.id), "urgency": advice.urgency, "kind": advice.kind}
    picture = new.picture
    row = await tx.row(
        TAKE_IN,
        ids[0], new.person_key, new.id, new.organisation, actor.organisation, new.identifier,
        new.content, new.patient, new.task, new.state.value, advice.urgency.rank,
        advice.lane.value, advice.kind.value, advice.status.value, advice.review_due,
        new.subregion, new.place, picture.urgency.rank if picture.urgency else None,
        picture.intended_destination.value if picture.intended_destination else None,
        new.authored, new.received, _json(new.need), new.shortlist.decode(),
        ids[1], advice.protocol.version, advice.protocol.fingerprint, _json(picture),
        _json(advice),
        [r.id for r in new.resources], [r.type for r in new.resources],
        ["\x1f".join(r.identifiers) for r in new.resources], [r.body for r in new.resources],
        actor.request, actor.id, actor.role.value, _json({"state": new.state}), ids[2],
        _json(message),
    )  # fmt: skip
    assert row is not None  # noqa: S101 - "who" always returns a row
    if row.new:
        tx.changed.add("worklist")
    return Taken(row.new, row.known, row.person)


COLUMNS = ", ".join(
    f"r.{name}" + ("::text" if name == "need" else "") for name in Referral.__struct_fields__
)


async def by_identifier(
    tx: Transaction, organisation: uuid.UUID, identifier: str
) -> tuple[Referral, bytes]:
    """A referral that this organisation sent before, and the hash of what it sent."""
    row = await tx.row(
        f"SELECT {COLUMNS}, r.content FROM referral r"  # noqa: S608 - our own columns
        " WHERE r.organisation_id = $1 AND r.identifier = $2",
        organisation,
        identifier,
    )
    assert row is not None  # noqa: S101 - the insert just met it, and none is ever deleted
    return from_row(row), row.content


async def by_id(tx: Transaction, referral: uuid.UUID, *, lock: bool = False) -> Referral | None:
    """A referral, or None; ``lock`` keeps others from changing it until the commit."""
    row = await tx.row(
        f"SELECT {COLUMNS} FROM referral r WHERE r.id = $1"  # noqa: S608 - our own columns
        + (" FOR UPDATE" if lock else ""),
        referral,
    )
    return None if row is None else from_row(row)


async def latest_advice(tx: Transaction, referral: uuid.UUID) -> tuple[Picture, bytes, datetime]:
    """The picture, the advice as JSON, and the moment of the newest triage."""
    row = await tx.row(
        "SELECT picture::text, body::text, made_at FROM advice"
        " WHERE referral_id = $1 ORDER BY id DESC LIMIT 1",
        referral,
    )
    assert row is not None  # noqa: S101 - written with the referral itself
    return msgspec.json.decode(row.picture, type=Picture), row.body.encode(), row.made_at


async def triaged_again(
    tx: Transaction,
    referral: Referral,
    advice_id: uuid.UUID,
    state: State,
    picture: Picture,
    advice: Advice,
    need: Need,
    now: datetime,
) -> None:
    """Stores a newer advice; the urgency of a waiting person rises and never falls by it."""
    await tx.run(
        """
        WITH why AS (
          INSERT INTO advice (id, referral_id, made_at, version, fingerprint, picture, body)
          VALUES ($2, $1, $3, $4, $5, $6, $7)
        )
        UPDATE referral SET state = $8, urgency = LEAST(urgency, $9), lane = $10, kind = $11,
          status = $12, review_due = $13, need = $14, changed_at = $3, version = version + 1
        WHERE id = $1
        """,
        referral.id, advice_id, now, advice.protocol.version, advice.protocol.fingerprint,
        _json(picture), _json(advice), state.value, advice.urgency.rank, advice.lane.value,
        advice.kind.value, advice.status.value, advice.review_due, _json(need),
    )  # fmt: skip
    tx.changed.add("worklist")


async def share_urgency(tx: Transaction, person: uuid.UUID) -> list[uuid.UUID]:
    """Gives every open referral of a person the highest urgency among them; those raised."""
    rows = await tx.rows(
        """
        UPDATE referral r SET urgency = top.urgency, version = r.version + 1, changed_at = now()
        FROM (SELECT min(urgency) AS urgency FROM referral
              WHERE person_id = $1 AND state NOT IN ('placed', 'closed', 'cancelled')) top
        WHERE r.person_id = $1 AND r.state NOT IN ('placed', 'closed', 'cancelled')
          AND r.urgency > top.urgency
        RETURNING r.id
        """,
        person,
    )
    return [row.id for row in rows]


async def any_at_all(tx: Transaction) -> bool:
    """Whether there is any referral."""
    return await tx.row("SELECT 1 FROM referral LIMIT 1") is not None


async def others_of(tx: Transaction, referral: Referral) -> list[dict[str, Any]]:
    """Other open referrals of the same person: noticed, and shown to the desk."""
    rows = await tx.rows(
        """
        SELECT id, state, kind, received_at FROM referral
        WHERE person_id = $1 AND id <> $2 AND state NOT IN ('placed', 'closed', 'cancelled')
        ORDER BY received_at
        """,
        referral.person_id,
        referral.id,
    )
    return [
        {"referral": row.id, "state": row.state, "kind": row.kind, "received": row.received_at}
        for row in rows
    ]


async def move(
    tx: Transaction, referral: uuid.UUID, state: State, reason: str | None = None
) -> None:
    """Brings a referral into a state."""
    await tx.run(
        "UPDATE referral SET state = $2, reason = COALESCE($3, reason), changed_at = now(),"
        " version = version + 1 WHERE id = $1",
        referral,
        state.value,
        reason,
    )
    tx.changed.add("worklist")


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the worklist; nothing in it names the person.

    Attributes:
        same_person: other open referrals of the same person.
        places: services of this kind of care that have something free now.
    """

    referral: uuid.UUID
    urgency: str
    lane: str
    kind: str
    status: str
    state: str
    received: datetime
    review_due: datetime
    subregion: str | None
    place: str | None
    organisation: uuid.UUID
    same_person: int
    places: int = 0


# The page and the row that says it was looked at, in one statement.
_PAGE = """
WITH aud AS (
  INSERT INTO audit (request_id, actor, role, organisation_id, action, outcome, entity)
  VALUES ($1, $2, $3, $4, 'read-worklist', 'done', 'worklist')
)
SELECT r.id, r.urgency, r.lane, r.kind, r.status, r.state, r.received_at, r.review_due,
  r.subregion, r.place, r.organisation_id,
  (SELECT count(*) FROM referral o WHERE o.person_id = r.person_id AND o.id <> r.id
     AND o.state NOT IN ('placed', 'closed', 'cancelled')) AS same_person
FROM referral r
WHERE r.state NOT IN ('placed', 'closed', 'cancelled')
  AND (r.urgency, r.received_at, r.id) > ($5, $6, $7)
  AND {seen}
ORDER BY r.urgency, r.received_at, r.id LIMIT $9
"""
PAGE_OF_DESK = _PAGE.format(seen="(r.subregion IS NULL OR r.subregion = ANY($8::text[]))")
_PAGE_OF_REFERRER = _PAGE.format(seen="r.organisation_id = $8::uuid")


async def page(
    tx: Transaction, actor: Actor, after: Mark, size: int, *, own: bool
) -> tuple[list[Item], Mark | None]:
    """One page of the open referrals that an actor sees, and the mark of the next page.

    Args:
        tx: the request's transaction.
        actor: who looks; their look is recorded with the page.
        after: where the page before ended.
        size: items of a page.
        own: only the referrals of the actor's organisation (a referrer), else those of the
            actor's sub-regions and those whose place is not known (the desk).
    """
    rows = await tx.rows(
        _PAGE_OF_REFERRER if own else PAGE_OF_DESK,
        actor.request, actor.id, actor.role.value, actor.organisation,
        after.urgency, after.received, after.id,
        actor.organisation if own else list(actor.subregions), size + 1,
    )  # fmt: skip
    shown = rows[:size]
    last = shown[-1] if len(rows) > size else None
    return [
        Item(
            referral=row.id,
            urgency=f"U{row.urgency}",
            lane=row.lane,
            kind=row.kind,
            status=row.status,
            state=row.state,
            received=row.received_at,
            review_due=row.review_due,
            subregion=row.subregion,
            place=row.place,
            organisation=row.organisation_id,
            same_person=row.same_person,
        )
        for row in shown
    ], None if last is None else Mark(last.urgency, last.received_at, last.id)


def from_row(row: Row) -> Referral:
    """A referral of a row with ``COLUMNS``."""
    values = {name: getattr(row, name) for name in Referral.__struct_fields__}
    values["state"] = State(row.state)
    values["need"] = msgspec.json.decode(row.need, type=Need)
    return Referral(**values)


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()
