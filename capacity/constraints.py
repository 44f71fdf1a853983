"""What rules a service out for a need, each with a reason in plain words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from capacity import words
from capacity.fitting import NOBODY, Asked, earliest_start
from capacity.geography import point_of
from capacity.reasons import (
    AREA_UNKNOWN,
    GUARANTEE_GIVEN,
    GUARANTEE_KEPT,
    INACTIVE,
    RESPONSE_UNKNOWN,
    TOO_FAR,
    Reason,
)
from capacity.region import DEFAULT, Region
from capacity.rings import Ring
from capacity.room import room
from capacity.seen import RESPONDING, Seen, see
from capacity.supply import Counters, Service
from capacity.whom import whom
from triage.need import Need


def why_not(
    need: Need,
    service: Service,
    counters: Counters | None,
    now: datetime,
    *,
    waited_hours: float = 0.0,
    region: Region = DEFAULT,
    nothing_else: bool = False,
    guarantee_given: Mapping[str, datetime] = NOBODY,
) -> list[Reason]:
    """Every hard constraint that a service breaks; an empty list when it fits.

    What isn't known never counts as fitting: without the person's sex, age or postcode, a
    service that is for one sex, some ages or one area is left out, with the question to ask
    as its reason. A stale or missing figure is unknown, so nothing is free there until
    someone has called. What only decides who pays may stay unknown: place first, settle the
    payer and the insurer later.

    Args:
        need: what is asked.
        service: what is there.
        counters: its figures, or None when it never reported any.
        now: the moment of asking, with a time zone.
        waited_hours: since the referral; widens how far is looked.
        region: its rings and clocks.
        nothing_else: whether no ordinary service fits: only then is a guarantee bed given.
            ``matching.why_not_here`` finds that out.
        guarantee_given: when each sub-region last gave a guarantee bed.

    Returns:
        Reasons with one of the codes ``other-kind inactive guarantee-kept guarantee-given
        area-unknown outside-area too-far payer insurer missing-requirement closed-only sex
        sex-unknown age age-unknown language level level-unknown response-unknown too-slow
        made-ready notice admission-hours not-reported stopped stale full too-few-hours
        slots-not-reported too-few-visits``, in that order.
    """
    asked = Asked.of(need, now, waited_hours, region, guarantee_given)
    if nothing_else:
        asked = asked.to_the_last()
    here = None if asked.home is None else point_of(asked.home)
    seen = see(service, need.kind, asked.home, here, need.pc4, region.rings.neighbours)
    return broken(asked, seen, counters)


def broken(asked: Asked, seen: Seen, counters: Counters | None) -> list[Reason]:
    """As ``why_not``, given the question and how the service is seen."""
    reasons = list[Reason]()
    _kind(asked.need, seen, reasons)
    _where(asked, seen, reasons)
    whom(asked, seen.service, reasons)
    _when(asked, seen, reasons)
    room(asked, counters, reasons)
    return reasons


def _kind(need: Need, seen: Seen, reasons: list[Reason]) -> None:
    if not seen.gives:
        name, name_en = words.kind_name(need.kind)
        reasons.append(
            Reason(
                code="other-kind",
                text=f"Geeft andere zorg, geen {name}.",
                text_en=f"Gives other care, not {name_en}.",
            )
        )
    if not seen.service.active:
        reasons.append(INACTIVE)


def _where(asked: Asked, seen: Seen, reasons: list[Reason]) -> None:
    need, service = asked.need, seen.service
    if service.guarantee and seen.ring is Ring.GUARANTEE:
        if asked.widest is not Ring.GUARANTEE:
            reasons.append(GUARANTEE_KEPT)
        if service.subregion in asked.given:
            reasons.append(GUARANTEE_GIVEN)
    if seen.reach <= asked.widest.order or seen.reach == Ring.GUARANTEE.order:
        return
    if not service.area:
        reasons.append(TOO_FAR)
    elif need.pc4 is None:
        reasons.append(AREA_UNKNOWN)
    elif need.pc4 not in service.area:
        reasons.append(
            Reason(
                code="outside-area",
                text=f"Dit team komt niet in {need.pc4}.",
                text_en=f"This team does not come to {need.pc4}.",
            )
        )


def _when(asked: Asked, seen: Seen, reasons: list[Reason]) -> None:
    service = seen.service
    start = earliest_start(service, asked.now, seen.notice_hours)
    if asked.need.kind in RESPONDING and service.response_minutes is None:
        reasons.append(RESPONSE_UNKNOWN)
    if seen.notice_hours > asked.within_hours:
        reasons.append(_too_late(asked, seen))
    elif start > asked.latest:
        moment = words.moment(start)
        reasons.append(
            Reason(
                code="admission-hours",
                text=f"Neemt pas weer mensen op vanaf {moment}.",
                text_en=f"Admits people again only from {moment}.",
            )
        )


def _too_late(asked: Asked, seen: Seen) -> Reason:
    """Why the time between the question and the arrival is too long."""
    service, hours = seen.service, seen.notice_hours
    if service.notice_hours > asked.within_hours:
        return Reason(
            code="notice",
            text=f"Moet het {words.number(service.notice_hours)} uur van tevoren weten.",
            text_en=f"Needs {service.notice_hours:g} hours' notice.",
        )
    if seen.converted:
        return Reason(
            code="made-ready",
            text=f"Een bed hiervoor klaarmaken duurt {words.number(hours)} uur.",
            text_en=f"Making a bed ready for this takes {hours:g} hours.",
        )
    return Reason(
        code="too-slow",
        text=f"Dit team is er pas na {service.response_minutes} minuten.",
        text_en=f"This team is there only after {service.response_minutes} minutes.",
    )
