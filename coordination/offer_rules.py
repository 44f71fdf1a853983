"""What an offer may ask of whom, and what each of its steps does to the rest of its referral."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Protocol
from uuid import UUID

import msgspec

from coordination.errors import Refused, Wrong
from coordination.referral import (
    ENDED,
    HOLDING,
    STEPS,
    TAKEN,
    UNDECIDED,
    OfferState,
    Purpose,
    State,
    Step,
    must_be_final,
    must_be_open,
)
from triage.advice import Status
from triage.need import BED_KINDS, Kind, Requirement

_BEDS = frozenset(kind.value for kind in BED_KINDS)


class Offer(Protocol):
    """The parts of an offer that decide what it does to others."""

    @property
    def id(self) -> UUID: ...  # noqa: D102
    @property
    def state(self) -> OfferState: ...  # noqa: D102
    @property
    def purpose(self) -> Purpose: ...  # noqa: D102


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """What becomes of one offer.

    Attributes:
        id: of the offer.
        was: its state until now.
        state: its state from now on.
        topic: of the message that tells it, after "offer.".
        step: the deed; None where it follows from what is done to another offer ("lapse" in the
            audit log).
        reason: code, or None.
        destination: where the person went when the stay ended.
    """

    id: UUID
    was: OfferState
    state: OfferState
    topic: str
    step: Step | None = None
    reason: str | None = None
    destination: str | None = None


TOPICS = {
    Step.ACCEPT: "accepted",
    Step.COUNTER: "countered",
    Step.AGREE: "agreed",
    Step.QUEUE: "waiting",
    Step.DECLINE: "declined",
    Step.WITHDRAW: "withdrawn",
    Step.EXPIRE: "expired",
    Step.START: "completed",
    Step.LEAVE: "away",
    Step.RETURN: "returned",
    Step.END: "ended",
}
"""The message that tells a step, after "offer."; docs/placing.md says who gets which."""


def may_be_bridged(
    state: State, status: str, kind: str, requirements: Collection[Requirement]
) -> None:
    """Lets pass a referral that may get care at home until there is a bed.

    That a place was accepted is no reason against it: it may start days later.

    Raises:
        Refused: CONFLICT when the referral has ended; UNPROCESSABLE while its advice is
            provisional, where the care advised is no bed, or where the person must be behind
            a closed door: home has none.
    """
    must_be_open(state)
    must_be_final(status)
    if kind not in _BEDS:
        raise Refused(
            Wrong.UNPROCESSABLE,
            f"The advice is {kind}: only the wait for a bed is bridged with care at home.",
            code="not-bridged",
        )
    if Requirement.CLOSED_WARD in requirements:
        raise Refused(
            Wrong.UNPROCESSABLE,
            "This person needs a closed ward: care at home does not bridge the wait for it.",
            code="not-bridged",
        )


def still_fits(purpose: Purpose, asked: Kind, advised: str) -> bool:
    """Whether what was asked is what the person needs by the latest advice."""
    return asked.value == advised if purpose is Purpose.PLACE else advised in _BEDS


def besides(offer: Offer, done: Step, others: Sequence[Offer]) -> list[Change]:
    """What becomes of the other offers of a referral by a step of one.

    Who accepts first has won: what else was asked for the same is taken back. Who arrives in
    a bed needs no care at home any more.
    """
    state = STEPS[done][1]
    if state is OfferState.ACCEPTED:
        lost = [one for one in others if one.purpose is offer.purpose and one.state in UNDECIDED]
        return [ended(one, "not-selected") for one in lost]
    if done is Step.START and offer.purpose is Purpose.PLACE:
        return [_arrived(one) for one in others]
    return []


def _arrived(bridge: Offer) -> Change:
    change = ended(bridge, "place-started", "other-temporary-stay")
    if bridge.state is not OfferState.ACCEPTED:
        return change
    # Nobody said that the care at home has begun; that it was promised is enough to end it.
    return msgspec.structs.replace(
        change,
        state=OfferState.ENDED,
        topic=TOPICS[Step.END],
        destination="other-temporary-stay",
    )


def ended(
    offer: Offer, reason: str, destination: str = "other", step: Step | None = None
) -> Change:
    """What ends an offer that stands: it is withdrawn, or its care at home ends.

    Args:
        offer: one that stands.
        reason: code.
        destination: where the person goes, if care has begun.
        step: WITHDRAW where that is the deed itself.
    """
    begun = offer.state in TAKEN - {OfferState.ACCEPTED}
    state = OfferState.ENDED if begun else OfferState.WITHDRAWN
    return Change(
        id=offer.id,
        was=offer.state,
        state=state,
        topic=state.value,
        step=Step.END if begun and step else step,
        reason=reason,
        destination=destination if begun else None,
    )


_LEADS = {
    Step.ACCEPT: State.ACCEPTED,
    Step.AGREE: State.ACCEPTED,
    Step.START: State.PLACED,
    Step.END: State.CLOSED,
}
_COME_TO_NOTHING = frozenset({Step.DECLINE, Step.WITHDRAW, Step.EXPIRE, Step.QUEUE})


def state_after(
    offer: Offer, done: Step, others: Sequence[Offer], state: State, status: str, *, listed: bool
) -> State | None:
    """The state of a referral after a step of one of its offers; None where it stays.

    Args:
        offer: of which the step is.
        done: the step.
        others: the other offers of the referral that stand.
        state: of the referral until now.
        status: of its advice.
        listed: whether it is on the waiting list.
    """
    if offer.purpose is Purpose.BRIDGE:
        return None
    if done in _COME_TO_NOTHING:
        return resting(others, state, status, listed=listed or done is Step.QUEUE)
    return _LEADS.get(done)


def resting(left: Sequence[Offer], state: State, status: str, *, listed: bool) -> State | None:
    """The state of a referral with what is left of its offers; None where it stays.

    Args:
        left: the offers that stand.
        state: of the referral until now.
        status: of its advice.
        listed: whether it is on a waiting list, of ours or of a service.
    """
    states = {one.state for one in left if one.purpose is Purpose.PLACE}
    if state in ENDED or states & TAKEN:
        return None
    if states & HOLDING:
        return State.OFFERED
    if status == Status.PROVISIONAL:
        return State.NEEDS_INFO
    return State.WAITING if listed or OfferState.WAITING in states else State.TRIAGED
