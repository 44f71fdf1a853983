"""A need as a care organisation sees it before it is chosen: too coarse to know who it is."""

from __future__ import annotations

import msgspec

from triage.need import HOUR_KINDS, NO_VISITS, Kind, Need, Payer, Requirement, Visits, Wish
from triage.urgency import Urgency


class Outline(msgspec.Struct, frozen=True, kw_only=True):
    """A need as a care organisation sees it before it is chosen: too coarse to know who it is.

    An exact age, a sex and a postcode of a few hundred people can name someone. So an age is
    ten years wide, and a postcode is only there for care at home, where the team must go.

    Attributes:
        age_from: youngest, whole years, or None when not known.
        age_to: oldest, included, or None; 90 and over are one group (to 130).
        language: what is spoken instead of Dutch, or None.
        level: lowest level of carer; 0 is any.
        visits: visits a day by part of the day.
        wishes: what the person would like and can do without.
    """

    kind: Kind
    urgency: Urgency
    within_hours: float
    pc4: str | None
    payer: Payer | None
    requirements: frozenset[Requirement]
    hours_per_week: float
    sex: str | None
    age_from: int | None
    age_to: int | None
    language: str | None = None
    level: int = 0
    visits: Visits = NO_VISITS
    wishes: frozenset[Wish] = frozenset()


_DECADE, _OLD = 10, 90
OLDEST = 130
"""The end of the group of 90 and over."""


def outline(need: Need) -> Outline:
    """What may be shown of a need to whoever is asked."""
    age_from = None if need.age is None else min(need.age - need.age % _DECADE, _OLD)
    age_to = None
    if age_from is not None:
        age_to = OLDEST if age_from == _OLD else age_from + _DECADE - 1
    return Outline(
        kind=need.kind,
        urgency=need.urgency,
        within_hours=need.within_hours,
        pc4=need.pc4 if need.kind in HOUR_KINDS else None,
        payer=need.payer,
        requirements=need.requirements,
        hours_per_week=need.hours_per_week,
        sex=need.sex,
        age_from=age_from,
        age_to=age_to,
        language=need.language,
        level=need.level,
        visits=need.visits,
        wishes=need.wishes,
    )
