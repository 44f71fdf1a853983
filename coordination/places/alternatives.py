"""What else there is for someone when nothing is free: every way out, the lightest first."""

from __future__ import annotations

import uuid
from datetime import datetime

import msgspec

from capacity.matching import match
from capacity.rings import Ring
from capacity.snapshot import Supply
from coordination.db import audit, guarantees, referrals
from coordination.db.engine import Transaction
from coordination.db.referrals import Referral
from coordination.finding import find
from coordination.permissions import Action, Actor, require
from coordination.places import ways_out
from coordination.places.bridging import bridge_need
from coordination.places.waitlist import stand
from coordination.places.ways_out import Way
from coordination.referral import hours_waited, may_be_offered
from triage.advice import Advice, Lane
from triage.need import BED_KINDS, PLACED_KINDS, Kind, Need, Requirement
from triage.need_of import need_of
from triage.protocol import Protocol
from triage.wanted import asked_in


class Alternatives(msgspec.Struct, frozen=True, kw_only=True):
    """What there is for someone.

    Attributes:
        free_now: ids of the services that fit the advice itself; where there are any, no other
            way is needed.
        ways: what else there is.
    """

    referral: uuid.UUID
    kind: Kind
    free_now: list[str]
    ways: list[Way]


async def alternatives(
    tx: Transaction,
    actor: Actor,
    referral_id: uuid.UUID,
    *,
    protocol: Protocol,
    supply: Supply,
    now: datetime,
) -> Alternatives:
    """Every way out that is open to someone who needs a place; none of them is taken by it.

    Args:
        tx: the request's transaction.
        actor: a coordinator of the referral's sub-region.
        referral_id: who needs one.
        protocol: knows what other care asks.
        supply: what there is.
        now: the moment.

    Raises:
        Refused: NOT_FOUND; CONFLICT when it ended or a place was accepted; UNPROCESSABLE while
            the advice is provisional, or where the care is not placed here.
    """
    require(actor, Action.READ_MATCHES)
    referral = await find(tx, actor, referral_id)
    may_be_offered(referral.state, referral.status, referral.kind)
    need, waited = referral.need, hours_waited(referral.received_at, now)
    given = await guarantees.given_lately(tx, supply, now)
    found = match(need, supply, now, waited_hours=waited, guarantee_given=given)
    others, safe = await _others(tx, referral, protocol)
    there = [way for other in others for way in ways_out.other_kind(other, supply, waited, now)]
    if referral.lane == Lane.ACUTE and Kind.OBSERVATION not in safe:
        there += ways_out.observation(need, supply, waited, now)
    there += ways_out.guarantee(need, found)
    there += ways_out.neighbours(need, found, supply, now)
    if need.kind in BED_KINDS and Requirement.CLOSED_WARD not in need.requirements:
        there += ways_out.bridging(need, bridge_need(need, protocol), supply, waited, now)
    there += ways_out.releases(need, supply, waited, now)
    standing = await stand(tx, referral, now)
    waits = referral.waiting_since is not None
    there.append(ways_out.waiting_list(need, standing.position, waits=waits))
    await audit.record(
        tx, actor, Action.READ_MATCHES, f"referral/{referral.id}", referral=referral.id,
        detail={"ways": [way.way for way in there]},
    )  # fmt: skip
    return Alternatives(
        referral=referral.id,
        kind=need.kind,
        free_now=[one.service.id for one in found.matches if one.ring is not Ring.GUARANTEE],
        ways=there,
    )


async def _others(
    tx: Transaction, referral: Referral, protocol: Protocol
) -> tuple[list[Need], frozenset[Kind]]:
    """What other care that the advice calls safe would ask, and all that it calls safe."""
    picture, body, _ = await referrals.latest_advice(tx, referral.id)
    advice = msgspec.json.decode(body, type=Advice)
    safe = tuple(dict.fromkeys((advice.kind, *advice.alternatives)))
    asked = asked_in(referral.need)
    return [
        need_of(protocol, advice, picture, kind=kind, pc4=referral.place, wanted=asked)
        for kind in safe
        if kind in PLACED_KINDS and kind is not referral.need.kind
    ], frozenset(safe)
