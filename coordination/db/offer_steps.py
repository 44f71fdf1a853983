"""The steps of an offer: everything that one changes is locked first, and changed at once."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from coordination.db import slots
from coordination.db.audit import who
from coordination.db.capacity import RELEASE, UNCOUNTED
from coordination.db.engine import Row, Transaction
from coordination.db.offers import COLUMNS, FITS, Offer, from_row, listed
from coordination.offer_rules import Change
from coordination.permissions import Actor
from coordination.referral import HOLDING, STANDING, TAKEN, State
from triage.need import Requirement


class Referral(msgspec.Struct, frozen=True):
    """What of a referral decides the steps of its offers.

    Attributes:
        kind: the care that counts now.
        requirements: what a place for it must be able to give.
        status: of its advice.
        listed: whether it is on the waiting list.
    """

    id: uuid.UUID
    state: State
    kind: str
    requirements: frozenset[Requirement]
    status: str
    listed: bool


class Standing(msgspec.Struct, frozen=True):
    """An offer, and what the database's clock and other referrals say of it.

    Attributes:
        due: its time to be answered or decided on has passed.
        over: its bed was kept until now.
        elsewhere: the person has such a place under another referral.
    """

    offer: Offer
    due: bool
    over: bool
    elsewhere: bool


class Locked(msgspec.Struct, frozen=True):
    """A referral with one of its offers and the others that stand, held until the commit."""

    referral: Referral
    this: Standing
    others: list[Offer]


_REFERRAL = """
SELECT r.id, r.state, r.need->>'kind' AS kind, (r.need->'requirements')::text AS requirements,
  r.status, r.waiting_since IS NOT NULL AS listed
FROM referral r WHERE r.id = {id} FOR UPDATE
"""
_OF_REFERRAL = _REFERRAL.format(id="$1")
_OF_OFFER = _REFERRAL.format(id="(SELECT referral_id FROM offer WHERE id = $1)")

# Counters are locked in the order of their services, whoever locks them: two steps that give back
# what they held at each other's service can't wait for each other.
_STANDING = f"""
SELECT {COLUMNS}, o.expires_at <= now() AS due, COALESCE(o.kept_until <= now(), false) AS over,
  EXISTS (SELECT 1 FROM offer e WHERE e.person_id = o.person_id AND e.purpose = o.purpose
    AND e.state = 'accepted' AND e.referral_id <> o.referral_id) AS elsewhere
FROM offer o JOIN capacity c ON c.service_id = o.service_id
WHERE o.referral_id = $1 AND (o.id = $2 OR o.state IN ({listed(STANDING)}))
ORDER BY c.service_id FOR UPDATE OF c
"""  # noqa: S608 - our own columns


async def lock(tx: Transaction, offer: uuid.UUID) -> Locked | None:
    """An offer, its referral and what else of it stands, or None; with all their counters.

    The referral is locked first, as everywhere: whoever changes an offer holds its referral.
    Then the counters, so that a report can't come between. Time is the database's, the same for
    every process.
    """
    row = await tx.row(_OF_OFFER, offer)
    if row is None:
        return None
    referral = _referral(row)
    found = {
        one.id: Standing(from_row(one), one.due, one.over, one.elsewhere)
        for one in await tx.rows(_STANDING, referral.id, offer)
    }
    this = found.pop(offer)
    return Locked(referral, this, [one.offer for one in found.values()])


async def lock_referral(tx: Transaction, referral: uuid.UUID) -> tuple[Referral, list[Offer]]:
    """A referral that is there, with the offers of it that stand and their counters."""
    row = await tx.row(_OF_REFERRAL, referral)
    assert row is not None  # noqa: S101 - the caller has read it, and none is ever deleted
    found = [from_row(one) for one in await tx.rows(_STANDING, referral, None)]
    return _referral(row), found


def _referral(row: Row) -> Referral:
    needed = frozenset(map(Requirement, msgspec.json.decode(row.requirements)))
    return Referral(row.id, State(row.state), row.kind, needed, row.status, row.listed)


# $1 to $7 what becomes of each offer, $8 to $11 of the one that the step is about, $12 and $13 the
# referral and its new state (null: as it is), $14 to $17 who.
#
# An offer in a state of HOLDING holds what it asks; in a state of TAKEN that is reserved, as long
# as the report that stands leaves the person out. A place is accepted, left and returned to later
# than that report: the clock of whoever reported, or the wait for the counters, must not make the
# report include who came, or leave out who was there. (Hours stay promised to who is away.) From
# the waiting list nothing was held: then the WHERE asks whether something is free, of the locked
# counters, and an offer that is not changed is a refusal.
_AFTER = "GREATEST(clock_timestamp(), c.as_of + interval '1 microsecond')"
_ON = f"tstzmultirange(tstzrange({_AFTER}, NULL))"
_CHANGE = f"""
WITH asked AS (
  SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[],
    $7::text[]) AS a(id, was, state, topic, step, reason, destination)
), changed AS (
  UPDATE offer o SET state = a.state, reason = a.reason, changed_at = now(),
    version = o.version + 1, destination = a.destination,
    accepted_at = CASE WHEN a.state = 'accepted' THEN {_AFTER} ELSE o.accepted_at END,
    starts_at = CASE a.state WHEN 'countered' THEN $8::timestamptz WHEN 'waiting' THEN NULL
      ELSE o.starts_at END,
    expires_at = CASE WHEN a.state = 'countered' THEN now() + $9::interval
      ELSE o.expires_at END,
    started_at = CASE WHEN a.state = 'completed' THEN COALESCE(o.started_at, now())
      ELSE o.started_at END,
    kept_until = CASE WHEN a.state = 'away' THEN now() + $10::interval END,
    absent = CASE WHEN a.state = 'away' AND c.unit = 'bed'
        THEN COALESCE(o.absent, tstzmultirange()) + {_ON}
      WHEN a.was = 'away' THEN o.absent - {_ON} ELSE o.absent END,
    ended_at = CASE WHEN a.state = 'ended' THEN COALESCE($11::timestamptz, now()) END
  FROM asked a, capacity c
  WHERE o.id = a.id AND o.state = a.was AND c.service_id = o.service_id
    AND (a.was <> 'waiting' OR a.state <> 'accepted' OR ({FITS.format(amount="o.amount")}))
  RETURNING {COLUMNS}, a.was, a.topic, a.step,
    (a.was IN ({listed(HOLDING)}))::int - (o.state IN ({listed(HOLDING)}))::int AS unheld,
    (a.was IN ({listed(TAKEN)}))::int - (o.state IN ({listed(TAKEN)}))::int AS untaken,
    {UNCOUNTED.format(as_of="c.as_of")} AS reserves
), back AS (
  SELECT service_id, unheld * amount AS held,
    CASE WHEN reserves THEN untaken * amount ELSE 0 END AS reserved
  FROM changed WHERE unheld <> 0 OR untaken <> 0
), freed AS ({RELEASE.format(source="back")}), kept AS (
  UPDATE capacity c SET keeps = true FROM changed
  WHERE c.service_id = changed.service_id AND changed.state = 'away' AND c.unit = 'bed'
), moved AS (
  UPDATE referral SET changed_at = now(), version = referral.version + 1,
    state = COALESCE($13, referral.state)
  WHERE referral.id = $12 AND EXISTS (SELECT 1 FROM changed)
), aud AS (
  INSERT INTO audit (request_id, actor, role, organisation_id, action, outcome, entity,
    referral_id, detail)
  SELECT $14, $15, $16, $17, COALESCE(step, 'lapse'), 'done', 'offer/' || id, referral_id,
    json_build_object('offer', id, 'service', service_id, 'purpose', purpose, 'reason', reason,
      'destination', destination)
  FROM changed ORDER BY step IS NULL
), box AS (
  INSERT INTO outbox (id, created_at, topic, recipient, payload, next_attempt_at)
  SELECT gen_random_uuid(), now(), 'offer.' || topic, organisation_id,
    json_build_object('offer', id, 'service', service_id, 'purpose', purpose, 'reason', reason),
    now()
  FROM changed
  UNION ALL
  SELECT gen_random_uuid(), now(), 'offer.' || topic, NULL,
    json_build_object('offer', id, 'service', service_id, 'purpose', purpose, 'reason', reason,
      'referral', referral_id),
    now()
  FROM changed WHERE step IS NOT NULL AND $16 IN ('provider', 'clock')
)
SELECT * FROM changed
"""  # noqa: S608 - our own columns


class Details(msgspec.Struct, frozen=True, kw_only=True):
    """What else a step says of its offer.

    Attributes:
        starts_at: from when the service can take the person.
        decide_within: how long the desk has to decide on that.
        keep: how long a bed is kept.
        ended_at: when the stay ended; None is now.
    """

    starts_at: datetime | None = None
    decide_within: timedelta | None = None
    keep: timedelta | None = None
    ended_at: datetime | None = None


NO_DETAILS = Details()


async def change(
    tx: Transaction,
    actor: Actor,
    referral: uuid.UUID,
    changes: Sequence[Change],
    state: State | None,
    details: Details = NO_DETAILS,
) -> list[Offer] | None:
    """Changes locked offers of one referral, with counters, referral, audit and messages.

    Args:
        tx: the request's transaction.
        actor: who does it.
        referral: locked, with its offers.
        changes: one for each offer, none twice.
        state: of the referral from now on; None leaves it.
        details: of the one offer that the step is about.

    Returns:
        The offers as they are now; None when one that waited found nothing free, or was not
        in the state it was said to be in: then the transaction must not be committed.
    """
    rows = await tx.rows(
        _CHANGE,
        [one.id for one in changes], [one.was.value for one in changes],
        [one.state.value for one in changes], [one.topic for one in changes],
        [None if one.step is None else one.step.value for one in changes],
        [one.reason for one in changes], [one.destination for one in changes],
        details.starts_at, details.decide_within, details.keep, details.ended_at, referral,
        None if state is None else state.value, *who(actor),
    )  # fmt: skip
    if len(rows) < len(changes):
        return None
    changed = [from_row(row) for row in rows]
    await slots.give_back(
        tx,
        [
            slots.Back(one.service_id, visits, row.unheld, row.untaken, one.accepted_at)
            for one, row in zip(changed, rows, strict=True)
            if (visits := slots.visits_of(one.need)) and (row.unheld or row.untaken)
        ],
    )
    tx.changed |= {"worklist", "offers"} | {f"capacity:{one.service_id}" for one in changed}
    return changed
