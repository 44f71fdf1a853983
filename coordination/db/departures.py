"""Departures from the advice: each step one statement, with its audit row and its message."""

from __future__ import annotations

import uuid
from datetime import datetime

import msgspec

from capacity.queue import place_by
from coordination.db.audit import who
from coordination.db.engine import Row, Transaction
from coordination.db.referrals import CLOCK, Referral, as_text, share_urgency
from coordination.departure import DepartureState, Lapse, Second, Standing
from coordination.permissions import Actor
from triage.advice import Lane
from triage.need import Kind, Need
from triage.urgency import Urgency

_RANKED = tuple(Urgency)


class Departure(msgspec.Struct, frozen=True, kw_only=True):
    """A departure; ``urgency`` and ``kind`` are None where it leaves them as advised."""

    id: uuid.UUID
    referral_id: uuid.UUID
    advice_id: uuid.UUID
    advised_urgency: Urgency
    advised_lane: Lane
    advised_kind: Kind
    state: DepartureState
    urgency: Urgency | None
    kind: Kind | None
    lane: Lane
    reason: str
    explanation: bytes | None
    second: Second | None
    made_at: datetime
    made_by: str
    made_role: str
    decided_at: datetime | None = None
    decided_by: str | None = None
    decided_role: str | None = None
    ended_at: datetime | None = None
    because: str | None = None

    @property
    def advised(self) -> Standing:
        """What it departs from."""
        return Standing(self.advised_urgency, self.advised_lane, self.advised_kind)


_FIELDS = Departure.__struct_fields__
COLUMNS = ", ".join(f"d.{name}" for name in _FIELDS)

# After ``this``, one departure, come the row of who did it and the message to the others. The
# parameters $1 to $6 are: request, actor, role, organisation, deed, message.
_TOLD = f"""
, aud AS (
  INSERT INTO audit (request_id, actor, role, organisation_id, action, outcome, entity,
    referral_id, detail)
  SELECT $1, $2, $3, $4, $5, 'done', 'departure/' || this.id, this.referral_id,
    json_build_object('departure', this.id, 'state', this.state, 'reason', this.reason,
      'urgency', 'U' || this.urgency, 'kind', this.kind, 'second', this.second,
      'because', this.because)
  FROM this
), box AS (
  INSERT INTO outbox (id, created_at, topic, recipient, payload, next_attempt_at)
  SELECT $6, now(), 'departure.' || this.state,
    NULLIF(r.organisation_id, $4), json_build_object('departure', this.id, 'referral', r.id), now()
  FROM this JOIN referral r ON r.id = this.referral_id
)
SELECT {COLUMNS} FROM this d
"""  # noqa: S608 - our own columns


async def make(
    tx: Transaction, actor: Actor, new: Departure, message: uuid.UUID, deed: str
) -> Departure:
    """Writes a departure; the referral is locked by the caller.

    Args:
        tx: the request's transaction.
        actor: who departs.
        new: what to write.
        message: a fresh id.
        deed: what the audit log calls it.
    """
    values = {name: getattr(new, name) for name in _FIELDS}
    for name in ("advised_urgency", "urgency"):
        values[name] = None if values[name] is None else values[name].rank
    places = ", ".join(f"${number}" for number in range(7, 7 + len(_FIELDS)))
    row = await tx.row(
        f"WITH this AS (INSERT INTO departure ({', '.join(_FIELDS)}) VALUES ({places})"  # noqa: S608
        f" RETURNING *){_TOLD}",
        *who(actor), deed, message, *values.values(),
    )  # fmt: skip
    assert row is not None  # noqa: S101 - it was just inserted
    tx.changed.add("worklist")
    return _from_row(row)


async def decide(
    tx: Transaction,
    actor: Actor,
    departure: uuid.UUID,
    state: DepartureState,
    because: str | None,
    message: uuid.UUID,
    deed: str,
) -> Departure:
    """Brings a proposed departure into a state, by someone; the referral is locked."""
    row = await tx.row(
        "WITH this AS (UPDATE departure SET state = $8, because = $9, decided_at = now(),"  # noqa: S608
        f" decided_by = $2, decided_role = $3 WHERE id = $7 RETURNING *){_TOLD}",
        *who(actor), deed, message, departure, state.value, because,
    )  # fmt: skip
    assert row is not None  # noqa: S101 - the caller has just read it, and none is ever deleted
    tx.changed.add("worklist")
    return _from_row(row)


async def lapse(
    tx: Transaction, actor: Actor, departure: uuid.UUID, because: Lapse, message: uuid.UUID
) -> None:
    """Ends a departure that nobody decides on any more, by what an actor did to the referral."""
    await tx.run(
        "WITH this AS (UPDATE departure SET state = 'lapsed', because = $8, ended_at = now()"  # noqa: S608
        f" WHERE id = $7 RETURNING *){_TOLD}",
        *who(actor), "lapse-departure", message, departure, because.value,
    )  # fmt: skip
    tx.changed.add("worklist")


async def by_id(tx: Transaction, departure: uuid.UUID) -> Departure | None:
    """A departure, or None."""
    row = await tx.row(f"SELECT {COLUMNS} FROM departure d WHERE d.id = $1", departure)  # noqa: S608
    return None if row is None else _from_row(row)


async def of_referral(tx: Transaction, referral: uuid.UUID) -> list[Departure]:
    """The departures of a referral, oldest first."""
    rows = await tx.rows(
        f"SELECT {COLUMNS} FROM departure d WHERE d.referral_id = $1 ORDER BY d.id",  # noqa: S608
        referral,
    )
    return [_from_row(row) for row in rows]


async def standing(tx: Transaction, referral: uuid.UUID) -> list[Departure]:
    """Those of a referral that are proposed or effective; one of each at most."""
    rows = await tx.rows(
        f"SELECT {COLUMNS} FROM departure d WHERE d.referral_id = $1"  # noqa: S608 - our own columns
        " AND d.state IN ('proposed', 'effective')",
        referral,
    )
    return [_from_row(row) for row in rows]


async def latest_advice_id(tx: Transaction, referral: uuid.UUID) -> uuid.UUID:
    """Which advice of a referral is the newest."""
    row = await tx.row(
        "SELECT id FROM advice WHERE referral_id = $1 ORDER BY id DESC LIMIT 1", referral
    )
    assert row is not None  # noqa: S101 - written with the referral itself
    identity: uuid.UUID = row.id
    return identity


# What two professionals agree on may also put the clock off: they know the person.
_APPLY = f"""
UPDATE referral r SET lane = $3, kind = $4, need = $5,
  state = CASE WHEN r.state = 'waiting' AND $9::timestamptz IS NULL THEN 'triaged'
    ELSE r.state END,
  own_urgency = COALESCE($2::smallint, r.own_urgency),
  urgency = CASE WHEN $6 THEN COALESCE($2, r.urgency) ELSE LEAST($2, r.urgency) END,
  review_due = LEAST(r.review_due, $7), changed_at = $8, version = r.version + 1,
  {CLOCK.format(kind="$4", by="$9", fresh="$6")}
WHERE r.id = $1
"""  # noqa: S608 - our own columns


async def apply(
    tx: Transaction,
    referral: Referral,
    urgency: Urgency | None,
    lane: Lane,
    need: Need,
    now: datetime,
    *,
    by_two: bool,
) -> None:
    """Lets a departure count for its referral.

    Two professionals may lower the urgency, though never below what another open referral of the
    same person says by itself; one may not. The review never comes later by it.

    Args:
        tx: the request's transaction.
        referral: locked.
        urgency: what this referral says from now on; None: as it was.
        lane: what counts from now on.
        need: of the care that counts from now on.
        now: the moment.
        by_two: whether a second professional agreed.
    """
    if by_two:  # nothing of this person may come in, or be triaged again, between look and deed
        await tx.run("SELECT 1 FROM person WHERE id = $1 FOR UPDATE", referral.person_id)
        await tx.rows(
            "SELECT id FROM referral WHERE person_id = $1"
            " AND state NOT IN ('placed', 'closed', 'cancelled') ORDER BY id FOR UPDATE",
            referral.person_id,
        )
    await tx.run(
        _APPLY,
        referral.id, None if urgency is None else urgency.rank, lane.value, need.kind.value,
        as_text(need), by_two, None if urgency is None else now + urgency.seen_within, now,
        place_by(need, referral.received_at),
    )  # fmt: skip
    await share_urgency(tx, referral.person_id)
    tx.changed.add("worklist")


def _from_row(row: Row) -> Departure:
    values = {name: getattr(row, name) for name in _FIELDS}
    values |= {
        "advised_urgency": _RANKED[row.advised_urgency],
        "advised_lane": Lane(row.advised_lane),
        "advised_kind": Kind(row.advised_kind),
        "state": DepartureState(row.state),
        "urgency": None if row.urgency is None else _RANKED[row.urgency],
        "kind": None if row.kind is None else Kind(row.kind),
        "lane": Lane(row.lane),
        "second": None if row.second is None else Second(row.second),
    }
    return Departure(**values)
