"""The states of a referral and of an offer, and which step leads from which to which."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from coordination.errors import Fault, Refused, Wrong
from triage.advice import Advice, Status
from triage.need import PLACED_KINDS


class State(StrEnum):
    """Where a referral is, with the codes of the public interface."""

    RECEIVED = "received"
    NEEDS_INFO = "needs-info"
    TRIAGED = "triaged"
    WAITING = "waiting"
    OFFERED = "offered"
    ACCEPTED = "accepted"
    PLACED = "placed"
    CLOSED = "closed"
    CANCELLED = "cancelled"


ENDED = frozenset({State.PLACED, State.CLOSED, State.CANCELLED})
OPEN = tuple(state.value for state in State if state not in ENDED)


class OfferState(StrEnum):
    """Where an offer is."""

    REQUESTED = "requested"
    COUNTERED = "countered"
    """The service can take the person, but from another moment on; the desk decides."""
    WAITING = "waiting"
    """On the service's own waiting list: nothing is held."""
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    COMPLETED = "completed"
    """The person has arrived."""
    AWAY = "away"
    """Back in hospital: the bed is kept for a day."""
    ENDED = "ended"


class Purpose(StrEnum):
    """What an offer is for."""

    PLACE = "place"
    """The care that was advised."""
    BRIDGE = "bridge"
    """Nursing at home until there is a bed."""


KNOWN = frozenset({OfferState.ACCEPTED, OfferState.COMPLETED, OfferState.AWAY, OfferState.ENDED})
"""The states in which the organisation that was asked may know who it is."""


class Step(StrEnum):
    """What can happen to an offer."""

    ACCEPT = "accept"
    COUNTER = "counter"
    AGREE = "agree"
    QUEUE = "queue"
    DECLINE = "decline"
    WITHDRAW = "withdraw"
    EXPIRE = "expire"
    START = "start"
    LEAVE = "leave"
    RETURN = "return"
    END = "end"


_ASKED = frozenset({OfferState.REQUESTED, OfferState.COUNTERED})
HOLDING = _ASKED
"""The states in which an offer holds a place that nobody accepted yet."""

UNDECIDED = _ASKED | {OfferState.WAITING}
"""The states in which an offer may still be accepted."""

TAKEN = frozenset({OfferState.ACCEPTED, OfferState.COMPLETED, OfferState.AWAY})
"""The states in which the person has the place."""

STANDING = UNDECIDED | TAKEN
"""The states in which an offer has not ended."""

STEPS: Mapping[Step, tuple[frozenset[OfferState], OfferState]] = {
    Step.ACCEPT: (
        frozenset({OfferState.REQUESTED, OfferState.WAITING}),
        OfferState.ACCEPTED,
    ),
    Step.COUNTER: (frozenset({OfferState.REQUESTED}), OfferState.COUNTERED),
    Step.AGREE: (frozenset({OfferState.COUNTERED}), OfferState.ACCEPTED),
    Step.QUEUE: (_ASKED, OfferState.WAITING),
    Step.DECLINE: (_ASKED | {OfferState.WAITING}, OfferState.DECLINED),
    Step.WITHDRAW: (
        _ASKED | {OfferState.WAITING, OfferState.ACCEPTED},
        OfferState.WITHDRAWN,
    ),
    Step.EXPIRE: (_ASKED, OfferState.EXPIRED),
    Step.START: (frozenset({OfferState.ACCEPTED}), OfferState.COMPLETED),
    Step.LEAVE: (frozenset({OfferState.COMPLETED}), OfferState.AWAY),
    Step.RETURN: (frozenset({OfferState.AWAY}), OfferState.COMPLETED),
    Step.END: (frozenset({OfferState.COMPLETED, OfferState.AWAY}), OfferState.ENDED),
}
"""From which states a step is allowed, and where it leads."""

DECLINE_REASONS: Mapping[str, str] = {
    "at-capacity": "Er is toch geen plaats.",
    "care-too-complex": "De zorg is te zwaar voor deze plek.",
    "no-staff-with-skill": "Er is niemand met de juiste bekwaamheid.",
    "physician-declines": "De arts neemt de behandeling niet over.",
    "not-eligible": "De persoon voldoet niet aan de voorwaarden.",
    "isolation-not-possible": "Isolatie is nu niet mogelijk.",
    "no-answer-from-referrer": "De verwijzer is niet bereikbaar.",
    "other": "Een andere reden.",
}

DESTINATIONS: Mapping[str, str] = {
    "home": "Naar huis.",
    "home-with-care": "Naar huis, met zorg.",
    "nursing-home": "Naar een verpleeghuis.",
    "other-temporary-stay": "Naar een andere tijdelijke plek.",
    "rehabilitation": "Naar een revalidatieplek.",
    "hospital": "Naar het ziekenhuis.",
    "hospice": "Naar een hospice.",
    "deceased": "De persoon is overleden.",
    "other": "Ergens anders heen.",
}
"""Where someone goes when a stay or care at home ends."""

CANCEL_REASONS: Mapping[str, str] = {
    "no-longer-needed": "De plaats is niet meer nodig.",
    "placed-elsewhere": "Er is elders een plaats gevonden.",
    "admitted-to-hospital": "De persoon is in het ziekenhuis opgenomen.",
    "deceased": "De persoon is overleden.",
    "patient-refuses": "De persoon wil het niet.",
    "entered-in-error": "De verwijzing is per ongeluk gemaakt.",
    "duplicate": "Deze persoon is al aangemeld.",
    "other": "Een andere reden.",
}


def after_triage(advice: Advice, current: State = State.RECEIVED) -> State:
    """The state of a referral once an advice is made; a promise already made stays."""
    if current in {State.OFFERED, State.ACCEPTED} or current in ENDED:
        return current
    return State.NEEDS_INFO if advice.status is Status.PROVISIONAL else State.TRIAGED


def must_be_open(state: State) -> None:
    """Lets pass what has not ended.

    Raises:
        Refused: CONFLICT, naming the state.
    """
    if state in ENDED:
        raise Refused(Wrong.CONFLICT, f"The referral has ended: it is {state}.")


def must_be_final(status: str) -> None:
    """Lets pass what has a final advice.

    Raises:
        Refused: UNPROCESSABLE while the advice is provisional.
    """
    if status == Status.PROVISIONAL:
        raise Refused(
            Wrong.UNPROCESSABLE,
            "The advice is provisional: answer its questions before a place is offered.",
            code="advice-provisional",
        )


def may_be_offered(state: State, status: str, kind: str) -> None:
    """Lets pass a referral that may be offered to a service.

    Raises:
        Refused: CONFLICT for its state; UNPROCESSABLE while its advice is provisional, or
            where the care advised is not placed by this service.
    """
    must_be_open(state)
    if state is State.ACCEPTED:
        raise Refused(Wrong.CONFLICT, "A place has been accepted already; withdraw that first.")
    must_be_final(status)
    if kind not in {placed.value for placed in PLACED_KINDS}:
        raise Refused(
            Wrong.UNPROCESSABLE,
            f"The advice is {kind}: that is no place of this service to offer.",
            code="not-placed-here",
        )


def hours_waited(received: datetime, now: datetime) -> float:
    """Hours since a referral came in, 0 or more; the longer, the further matching looks."""
    return max(0.0, (now - received).total_seconds() / 3600)


def coded(given: str, codes: Collection[str], element: str = "reason") -> str:
    """What is one of the codes of an element of the body.

    Raises:
        Refused: UNPROCESSABLE, listing the codes.
    """
    if given not in codes:
        listed = ", ".join(codes)
        raise Refused(
            Wrong.UNPROCESSABLE,
            f"The {element} must be one of: {listed}.",
            faults=(Fault(element, f"one of: {listed}"),),
            code=element,
        )
    return given


def must_be_few(ids: Sequence[UUID], most: int, element: str) -> None:
    """Lets pass 1 to ``most`` ids of an element of the body, none twice.

    Raises:
        Refused: UNPROCESSABLE.
    """
    if not 1 <= len(ids) <= most or len(set(ids)) < len(ids):
        raise Refused(
            Wrong.UNPROCESSABLE,
            f"Give 1 to {most} {element}, none of them twice.",
            faults=(Fault(element, f"1 to {most} ids, none twice"),),
            code=element,
        )
