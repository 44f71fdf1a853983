"""The need that follows from an advice: what capacity is asked for, without who the person is."""

from __future__ import annotations

from triage.advice import Advice
from triage.codes import WlzIndication
from triage.need import HOUR_KINDS, Kind, Need, Payer, Requirement
from triage.picture import Picture
from triage.protocol import Protocol
from triage.urgency import Urgency
from triage.wanted import DUTCH, NOTHING, Wanted

_HOME_NURSING = frozenset(
    {Kind.NURSING_PLANNED, Kind.NURSING_UNPLANNED, Kind.NURSING_NIGHT, Kind.NURSING_TECHNICAL}
)
"""Kinds that the long-term care act pays for someone who already falls under it."""

_PLACES = frozenset({"female", "male"})


def need_of(
    protocol: Protocol,
    advice: Advice,
    picture: Picture,
    *,
    kind: Kind | None = None,
    pc4: str | None = None,
    wanted: Wanted = NOTHING,
) -> Need:
    """The need of an advice, or of one of its alternatives.

    Args:
        protocol: the protocol that made the advice; it knows payers, time norms and usual hours.
        advice: what was advised.
        picture: the picture that it was made from.
        kind: an alternative to ask for instead of the advised kind.
        pc4: four digits of the home postcode.
        wanted: what the referral asks beside the facts; its ``carer`` and ``preferred`` are ids of
            ours by now. Visits and level stay in the need of a bed too: if it becomes care at home
            they count.

    Raises:
        ValueError: the kind is neither advised nor an alternative, or ``picture.equipment`` holds a
            code that is no Requirement: a hard constraint is never dropped in silence.
    """
    asked = advice.kind if kind is None else kind
    if asked is not advice.kind and asked not in advice.alternatives:
        raise ValueError(f"{asked} is not advised, nor one of the alternatives")
    facts = protocol.kinds[asked]
    hours = picture.hours_per_week if picture.hours_per_week is not None else facts.hours_per_week
    return Need(
        kind=asked,
        urgency=advice.urgency,
        within_hours=_within(facts.within_hours, advice, picture),
        pc4=pc4,
        near_pc4=wanted.near_pc4,
        payer=_payer(asked, facts.payer, picture),
        requirements=_requirements(asked, picture),
        hours_per_week=hours if asked in HOUR_KINDS else 0.0,
        sex=picture.sex if picture.sex in _PLACES else None,
        age=picture.age,
        carer=wanted.carer,
        insurer=wanted.insurer,
        language=None if wanted.language == DUTCH else wanted.language,
        level=wanted.level or 0,
        visits=wanted.all_visits(),
        wishes=frozenset(wish for wish, asked_for in wanted.wishes.items() if asked_for),
        preferred=wanted.preferred,
    )


def _within(norm: float, advice: Advice, picture: Picture) -> float:
    """The kind's norm, or sooner where the referrer or an acute urgency asks it."""
    within = norm
    if picture.admission_within_hours is not None:
        within = min(within, picture.admission_within_hours)
    if advice.urgency <= Urgency.U3:
        within = min(within, advice.urgency.seen_within_hours)
    return within


def _payer(kind: Kind, usual: Payer | None, picture: Picture) -> Payer | None:
    """Who pays; for home nursing and respite of a Wlz holder that is the Wlz (domain sources)."""
    if picture.wlz_indication is WlzIndication.PRESENT and (
        kind in _HOME_NURSING or kind is Kind.RESPITE
    ):
        return Payer.WLZ
    if picture.wlz_indication is None and kind in _HOME_NURSING:
        return None
    return usual


def _requirements(kind: Kind, picture: Picture) -> frozenset[Requirement]:
    wanted = {Requirement(code) for code in picture.equipment or ()}
    if picture.closed_ward:
        wanted.add(Requirement.CLOSED_WARD)
    if picture.isolation:
        wanted.add(Requirement.ISOLATION)
    if kind is Kind.NURSING_NIGHT:
        wanted.add(Requirement.NIGHT_CARE)
    return frozenset(wanted)
