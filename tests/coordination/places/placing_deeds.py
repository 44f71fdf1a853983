"""Everything that someone can do in a history of placing, as data that Hypothesis draws."""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

import msgspec
from hypothesis import strategies as st
from placing_checks import Offer, Referral, Seen
from placing_world import KEEP, PROTOCOL, USUAL, History

from capacity.report import Change, Report, SlotReport
from capacity.supply import Unit
from coordination.db import audit, offers
from coordination.db.engine import Transaction
from coordination.finding import find
from coordination.organisations import reporting
from coordination.permissions import Action, Actor, Role
from coordination.places import asking, placement, staying, waitlist
from coordination.places.asking import Terms
from coordination.places.bridging import bridge_need
from coordination.referral import ENDED, STANDING, STEPS, State, Step, must_be_open
from coordination.referrals.answers import retriage
from triage.need import Need, Shift

Work = Callable[[Transaction], Awaitable[Any]]


class Deed(StrEnum):
    """What is done."""

    OFFER = "offer"
    OFFER_ALL = "offer-all"
    BRIDGE = "bridge"
    REPLY = "reply"
    WAIT = "wait"
    STOP_WAITING = "stop-waiting"
    CANCEL = "cancel"
    TRIAGE = "triage"
    REPORT = "report"


class Act(msgspec.Struct, frozen=True, kw_only=True):
    """One deed: numbers choose among what there is by then.

    Attributes:
        deed: what is done.
        who: which offer, referral or service.
        where: which service, for an offer; which kind of care, for new facts.
        how: which of the steps that the offer allows.
        wild: any offer, any step, any service, any referral: also what is not allowed.
        figures: of a report: total, used, closed.
        slots: of a report of a team: visits that it can make in a part of the day, and in how
            many parts; None: not told.
        minutes: how long ago a report was true.
        change: report what changed instead of figures.
        stopped: report a stop.
        stale: report on a version that is not the newest.
    """

    deed: Deed
    who: int = 0
    where: int = 0
    how: int = 0
    wild: bool = False
    figures: tuple[int, int, int] = (0, 0, 0)
    slots: int | None = None
    minutes: int = 0
    change: bool = False
    stopped: bool = False
    stale: bool = False


_SOME = st.sampled_from((0, 0, 0, 0, 1, 1, 2, 3))  # things happen to the same few
_RARELY = st.sampled_from((False,) * 7 + (True,))
_REPORTS = st.builds(
    Act,
    deed=st.just(Deed.REPORT),
    who=_SOME,
    figures=st.tuples(
        st.sampled_from((4, 3, 2, 1, 0, 5)), st.sampled_from((0, 1, 2)), st.sampled_from((0, 0, 1))
    ),
    slots=st.none() | st.integers(0, 3),
    minutes=st.sampled_from((0,) * 9 + (1, 90, 150)),
    change=_RARELY,
    stopped=_RARELY,
    stale=_RARELY,
)
_REPLIES = st.builds(Act, deed=st.just(Deed.REPLY), who=_SOME, how=st.integers(0, 11), wild=_RARELY)
_ASKED = st.builds(
    Act,
    deed=st.sampled_from((Deed.OFFER,) * 5 + (Deed.OFFER_ALL, Deed.BRIDGE, Deed.BRIDGE)),
    who=_SOME,
    where=_SOME,
    wild=_RARELY,
)
_REST = st.builds(
    Act,
    deed=st.sampled_from((Deed.WAIT, Deed.WAIT, Deed.TRIAGE, Deed.STOP_WAITING, Deed.CANCEL)),
    who=_SOME,
    where=_SOME,
    wild=_RARELY,
)
_KINDS = {"ask": _ASKED, "reply": _REPLIES, "report": _REPORTS, "rest": _REST}
# One that is drawn and then followed: of the same strategy twice in one_of, one is left.
ACTS = st.sampled_from(("reply",) * 10 + ("ask",) * 6 + ("report",) * 3 + ("rest",) * 2).flatmap(
    _KINDS.__getitem__
)
"""Anything that someone may do next."""


def work_of(history: History, seen: Seen, act: Act) -> Work | None:
    """The use case of a deed, or None where there is nothing yet to do it with."""
    now = datetime.now(UTC)
    if act.deed is Deed.REPORT:
        return _report(history, seen, act, now)
    if act.deed is Deed.REPLY and (reply := chosen(seen, act)):
        return _reply(history, *reply, now)
    referral = chosen_referral(seen, act)
    return None if referral is None else _for_referral(history, seen, referral, act, now)


_ONWARD = frozenset({Step.ACCEPT, Step.AGREE, Step.START})
"""What brings someone to a place is done more often than what does not."""


def chosen(seen: Seen, act: Act) -> tuple[Offer, Step] | None:
    """The offer that is meant and what is done with it: a step that it allows, or any."""
    offers_now = [one for one in seen.offers if act.wild or one.state in STANDING]
    if not offers_now:
        return None
    offer = offers_now[act.who % len(offers_now)]
    steps = [
        step
        for step, (states, _) in STEPS.items()
        if step is not Step.EXPIRE and (act.wild or offer.state in states)
        for _ in range(3 if step in _ONWARD else 1)
    ]
    return offer, steps[act.how % len(steps)]


_SENSIBLE = {
    Deed.CANCEL: frozenset(State) - ENDED,
    Deed.STOP_WAITING: frozenset({State.WAITING, State.OFFERED}),
    Deed.BRIDGE: frozenset(State) - ENDED,
    Deed.TRIAGE: frozenset(State) - ENDED,
}
_MAY_BE_ASKED = frozenset({State.TRIAGED, State.WAITING, State.OFFERED})


def chosen_referral(seen: Seen, act: Act) -> Referral | None:
    """The referral that is meant: one for which the deed makes sense, or any."""
    states = _SENSIBLE.get(act.deed, _MAY_BE_ASKED)
    among = [one for one in seen.referrals if act.wild or one.state in states]
    return among[act.who % len(among)] if among else None


def asked_service(history: History, seen: Seen, referral: Referral, act: Act) -> uuid.UUID:
    """The service that is asked: one of the right kind that was not asked yet, or any."""
    asked = {one.service_id for one in seen.offers if one.referral_id == referral.id}
    fitting = [
        identity
        for identity, one in zip(history.ids, history.services, strict=True)
        if referral.kind in one.kinds and identity not in asked
    ]
    among = history.ids if act.wild or not fitting else fitting
    return among[act.where % len(among)]


def _for_referral(
    history: History, seen: Seen, referral: Referral, act: Act, now: datetime
) -> Work:
    desk = history.world.actor(Role.COORDINATOR, history.world.desk.id)
    match act.deed:
        case Deed.OFFER | Deed.REPLY | Deed.BRIDGE:  # or there is nothing to reply to yet
            bridge = act.deed is Deed.BRIDGE
            service = history.ids[2] if bridge else asked_service(history, seen, referral, act)
            terms = _terms(history, now, _at_home if bridge else None)
            return lambda tx: asking.offer(tx, desk, referral.id, service, terms)
        case Deed.OFFER_ALL:
            services, terms = list(reversed(history.ids)), _terms(history, now)
            return lambda tx: asking.offer_several(tx, desk, referral.id, services, terms)
        case Deed.WAIT:
            return lambda tx: waitlist.wait(tx, desk, referral.id, now)
        case Deed.STOP_WAITING:
            return lambda tx: waitlist.stop_waiting(tx, desk, referral.id)
        case Deed.TRIAGE:
            return lambda tx: _triage(tx, history, referral.id, act.where, now)
        case _:
            return lambda tx: placement.cancel(tx, desk, referral.id, "other")


def _at_home(need: Need) -> Need:
    return bridge_need(need, PROTOCOL, 4)


async def _triage(
    tx: Transaction, history: History, referral: uuid.UUID, which: int, now: datetime
) -> None:
    """New facts, by which another kind of care is advised."""
    desk = history.world.actor(Role.COORDINATOR, history.world.desk.id)
    locked = await find(tx, desk, referral, lock=True)
    must_be_open(locked.state)
    templates = list(history.world.templates.values())
    new = templates[which % len(templates)]
    await retriage(tx, desk, locked, PROTOCOL, new.picture, new.advice, now)
    await audit.record(tx, desk, Action.ANSWER, f"referral/{referral}", referral=referral)


def _terms(history: History, now: datetime, bridge: Callable[[Need], Need] | None = None) -> Terms:
    return Terms(supply=history.supply, usual=USUAL, now=now, bridge=bridge)


def _reply(history: History, offer: Offer, step: Step, now: datetime) -> Work:
    identity = offer.id
    desk = history.world.actor(Role.COORDINATOR, history.world.desk.id)
    them = _provider(history, history.ids.index(offer.service_id))
    later = now + timedelta(days=2)
    works: dict[Step, Work] = {
        Step.ACCEPT: lambda tx: placement.accept(tx, them, identity),
        Step.COUNTER: lambda tx: placement.counter(
            tx, them, identity, later, decide_within=lambda _: USUAL, now=now
        ),
        Step.AGREE: lambda tx: placement.agree(tx, desk, identity),
        Step.QUEUE: lambda tx: placement.queue(tx, them, identity),
        Step.DECLINE: lambda tx: placement.decline(tx, them, identity, "other"),
        Step.WITHDRAW: lambda tx: placement.withdraw(tx, desk, identity),
        Step.START: lambda tx: staying.start(tx, them, identity),
        Step.LEAVE: lambda tx: staying.leave(tx, them, identity, KEEP),
        Step.RETURN: lambda tx: staying.come_back(tx, them, identity),
        Step.END: lambda tx: staying.end(tx, them, identity, "home", at=None, now=now),
    }
    return works[step]


def _provider(history: History, service: int) -> Actor:
    return history.world.actor(Role.PROVIDER, history.services[service].organisation)


def _report(history: History, seen: Seen, act: Act, now: datetime) -> Work:
    place = act.who % len(history.services)
    service, standing = history.services[place], seen.figures[place]
    total, used, closed = act.figures
    used, closed = min(used, total), min(closed, max(0, total - used))
    sent: dict[str, Any] = {"as_of": now - timedelta(minutes=act.minutes)}
    if act.stopped:
        sent |= {"stop_reason": "staff"}
    if service.unit is Unit.BED:
        told: dict[str, float] = {"staffed": total, "occupied": used, "closed": closed}
    else:
        told = {"contracted": total * 7.5, "committed": used * 3.5}
        if act.slots is not None:
            shifts = (Shift.MORNING, Shift.EVENING)[: act.slots]
            sent["slots"] = {one: SlotReport(total=act.slots, used=1) for one in shifts}
    if act.change:
        told = {name: value - 1 for name, value in told.items() if name != "closed"}
        sent["change"] = Change(**told)
    else:
        sent |= told
    version = standing.version - act.stale
    actor = _provider(history, place)
    return lambda tx: reporting.report(tx, actor, service, Report(**sent), version, now)


async def sweep(history: History) -> None:
    """The clock: ends what is due, each in a transaction of its own, as the service does."""
    transact = history.world.database.transact
    for one in await transact(lambda tx: offers.due(tx, 100)):
        await transact(lambda tx, this=one: placement.expire(tx, this))  # type: ignore[misc]
    for one in await transact(lambda tx: offers.kept_too_long(tx, 100)):
        await transact(lambda tx, this=one: staying.give_up(tx, this))  # type: ignore[misc]
