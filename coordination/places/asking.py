"""Asks services for a place: one, or several at once, each with something held for the answer."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

import msgspec

from capacity.matching import why_not_here
from capacity.snapshot import Supply
from capacity.supply import Service
from coordination.db import capacity, guarantees, locks, offers
from coordination.db.engine import Transaction
from coordination.db.locks import Lock
from coordination.db.offers import Around, Offer
from coordination.db.referrals import Referral
from coordination.errors import Fault, Refused, Wrong
from coordination.finding import find
from coordination.ids import new_id
from coordination.offer_rules import may_be_bridged
from coordination.permissions import Action, Actor, require
from coordination.places.stepping import nothing_free, placed_elsewhere
from coordination.referral import Purpose, hours_waited, may_be_offered, must_be_few
from triage.need import Need

MOST = 10
"""Services that are asked at once, at the most: each holds a place that others can't have."""


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked on which terms.

    Attributes:
        supply: the services, for the conditions that do not change by the minute, and the
            choices of the region, among them how long an answer is waited for.
        usual: that time where the region says nothing of the kind of care.
        now: for the hours of admission; the hold itself runs on the database's clock.
        bridge: makes the need of care at home from that of the bed that is waited for; None
            to ask for the care that was advised.
    """

    supply: Supply
    usual: timedelta
    now: datetime
    bridge: Callable[[Need], Need] | None = None

    @property
    def purpose(self) -> Purpose:
        """What the offer is for."""
        return Purpose.PLACE if self.bridge is None else Purpose.BRIDGE


class Outcome(msgspec.Struct, frozen=True):
    """Which services were asked, and why others were not."""

    made: list[Offer]
    refused: list[tuple[uuid.UUID, Refused]]


async def offer(
    tx: Transaction, actor: Actor, referral_id: uuid.UUID, service_id: uuid.UUID, terms: Terms
) -> Offer:
    """Holds a place at a service and asks whether the person may come.

    Args:
        tx: the request's transaction.
        actor: a coordinator of the referral's sub-region.
        referral_id: for whom.
        service_id: where.
        terms: of asking.

    Raises:
        Refused: UNPROCESSABLE while the advice is provisional or the care is not placed here,
            or for an unknown service; CONFLICT when the service does not fit, nothing is free
            there, it was asked already, or the person has a place.
    """
    question = await _question(tx, actor, referral_id, terms)
    return await question.ask(tx, service_id, await question.looked(tx, [service_id]))


async def offer_several(
    tx: Transaction,
    actor: Actor,
    referral_id: uuid.UUID,
    service_ids: Sequence[uuid.UUID],
    terms: Terms,
) -> Outcome:
    """Holds a place at each of some services and asks all; who accepts first has the person.

    Args:
        tx: the request's transaction.
        actor: a coordinator of the referral's sub-region.
        referral_id: for whom.
        service_ids: where: 1 to ``MOST``, none twice.
        terms: of asking.

    Raises:
        Refused: as ``offer``, and when not one of them can be asked, with the reason of each.
    """
    must_be_few(service_ids, MOST, "services")
    question = await _question(tx, actor, referral_id, terms)
    look = await question.looked(tx, service_ids)
    made, refused = dict[uuid.UUID, Offer](), dict[uuid.UUID, Refused]()
    for one in sorted(service_ids):  # counters are locked in this order, whoever locks them
        try:
            made[one] = await question.ask(tx, one, look)
        except Refused as why:
            refused[one] = why
    if not made:
        raise _none(service_ids, refused)
    return Outcome(
        [made[one] for one in service_ids if one in made],
        [(one, refused[one]) for one in service_ids if one in refused],
    )


class _Look(msgspec.Struct, frozen=True):
    """What there is now, read for this question.

    Attributes:
        supply: with fresh figures of the services that are asked.
        given: when each sub-region last gave a guarantee bed.
    """

    supply: Supply
    given: dict[str, datetime]


class _Question(msgspec.Struct, frozen=True):
    """What is asked of each service alike."""

    actor: Actor
    referral: Referral
    need: Need
    around: Around
    terms: Terms

    async def looked(self, tx: Transaction, service_ids: Sequence[uuid.UUID]) -> _Look:
        """Reads what the answer depends on: for a guarantee bed also whether nothing else fits."""
        supply = self.terms.supply
        asked = list(service_ids)
        found = [supply.service(str(one)) for one in asked]
        given = dict[str, datetime]()
        if any(one is not None and one.guarantee for one in found):
            await locks.in_turn(tx, Lock.GUARANTEE)
            asked += [uuid.UUID(seen.service.id) for seen in supply.view(self.need).all]
            given = await guarantees.given_lately(tx, supply, self.terms.now)
        fresh = await capacity.counters(tx, asked)
        return _Look(supply.with_counters(*fresh.values()), given)

    async def ask(self, tx: Transaction, service_id: uuid.UUID, look: _Look) -> Offer:
        """Asks one service; nothing was written when it is refused."""
        service = look.supply.service(str(service_id))
        if service is None:
            raise Refused(
                Wrong.UNPROCESSABLE,
                "There is no such service.",
                faults=(Fault("service", "unknown id"),),
                code="service-unknown",
            )
        if service_id in self.around.asked:
            raise Refused(
                Wrong.CONFLICT, "This service has been asked already and may still answer.",
                code="asked-already",
            )  # fmt: skip
        self._must_fit(service, look)
        held = await offers.hold(
            tx, self.actor, new_id(), new_id(), self.referral.id, self.referral.person_id,
            service_id, self.need, look.supply.region.hold(self.need.kind, self.terms.usual),
            self.terms.purpose,
        )  # fmt: skip
        if held is None:
            raise nothing_free()
        if service.guarantee:
            look.given[service.subregion] = held.created_at
        return held

    def _must_fit(self, service: Service, look: _Look) -> None:
        """Refuses a service that does not fit, with every reason."""
        now = self.terms.now
        reasons = why_not_here(
            self.need,
            service,
            look.supply,
            now,
            waited_hours=hours_waited(self.referral.received_at, now),
            guarantee_given=look.given,
        )
        if reasons:
            raise Refused(
                Wrong.CONFLICT,
                "This service can't take this person now.",
                faults=tuple(Fault(reason.code, reason.text) for reason in reasons),
                code="does-not-fit",
            )


async def _question(
    tx: Transaction, actor: Actor, referral_id: uuid.UUID, terms: Terms
) -> _Question:
    """What may be asked for a referral, which is locked from now on."""
    require(actor, Action.OFFER)
    referral = await find(tx, actor, referral_id, lock=True)
    need = referral.need
    if terms.bridge is None:
        may_be_offered(referral.state, referral.status, referral.kind)
    else:
        may_be_bridged(referral.state, referral.status, referral.kind, need.requirements)
        need = terms.bridge(need)
    if need.amount <= 0:
        raise Refused(
            Wrong.UNPROCESSABLE,
            "It is not known how many hours a week are needed: answer that first.",
            code="hours-unknown",
        )
    around = await offers.around(tx, referral.id, referral.person_id, terms.purpose)
    if around.elsewhere:
        raise placed_elsewhere()
    if around.taken:
        raise Refused(Wrong.CONFLICT, "This referral has one already; withdraw or end that first.")
    return _Question(actor, referral, need, around, terms)


def _none(service_ids: Sequence[uuid.UUID], refused: Mapping[uuid.UUID, Refused]) -> Refused:
    """The refusals of all services as one, each with its place in the request."""
    faults = []
    for place, one in enumerate(service_ids):
        why = refused[one]
        words = [why.detail, *(fault.message for fault in why.faults)]
        faults.append(Fault(f"services[{place}]", " ".join(words)))
    unknown = all(why.wrong is Wrong.UNPROCESSABLE for why in refused.values())
    return Refused(
        Wrong.UNPROCESSABLE if unknown else Wrong.CONFLICT,
        "None of these services can be asked now; see errors.",
        faults=tuple(faults),
        code="service-unknown" if unknown else "none-possible",
    )
