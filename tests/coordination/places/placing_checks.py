"""What must hold of offers and counters at every moment, and what each change must leave behind."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import asyncpg
import msgspec

from coordination.referral import (
    ENDED,
    HOLDING,
    STANDING,
    STEPS,
    TAKEN,
    UNDECIDED,
    OfferState,
    Purpose,
    State,
)
from triage.need import Kind

# What is wrong with the rows of some services; nothing, if all is well.
_WRONG = """
SELECT 'counters' AS what, c.service_id::text AS which FROM capacity c
WHERE c.service_id = ANY($1) AND (
  c.held <> (SELECT COALESCE(sum(o.amount), 0) FROM offer o
    WHERE o.service_id = c.service_id AND o.state IN ('requested', 'countered'))
  OR c.reserved <> (SELECT COALESCE(sum(o.amount), 0) FROM offer o
    WHERE o.service_id = c.service_id AND o.state IN ('accepted', 'completed', 'away')
      AND (o.accepted_at > c.as_of OR o.absent @> c.as_of))
  OR c.conflict <> (c.used + c.closed + c.held + c.reserved > c.total)
  OR NOT c.keeps AND EXISTS (SELECT 1 FROM offer o
    WHERE o.service_id = c.service_id AND o.state IN ('completed', 'away')
      AND o.absent && tstzrange(c.as_of, NULL)))
UNION ALL
SELECT 'visits', s.service_id || ' ' || s.shift FROM capacity_slot s
WHERE s.service_id = ANY($1) AND (
  s.held <> (SELECT COALESCE(sum((o.need->'visits'->>s.shift)::int), 0) FROM offer o
    WHERE o.service_id = s.service_id AND o.state IN ('requested', 'countered'))
  OR s.reserved <> (SELECT COALESCE(sum((o.need->'visits'->>s.shift)::int), 0) FROM offer o
    WHERE o.service_id = s.service_id AND o.state IN ('accepted', 'completed', 'away')
      AND o.accepted_at > s.as_of)
  OR s.conflict <> (s.used + s.held + s.reserved > s.total))
UNION ALL
SELECT 'placed twice', person_id::text FROM offer
WHERE service_id = ANY($1) AND state = 'accepted'
GROUP BY person_id, purpose HAVING count(*) > 1
UNION ALL
SELECT 'two places', referral_id::text FROM offer
WHERE service_id = ANY($1) AND state IN ('accepted', 'completed', 'away')
GROUP BY referral_id, purpose HAVING count(*) > 1
UNION ALL
SELECT 'never accepted', id::text FROM offer
WHERE service_id = ANY($1) AND state IN ('accepted', 'completed', 'away', 'ended')
  AND accepted_at IS NULL
"""

# $1 services, $2 referrals, $3 the last audit row seen, $4 since when messages are new. Without
# an upper bound both logs, which are of all histories, would be read from end to end.
_SEEN = f"""
SELECT clock_timestamp() AS at, json_build_object(
  'figures', (SELECT json_agg(c ORDER BY c.service_id) FROM (
    SELECT service_id, total, used, closed, held, reserved, conflict, version, as_of,
      valid_until >= now()
        AND (stop_reason IS NULL OR COALESCE(stop_until <= now(), false)) AS open
    FROM capacity WHERE service_id = ANY($1)) c),
  'slots', (SELECT COALESCE(json_agg(s ORDER BY s.shift), '[]') FROM (
    SELECT service_id, shift, total, used, held, reserved, conflict
    FROM capacity_slot WHERE service_id = ANY($1)) s),
  'offers', (SELECT COALESCE(json_agg(o ORDER BY o.id), '[]') FROM (
    SELECT id, referral_id, service_id, person_id, purpose, state, amount, version,
      need->>'kind' AS kind, need->'visits' AS visits, expires_at <= now() AS due,
      kept_until <= now() AS over
    FROM offer WHERE service_id = ANY($1)) o),
  'referrals', (SELECT COALESCE(json_agg(r ORDER BY r.id), '[]') FROM (
    SELECT id, person_id, state, kind, version, waiting_since IS NOT NULL AS listed,
      need->'visits' AS visits, (need->>'hours_per_week')::float AS hours
    FROM referral WHERE id = ANY($2)) r),
  'audit', (SELECT COALESCE(json_agg(a ORDER BY a.id), '[]') FROM (
    SELECT id, action, outcome, entity FROM audit WHERE id BETWEEN $3 + 1 AND $3 + 999) a),
  'messages', (SELECT COALESCE(json_agg(m), '[]') FROM (
    SELECT topic, payload FROM outbox WHERE delivered_at IS NULL AND dead_at IS NULL
      AND next_attempt_at BETWEEN $4::timestamptz AND $4::timestamptz + interval '1 minute') m),
  'wrong', (SELECT COALESCE(json_agg(w), '[]') FROM ({_WRONG}) w)
)::text AS body
"""


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """The counters of a service."""

    service_id: uuid.UUID
    total: float
    used: float
    closed: float
    held: float
    reserved: float
    conflict: bool
    version: int
    as_of: datetime
    open: bool

    @property
    def free(self) -> float:
        return self.total - self.used - self.closed - self.held - self.reserved


class Slot(msgspec.Struct, frozen=True, kw_only=True):
    """The visits of a part of the day."""

    service_id: uuid.UUID
    shift: str
    total: int
    used: int
    held: int
    reserved: int
    conflict: bool

    @property
    def free(self) -> int:
        return self.total - self.used - self.held - self.reserved


class Offer(msgspec.Struct, frozen=True, kw_only=True):
    """An offer; ``due`` and ``over`` by the database's clock."""

    id: uuid.UUID
    referral_id: uuid.UUID
    service_id: uuid.UUID
    person_id: uuid.UUID
    purpose: Purpose
    state: OfferState
    amount: float
    version: int
    kind: Kind
    visits: dict[str, int] | None
    due: bool
    over: bool | None


class Referral(msgspec.Struct, frozen=True, kw_only=True):
    """A referral, and whether it is on the waiting list."""

    id: uuid.UUID
    person_id: uuid.UUID
    state: State
    kind: Kind
    version: int
    listed: bool
    visits: dict[str, int] | None
    hours: float


class Audited(msgspec.Struct, frozen=True, kw_only=True):
    """A row of the audit log."""

    id: int
    action: str
    outcome: str
    entity: str


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """A message of the outbox."""

    topic: str
    payload: dict[str, Any]


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """All that a history has written, and what is new in the two logs."""

    figures: list[Figures]
    slots: list[Slot]
    offers: list[Offer]
    referrals: list[Referral]
    audit: list[Audited]
    messages: list[Message]
    wrong: list[Any]

    @property
    def rows(self) -> tuple[Any, ...]:
        """What a crash must leave as it was."""
        return self.figures, self.slots, self.offers, self.referrals


_DECODER = msgspec.json.Decoder(Seen)


async def look(
    connection: asyncpg.Connection[Any],
    services: Sequence[uuid.UUID],
    referrals: Sequence[uuid.UUID],
    last_audit: int,
    since: datetime,
) -> tuple[Seen, datetime]:
    """What is there now, and when now is by the database's clock."""
    row = await connection.fetchrow(_SEEN, services, referrals, last_audit, since)
    assert row is not None
    seen = _DECODER.decode(row["body"])
    assert not seen.wrong, seen
    return seen, row["at"]


OVERDUE = """
SELECT id FROM offer WHERE service_id = ANY($1) AND (
  (state IN ('requested', 'countered') AND expires_at <= now())
  OR (state = 'away' AND kept_until <= now()))
"""


def state_of(referral: Referral, offers: Sequence[Offer]) -> set[State]:
    """The states that a referral may have with its offers."""
    places = {one.state for one in offers if one.purpose is Purpose.PLACE}
    standing = {one.state for one in offers} & STANDING
    if referral.state is State.CANCELLED:
        return set() if standing else {State.CANCELLED}
    for states, state in (
        ({OfferState.COMPLETED, OfferState.AWAY}, State.PLACED),
        ({OfferState.ACCEPTED}, State.ACCEPTED),
        ({OfferState.ENDED}, State.CLOSED),
        (HOLDING, State.OFFERED),
    ):
        if places & states:
            return {state}
    return {State.WAITING if referral.listed or OfferState.WAITING in places else State.TRIAGED}


_NEXT = {state: {to for start, to in STEPS.values() if state in start} for state in OfferState} | {
    state: set() for state in OfferState if state not in STANDING
}


def _follows(was: OfferState | None, now: Offer, hops: int) -> bool:
    """Whether a state can follow another within some steps."""
    steps = dict(_NEXT)
    if now.purpose is Purpose.BRIDGE:  # who arrives in a bed needs no care at home any more
        steps[OfferState.ACCEPTED] = steps[OfferState.ACCEPTED] | {OfferState.ENDED}
    reached = {OfferState.REQUESTED} if was is None else {was}
    every = set(reached)
    for _ in range(hops):
        reached = {to for one in reached for to in steps[one]}
        every |= reached
    return now.state in every


def check_change(before: Seen, after: Seen, deeds: int) -> None:
    """Every change follows a step of the table, and left its audit row and its message.

    Args:
        before: what was there.
        after: what is there, with the log of what happened since.
        deeds: how many things were done at most.
    """
    old = {one.id: one for one in before.offers}
    told = Counter(str(one.payload.get("offer")) for one in after.messages)
    for one in after.offers:
        was = old.get(one.id)
        versions = one.version - (was.version if was else 0)
        assert versions <= deeds + (was is None), one
        assert _follows(was.state if was else None, one, deeds), (was, one)
        assert told[str(one.id)] >= versions, (one, after.messages)
    reported = Counter(
        one.entity
        for one in after.audit
        if one.action == "report-capacity" and one.outcome == "done"
    )
    heard = Counter(
        str(one.payload["service"]) for one in after.messages if one.topic == "capacity.reported"
    )
    for figures, past in zip(after.figures, before.figures, strict=True):
        service, versions = str(figures.service_id), figures.version - past.version
        assert reported[f"capacity/{service}"] >= versions
        assert heard[service] == versions, (service, after.messages)
    audited = {one.entity for one in after.audit}
    known = {one.id: one for one in before.referrals}
    for referral in after.referrals:
        same = known.get(referral.id)
        if same is None or same.state is referral.state:
            continue
        own = {str(one.id) for one in after.offers if one.referral_id == referral.id}
        entities = {f"referral/{referral.id}"} | {f"offer/{one}" for one in own}
        assert audited & entities, (same, referral, after.audit)


def check_states(seen: Seen) -> None:
    """Every referral is where its offers say that it is."""
    for referral in seen.referrals:
        own = [one for one in seen.offers if one.referral_id == referral.id]
        assert referral.state in state_of(referral, own), (referral, own)
        if referral.state in ENDED:
            assert not {one.state for one in own} & UNDECIDED, (referral, own)
        for purpose in Purpose:
            states = {one.state for one in own if one.purpose is purpose}
            assert not (states & TAKEN and states & UNDECIDED), (referral, own)
