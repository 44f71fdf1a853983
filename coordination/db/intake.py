"""The one statement that takes a referral in, with all that belongs to it."""

from __future__ import annotations

import uuid
from datetime import datetime

import msgspec

from capacity.queue import place_by
from coordination.db.engine import Transaction
from coordination.db.referrals import as_text
from coordination.db.resources import COLUMNS, INTO, UNNESTED, Stored, columns_of
from coordination.permissions import Actor
from coordination.referral import State
from triage.advice import Advice
from triage.need import Need
from triage.picture import Picture


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
TAKE_IN = f"""
WITH who AS (
  INSERT INTO person (id, key) VALUES ($1, $2)
  ON CONFLICT (key) DO UPDATE SET key = EXCLUDED.key
  RETURNING id, xmax <> 0 AS known
), ref AS (
  INSERT INTO referral (id, organisation_id, entered_by, identifier, content, person_id,
    patient_id, task_id, state, urgency, lane, kind, status, review_due, subregion, place,
    entered_urgency, intended_destination, authored_at, received_at, changed_at, need, shortlist,
    place_by)
  SELECT $3, $4, $5, $6, $7, who.id, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17,
    $18, $19, $20, $21, $21, $22, $23, $42 FROM who
  ON CONFLICT (organisation_id, identifier) DO NOTHING
  RETURNING id
), why AS (
  INSERT INTO advice (id, referral_id, made_at, version, fingerprint, picture, body)
  SELECT $24, ref.id, $21, $25, $26, $27, $28 FROM ref
), res AS (
  INSERT INTO resource ({INTO}, updated_at, organisation_id, referral_id, position, stated)
  SELECT {COLUMNS}, $21, $4, ref.id, r.n, r.id IN ($3, $9)
  FROM ref, {UNNESTED.format(*range(29, 36))}
), aud AS (
  INSERT INTO audit (request_id, actor, role, organisation_id, action, outcome, entity,
    referral_id, detail)
  SELECT $36, $37, $38, $5, 'refer', 'done', 'referral/' || ref.id, ref.id, $39 FROM ref
), box AS (
  INSERT INTO outbox (id, created_at, topic, payload, next_attempt_at)
  SELECT $40, $21, 'referral.received', $41, $21 FROM ref
)
SELECT ref.id IS NOT NULL AS new, who.known, who.id AS person FROM who LEFT JOIN ref ON true
"""  # noqa: S608 - our own columns


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
        new.authored, new.received, as_text(new.need), new.shortlist.decode(),
        ids[1], advice.protocol.version, advice.protocol.fingerprint, as_text(picture),
        as_text(advice),
        *columns_of(new.resources),
        actor.request, actor.id, actor.role.value, as_text({"state": new.state}), ids[2],
        as_text(message), place_by(new.need, new.received),
    )  # fmt: skip
    assert row is not None  # noqa: S101 - "who" always returns a row
    if row.new:
        tx.changed.add("worklist")
    return Taken(row.new, row.known, row.person)
