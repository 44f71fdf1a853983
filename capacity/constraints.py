"""What rules a service out for a need, each with a reason in plain words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from capacity import words
from capacity.fitting import Asked, earliest_start, of_age
from capacity.geography import NEIGHBOURS
from capacity.hours import AMSTERDAM
from capacity.reasons import (
    AREA_UNKNOWN,
    INACTIVE,
    NO_BED,
    NO_HOURS,
    NOT_REPORTED,
    STALE,
    TOO_FAR,
    Reason,
)
from capacity.rings import Ring, ring_of
from capacity.supply import NO_OLDEST, Counters, Service, Unit
from triage.need import Need, Requirement


def why_not(
    need: Need,
    service: Service,
    counters: Counters | None,
    now: datetime,
    *,
    waited_hours: float = 0.0,
    neighbours: Mapping[str, frozenset[str]] = NEIGHBOURS,
) -> list[Reason]:
    """Every hard constraint that a service breaks; an empty list when it fits.

    What isn't known never counts as fitting: without the person's sex, age or postcode, a
    service that is for one sex, some ages or one area is left out, with the question to ask
    as its reason. A stale or missing figure is unknown, so nothing is free there until
    someone has called. A need without a payer fits any: place first, settle the payer later.

    Args:
        need: what is asked.
        service: what is there.
        counters: its figures, or None when it never reported any.
        now: the moment of asking, with a time zone.
        waited_hours: since the referral; widens how far is looked.
        neighbours: the regions outside the province that each sub-region may look to.

    Returns:
        Reasons with one of the codes ``other-kind inactive too-far outside-area
        area-unknown payer missing-requirement sex sex-unknown age age-unknown notice
        admission-hours not-reported stopped stale full too-few-hours``, in that order.
    """
    asked = Asked.of(need, now, waited_hours)
    ring = ring_of(asked.home, service, neighbours)
    return broken(asked, service, counters, ring, earliest_start(service, asked.now))


def broken(
    asked: Asked, service: Service, counters: Counters | None, ring: Ring, start: datetime
) -> list[Reason]:
    """As ``why_not``, given the ring of the service and its earliest start."""
    need, reasons = asked.need, list[Reason]()
    _kind(need, service, reasons)
    _where(asked, service, ring, reasons)
    _whom(need, service, reasons)
    _when(asked, service, start, reasons)
    _room(asked, counters, reasons)
    return reasons


def _kind(need: Need, service: Service, reasons: list[Reason]) -> None:
    if need.kind not in service.kinds:
        name, name_en = words.kind_name(need.kind)
        reasons.append(
            Reason(
                code="other-kind",
                text=f"Geeft andere zorg, geen {name}.",
                text_en=f"Gives other care, not {name_en}.",
            )
        )
    if not service.active:
        reasons.append(INACTIVE)


def _where(asked: Asked, service: Service, ring: Ring, reasons: list[Reason]) -> None:
    need = asked.need
    if service.area:
        if need.pc4 is None:
            reasons.append(AREA_UNKNOWN)
        elif need.pc4 not in service.area:
            reasons.append(
                Reason(
                    code="outside-area",
                    text=f"Dit team komt niet in {need.pc4}.",
                    text_en=f"This team does not come to {need.pc4}.",
                )
            )
    elif ring.order > asked.widest.order:
        reasons.append(TOO_FAR)


def _whom(need: Need, service: Service, reasons: list[Reason]) -> None:
    if service.payers and need.payer is not None and need.payer not in service.payers:
        law = words.PAYERS[need.payer]
        reasons.append(
            Reason(
                code="payer",
                text=f"Heeft geen plek die uit de {law} wordt betaald.",
                text_en=f"Has no place that the {law} pays for.",
            )
        )
    if not need.requirements <= service.offers:
        missing = [r for r in Requirement if r in need.requirements - service.offers]
        reasons.append(
            Reason(
                code="missing-requirement",
                text=f"Heeft dit niet: {', '.join(words.REQUIREMENTS[r][0] for r in missing)}.",
                text_en=f"Does not have: {', '.join(words.REQUIREMENTS[r][1] for r in missing)}.",
            )
        )
    if service.sexes and need.sex not in service.sexes:
        names = [words.SEXES.get(sex, (sex, sex)) for sex in sorted(service.sexes)]
        whom = " en ".join(name for name, _ in names)
        whom_en = " and ".join(name for _, name in names)
        unknown = need.sex is None
        reasons.append(
            Reason(
                code="sex-unknown" if unknown else "sex",
                text=f"Alleen voor {whom}." + (" Het geslacht is niet bekend." if unknown else ""),
                text_en=f"Only for {whom_en}." + (" The sex is not known." if unknown else ""),
            )
        )
    _age(need.age, service, reasons)


def _age(age: int | None, service: Service, reasons: list[Reason]) -> None:
    if of_age(age, service):
        return
    span = f"vanaf {service.age_from} jaar"
    span_en = f"from {service.age_from} years"
    if service.age_to < NO_OLDEST:
        span, span_en = f"{span} tot en met {service.age_to}", f"{span_en} up to {service.age_to}"
    reasons.append(
        Reason(
            code="age-unknown" if age is None else "age",
            text=f"Alleen {span}." + (" De leeftijd is niet bekend." if age is None else ""),
            text_en=f"Only {span_en}." + (" The age is not known." if age is None else ""),
        )
    )


def _when(asked: Asked, service: Service, start: datetime, reasons: list[Reason]) -> None:
    if service.notice_hours > asked.need.within_hours:
        reasons.append(
            Reason(
                code="notice",
                text=f"Moet het {service.notice_hours:g} uur van tevoren weten.",
                text_en=f"Needs {service.notice_hours:g} hours' notice.",
            )
        )
    elif start > asked.latest:
        moment = _on_the_clock(start)
        reasons.append(
            Reason(
                code="admission-hours",
                text=f"Neemt pas weer mensen op vanaf {moment}.",
                text_en=f"Admits people again only from {moment}.",
            )
        )


def _on_the_clock(moment: datetime) -> str:
    return moment.astimezone(AMSTERDAM).strftime("%d-%m-%Y %H:%M")


def _room(asked: Asked, counters: Counters | None, reasons: list[Reason]) -> None:
    now, amount = asked.now, asked.need.amount
    if counters is None:
        reasons.append(NOT_REPORTED)
        return
    if counters.stopped(now):
        until, until_en = "Einde is niet bekend.", "The end is not known."
        if counters.stop_until is not None:
            moment = _on_the_clock(counters.stop_until)
            until, until_en = f"Waarschijnlijk tot {moment}.", f"Expected until {moment}."
        reasons.append(
            Reason(
                code="stopped",
                text=f"Neemt nu niemand op: {counters.stop_reason}. {until}",
                text_en=f"Admits nobody now: {counters.stop_reason}. {until_en}",
            )
        )
    free = counters.free
    if counters.freshness(now) == "stale":
        reasons.append(STALE)
    elif free <= 0:
        reasons.append(NO_BED if counters.unit is Unit.BED else NO_HOURS)
    elif free < amount:
        reasons.append(
            Reason(
                code="too-few-hours",
                text=f"Er zijn {free:g} uren per week vrij. Nodig: {amount:g}.",
                text_en=f"{free:g} hours a week are free. Needed: {amount:g}.",
            )
        )
