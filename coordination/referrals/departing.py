"""Departs from the advice: by one professional to what is more acute, by two to what is calmer."""

from __future__ import annotations

import uuid
from datetime import datetime

import msgspec

from coordination.auth.vault import Vault
from coordination.db import departures as rows
from coordination.db import referrals
from coordination.db.departures import Departure
from coordination.db.engine import Transaction
from coordination.db.referrals import Referral
from coordination.departure import (
    REJECT_REASONS,
    Asked,
    DepartureState,
    Lapse,
    Second,
    Standing,
    after,
    checked,
    must_be_certain,
    second_needed,
    wrong,
)
from coordination.errors import Refused, Wrong
from coordination.finding import find
from coordination.ids import new_id
from coordination.permissions import PHYSICIANS, Action, Actor, require
from coordination.referral import coded, must_be_open
from coordination.referrals.standing import lapse, let_count
from triage.advice import Advice, Lane
from triage.need import Kind
from triage.picture import Picture
from triage.protocol import Protocol
from triage.urgency import Urgency


async def depart(
    tx: Transaction,
    actor: Actor,
    referral_id: uuid.UUID,
    asked: Asked,
    *,
    protocol: Protocol,
    vault: Vault,
    now: datetime,
) -> Departure:
    """Departs from the latest advice, which stays as it was made.

    More urgent, or more acute, counts at once. Calmer is proposed, and changes nothing until
    someone else agrees. Where a departure counts already, this one takes over what it doesn't name.

    Args:
        tx: the request's transaction.
        actor: a professional who may see the referral.
        referral_id: of whom.
        asked: what instead, and why.
        protocol: knows the kinds of care.
        vault: seals the explanation.
        now: the moment.

    Raises:
        Refused: NOT_FOUND; CONFLICT when the referral has ended, or another departure waits for a
            second professional; UNPROCESSABLE, naming the element, for a code that is none, an
            explanation that is missing or too long, nothing that differs, or a place to stay or
            care at home while the advice is provisional.
    """
    require(actor, Action.DEPART)
    referral = await find(tx, actor, referral_id, lock=True)
    urgency, kind = checked(asked, protocol.kinds)
    must_be_open(referral.state)
    picture, advice = await _latest(tx, referral)
    before = _standing(referral)
    to = after(before, urgency, kind)
    if (to.urgency, to.kind) == (before.urgency, before.kind):
        raise wrong("urgency" if asked.kind is None else "kind", "the same as it is now")
    must_be_certain(advice, to)
    second = second_needed(before, to, advice)
    others = await rows.standing(tx, referral.id)
    if second and any(one.state is DepartureState.PROPOSED for one in others):
        raise Refused(
            Wrong.CONFLICT, "A departure waits for a second professional already: decide that one.",
            code="departure-open",
        )  # fmt: skip
    for one in others:
        if one.state is DepartureState.EFFECTIVE:
            urgency, kind = urgency or one.urgency, kind or one.kind
    if second is None:
        await lapse(tx, actor, others, Lapse.REPLACED)
    identity = new_id()
    explanation = (asked.explanation or "").strip().encode()
    made = await rows.make(
        tx,
        actor,
        Departure(
            id=identity,
            referral_id=referral.id,
            advice_id=await rows.latest_advice_id(tx, referral.id),
            advised_urgency=advice.urgency,
            advised_lane=advice.lane,
            advised_kind=advice.kind,
            state=DepartureState.PROPOSED if second else DepartureState.EFFECTIVE,
            urgency=urgency,
            kind=kind,
            lane=to.lane,
            reason=asked.reason,
            explanation=vault.seal(identity, explanation) if explanation else None,
            second=second,
            made_at=now,
            made_by=actor.id,
            made_role=actor.role.value,
        ),
        new_id(),
        Action.DEPART,
    )
    if second is None:
        await let_count(tx, actor, referral, made, to, advice, picture, protocol, now)
    return made


async def confirm(
    tx: Transaction, actor: Actor, departure_id: uuid.UUID, *, protocol: Protocol, now: datetime
) -> Departure:
    """A second professional agrees: the departure counts from now on.

    Raises:
        Refused: NOT_FOUND; CONFLICT when it lapsed or was decided, or the referral has ended;
            FORBIDDEN for who made it, and for who is no physician where one must agree;
            UNPROCESSABLE where the advice became provisional meanwhile.
    """
    require(actor, Action.CONFIRM_DEPARTURE)
    referral, found = await _proposed(tx, actor, departure_id)
    _must_be_another(actor, found)
    picture, advice = await _latest(tx, referral)
    before = _standing(referral)
    to = after(before, found.urgency, found.kind)
    grave = second_needed(before, to, advice) is Second.PHYSICIAN  # it may have become so
    if grave and actor.role not in PHYSICIANS:
        raise Refused(
            Wrong.FORBIDDEN, "A physician must agree to this: a GP or a clinician.",
            code="physician-needed",
        )  # fmt: skip
    must_be_certain(advice, to)
    others = [one for one in await rows.standing(tx, referral.id) if one.id != found.id]
    await lapse(tx, actor, others, Lapse.REPLACED)
    made = await rows.decide(
        tx, actor, found.id, DepartureState.EFFECTIVE, None, new_id(), Action.CONFIRM_DEPARTURE
    )
    await let_count(tx, actor, referral, made, to, advice, picture, protocol, now)
    return made


async def reject(
    tx: Transaction, actor: Actor, departure_id: uuid.UUID, reason: str | None
) -> Departure:
    """A second professional does not agree: the advice counts as it did.

    Raises:
        Refused: as ``confirm``; UNPROCESSABLE for an unknown reason.
    """
    require(actor, Action.REJECT_DEPARTURE)
    _, found = await _proposed(tx, actor, departure_id)
    _must_be_another(actor, found)
    if reason is not None:
        coded(reason, REJECT_REASONS)
    return await rows.decide(
        tx, actor, found.id, DepartureState.REJECTED, reason, new_id(), Action.REJECT_DEPARTURE
    )


async def withdraw(tx: Transaction, actor: Actor, departure_id: uuid.UUID) -> Departure:
    """Who proposed it takes it back.

    Raises:
        Refused: NOT_FOUND; CONFLICT when it is no longer proposed; FORBIDDEN for anyone else.
    """
    require(actor, Action.WITHDRAW_DEPARTURE)
    _, found = await _proposed(tx, actor, departure_id)
    if found.made_by != actor.id:
        raise Refused(
            Wrong.FORBIDDEN, "Only who proposed this departure withdraws it; you may reject it.",
            code="not-yours",
        )  # fmt: skip
    return await rows.decide(
        tx, actor, found.id, DepartureState.WITHDRAWN, None, new_id(), Action.WITHDRAW_DEPARTURE
    )


async def _proposed(
    tx: Transaction, actor: Actor, departure_id: uuid.UUID
) -> tuple[Referral, Departure]:
    """A departure that waits for a second professional, and its referral, locked."""
    found = await rows.by_id(tx, departure_id)
    if found is None:
        raise _no_departure()
    try:
        referral = await find(tx, actor, found.referral_id, lock=True)
    except Refused:
        raise _no_departure() from None
    found = await rows.by_id(tx, departure_id) or found  # as it is, with the referral locked
    if found.state is not DepartureState.PROPOSED:
        lapsed = found.state is DepartureState.LAPSED
        raise Refused(
            Wrong.CONFLICT,
            "This departure has lapsed: what it departed from changed. Look again."
            if lapsed
            else f"This departure is {found.state} already.",
            code="departure-lapsed" if lapsed else "departure-decided",
        )
    must_be_open(referral.state)
    return referral, found


def _no_departure() -> Refused:
    return Refused(Wrong.NOT_FOUND, "There is no such departure among those that you may see.")


def _must_be_another(actor: Actor, found: Departure) -> None:
    if found.made_by == actor.id:
        raise Refused(
            Wrong.FORBIDDEN, "You proposed this departure: someone else must decide on it.",
            code="same-person",
        )  # fmt: skip


def _standing(referral: Referral) -> Standing:
    return Standing(Urgency(f"U{referral.urgency}"), Lane(referral.lane), Kind(referral.kind))


async def _latest(tx: Transaction, referral: Referral) -> tuple[Picture, Advice]:
    picture, body, _ = await referrals.latest_advice(tx, referral.id)
    return picture, msgspec.json.decode(body, type=Advice)
