"""A professional's departure from the advice: its states, and when it takes a second professional.

In Haaglanden the triage of the transfer nurse is weighty advice, only to be departed from with
arguments (afsprakenhuisartsenspecialist.nl). So is ours: whoever makes care calmer does it in two.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from enum import StrEnum

import msgspec

from coordination.errors import Fault, Refused, Wrong
from coordination.referral import coded
from triage.advice import Advice, Lane, Status
from triage.need import ACUTE_DESTINATIONS, PLACED_KINDS, Kind
from triage.urgency import Urgency

LONGEST = 500
"""Characters of an explanation."""


class DepartureState(StrEnum):
    """Where a departure is; only an effective one counts."""

    PROPOSED = "proposed"
    EFFECTIVE = "effective"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"


STANDING = frozenset({DepartureState.PROPOSED, DepartureState.EFFECTIVE})
"""The states that new facts can end."""


class Second(StrEnum):
    """Who must be the second professional."""

    PROFESSIONAL = "professional"
    PHYSICIAN = "physician"


class Lapse(StrEnum):
    """Why a departure ended by itself."""

    ADVICE_CHANGED = "advice-changed"
    REPLACED = "replaced"
    REFERRAL_ENDED = "referral-ended"


OTHER = "other"

DEPARTURE_REASONS: Mapping[str, str] = {
    "seen-in-person": "Ik heb de persoon zelf gezien.",
    "information-not-in-protocol": "Ik weet iets dat het protocol niet meeneemt.",
    "patient-wish": "De persoon wil het anders.",
    "local-agreement": "In de regio is iets anders afgesproken.",
    "advice-not-feasible": "Het advies is nu niet uitvoerbaar.",
    OTHER: "Een andere reden.",
}

REJECT_REASONS: Mapping[str, str] = {
    "not-safe": "Het is niet veilig genoeg.",
    "advice-fits": "Het advies past wel.",
    "facts-missing": "Er is te weinig bekend.",
    OTHER: "Een andere reden.",
}


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What a professional wants instead of the advice, with codes as they were sent.

    Attributes:
        urgency: a class, or None: as it is.
        kind: a kind of care, or None: as it is.
        reason: a code of ``DEPARTURE_REASONS``.
        explanation: at most 500 characters; needed for another reason than those.
    """

    urgency: str | None
    kind: str | None
    reason: str
    explanation: str | None


class Standing(msgspec.Struct, frozen=True):
    """What counts for someone: how urgent, in which lane, and what care."""

    urgency: Urgency
    lane: Lane
    kind: Kind


_CAREFUL = {Kind.AMBULANCE: 0, Kind.SEH: 1, Kind.HAP: 2, Kind.HUMAN_TRIAGE: 3}
_DIVERTED = len(_CAREFUL)


def _care(kind: Kind) -> int:
    """How acute a kind of care is, 112 first; a person who decides comes before all other care."""
    return _CAREFUL.get(kind, _DIVERTED)


def after(before: Standing, urgency: Urgency | None, kind: Kind | None) -> Standing:
    """What counts once a professional departs to an urgency, a kind, or both.

    Acute is who goes to acute care or must be seen within hours (U3 or sooner). Who was presented
    acute and is handled elsewhere already stays in that lane as long as it gets no calmer.
    """
    to = before.urgency if urgency is None else urgency
    care = before.kind if kind is None else kind
    stays = (
        before.lane is Lane.ACUTE
        and to.rank <= before.urgency.rank
        and (care is before.kind or _care(before.kind) == _DIVERTED)
    )
    acute = stays or care in ACUTE_DESTINATIONS or to.rank <= Urgency.U3.rank
    return Standing(to, Lane.ACUTE if acute else Lane.NON_ACUTE, care)


def second_needed(before: Standing, to: Standing, advice: Advice) -> Second | None:
    """Who must agree before a departure counts; None: nobody, for it makes nothing calmer.

    Calmer is a lower urgency, out of the acute lane, or within it any less acute care, or other
    care that the advice does not call safe. A physician must agree where a life may hang on it:
    U0, U1, 112, or a red flag.

    Args:
        before: what counts now.
        to: what would count.
        advice: the latest; its reasons tell of red flags.
    """
    acute = before.lane is Lane.ACUTE or before.kind in ACUTE_DESTINATIONS
    less_acute = _care(to.kind) > _care(before.kind)
    elsewhere = (
        _care(to.kind) == _care(before.kind)
        and to.kind is not before.kind
        and to.kind not in advice.alternatives
    )
    calmer = to.urgency.rank > before.urgency.rank or (
        acute and (to.lane is not Lane.ACUTE or less_acute or elsewhere)
    )
    if not calmer:
        return None
    grave = (
        min(before.urgency.rank, advice.urgency.rank) <= Urgency.U1.rank
        or Kind.AMBULANCE in {before.kind, advice.kind}
        or _flagged(advice)
    )
    return Second.PHYSICIAN if grave else Second.PROFESSIONAL


def _flagged(advice: Advice) -> bool:
    """Whether a rule fired on a red flag that is present."""
    return any(
        value is True and link.startswith("red-flag.")
        for reason in advice.reasons
        for link, value in reason.facts.items()
    )


def differs(departed: Standing, advice: Advice) -> bool:
    """Whether a new advice is another one than a departure was made from.

    Less urgent is not: that is no reason to take a professional's word back.
    """
    return (
        advice.urgency.rank < departed.urgency.rank
        or advice.lane is not departed.lane
        or advice.kind is not departed.kind
    )


def lapses(state: DepartureState, departed: Standing, kind: Kind | None, advice: Advice) -> bool:
    """Whether a new advice ends a departure.

    What is proposed ends with the advice that it was about. What counts stays where a professional
    sent someone to more acute care than the new advice does: nobody leaves that in silence.
    """
    if not differs(departed, advice):
        return False
    more_acute = kind is not None and _care(kind) < _care(advice.kind)
    return not (state is DepartureState.EFFECTIVE and more_acute)


def must_be_certain(advice: Advice, to: Standing) -> None:
    """Refuses a place or care at home while an open question could still forbid it."""
    if advice.status is Status.PROVISIONAL and to.kind in PLACED_KINDS:
        raise Refused(
            Wrong.UNPROCESSABLE,
            "The advice is provisional: answer its questions, or confirm them one by one, before"
            " you depart from it to a place or to care at home.",
            faults=(Fault("kind", "not while the advice is provisional"),),
            code="advice-provisional",
        )


def checked(asked: Asked, kinds: Collection[str]) -> tuple[Urgency | None, Kind | None]:
    """The codes of a departure, or a refusal that names the element."""
    if asked.urgency is None and asked.kind is None:
        raise wrong("urgency", "name an urgency, a kind, or both")
    urgency = (
        None if asked.urgency is None else Urgency(coded(asked.urgency, tuple(Urgency), "urgency"))
    )
    kind = None if asked.kind is None else Kind(coded(asked.kind, kinds, "kind"))
    coded(asked.reason, DEPARTURE_REASONS)
    if len(asked.explanation or "") > LONGEST:
        raise wrong("explanation", f"at most {LONGEST} characters")
    if asked.reason == OTHER and not (asked.explanation or "").strip():
        raise wrong("explanation", "needed where the reason is another one")
    return urgency, kind


def wrong(element: str, message: str) -> Refused:
    """A departure that can't be taken, for what is wrong with an element."""
    return Refused(
        Wrong.UNPROCESSABLE,
        "The departure can't be taken; see errors.",
        faults=(Fault(element, message),),
        code="departure",
    )
