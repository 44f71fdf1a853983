"""What rules a service out for a need, each with a reason in plain words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta

import msgspec

from capacity import words
from capacity.geography import NEIGHBOURS
from capacity.hours import AMSTERDAM
from capacity.rings import home_of, ring_of, widest_ring
from capacity.supply import ADULT, NO_OLDEST, Counters, Service, Unit
from triage.need import Need, Requirement


class Reason(msgspec.Struct, frozen=True, kw_only=True):
    """Why a service is left out: a code for programs, Dutch for people, and English."""

    code: str
    text: str
    text_en: str


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
        area-unknown payer missing-requirement sex sex-unknown age age-unknown stopped
        notice admission-hours not-reported stale full too-few-hours``, in that order.
    """
    return [
        *_kind(need, service),
        *_where(need, service, waited_hours, neighbours),
        *_whom(need, service),
        *_when(need, service, counters, now),
        *_room(need, counters, now),
    ]


def earliest_start(service: Service, now: datetime) -> datetime:
    """The first moment at which someone can arrive, after the notice and in admission hours."""
    return service.admission.next_open(now.astimezone(UTC) + timedelta(hours=service.notice_hours))


def _kind(need: Need, service: Service) -> Iterator[Reason]:
    if need.kind not in service.kinds:
        name, name_en = words.kind_name(need.kind)
        yield Reason(
            code="other-kind",
            text=f"Geeft andere zorg, geen {name}.",
            text_en=f"Gives other care, not {name_en}.",
        )
    if not service.active:
        yield Reason(
            code="inactive",
            text="Deze plek is niet in gebruik.",
            text_en="This service is not in use.",
        )


def _where(
    need: Need, service: Service, waited_hours: float, neighbours: Mapping[str, frozenset[str]]
) -> Iterator[Reason]:
    if service.area:
        if need.pc4 is None:
            yield Reason(
                code="area-unknown",
                text="De postcode is niet bekend. Vul die eerst in.",
                text_en="The postcode is not known. Ask for it first.",
            )
        elif need.pc4 not in service.area:
            yield Reason(
                code="outside-area",
                text=f"Dit team komt niet in {need.pc4}.",
                text_en=f"This team does not come to {need.pc4}.",
            )
        return
    ring = ring_of(home_of(need), service, neighbours)
    if ring.order > widest_ring(need, waited_hours).order:
        yield Reason(
            code="too-far",
            text="Ligt buiten het gebied waar we nu zoeken.",
            text_en="Lies outside the area that is looked in now.",
        )


def _whom(need: Need, service: Service) -> Iterator[Reason]:
    if service.payers and need.payer is not None and need.payer not in service.payers:
        law = words.PAYERS[need.payer]
        yield Reason(
            code="payer",
            text=f"Heeft geen plek die uit de {law} wordt betaald.",
            text_en=f"Has no place that the {law} pays for.",
        )
    if not need.requirements <= service.offers:
        missing = [r for r in Requirement if r in need.requirements - service.offers]
        yield Reason(
            code="missing-requirement",
            text=f"Heeft dit niet: {', '.join(words.REQUIREMENTS[r][0] for r in missing)}.",
            text_en=f"Does not have: {', '.join(words.REQUIREMENTS[r][1] for r in missing)}.",
        )
    if service.sexes and need.sex not in service.sexes:
        whom, whom_en = (
            " en ".join(words.SEXES.get(sex, (sex, sex))[language] for sex in sorted(service.sexes))
            for language in (0, 1)
        )
        unknown = need.sex is None
        yield Reason(
            code="sex-unknown" if unknown else "sex",
            text=f"Alleen voor {whom}." + (" Het geslacht is niet bekend." if unknown else ""),
            text_en=f"Only for {whom_en}." + (" The sex is not known." if unknown else ""),
        )
    yield from _age(need.age, service)


def _age(age: int | None, service: Service) -> Iterator[Reason]:
    restricted = service.age_from > ADULT or service.age_to < NO_OLDEST
    fits = not restricted if age is None else service.age_from <= age <= service.age_to
    if fits:
        return
    span = f"vanaf {service.age_from} jaar"
    span_en = f"from {service.age_from} years"
    if service.age_to < NO_OLDEST:
        span, span_en = f"{span} tot en met {service.age_to}", f"{span_en} up to {service.age_to}"
    yield Reason(
        code="age-unknown" if age is None else "age",
        text=f"Alleen {span}." + (" De leeftijd is niet bekend." if age is None else ""),
        text_en=f"Only {span_en}." + (" The age is not known." if age is None else ""),
    )


def _when(
    need: Need, service: Service, counters: Counters | None, now: datetime
) -> Iterator[Reason]:
    if counters is not None and counters.stopped(now):
        until, until_en = "Einde is niet bekend.", "The end is not known."
        if counters.stop_until is not None:
            moment = counters.stop_until.astimezone(AMSTERDAM).strftime("%d-%m-%Y %H:%M")
            until, until_en = f"Waarschijnlijk tot {moment}.", f"Expected until {moment}."
        yield Reason(
            code="stopped",
            text=f"Neemt nu niemand op: {counters.stop_reason}. {until}",
            text_en=f"Admits nobody now: {counters.stop_reason}. {until_en}",
        )
    if service.notice_hours > need.within_hours:
        yield Reason(
            code="notice",
            text=f"Moet het {service.notice_hours:g} uur van tevoren weten.",
            text_en=f"Needs {service.notice_hours:g} hours' notice.",
        )
    elif service.notice_hours or service.admission.windows:
        start = earliest_start(service, now)
        if start > now.astimezone(UTC) + timedelta(hours=need.within_hours):
            moment = start.astimezone(AMSTERDAM).strftime("%d-%m-%Y %H:%M")
            yield Reason(
                code="admission-hours",
                text=f"Neemt pas weer mensen op vanaf {moment}.",
                text_en=f"Admits people again only from {moment}.",
            )


def _room(need: Need, counters: Counters | None, now: datetime) -> Iterator[Reason]:
    if counters is None:
        yield Reason(
            code="not-reported",
            text="Heeft nog niet gemeld wat er vrij is. Bel eerst.",
            text_en="Has not reported yet what is free. Call first.",
        )
    elif counters.freshness(now) == "stale":
        yield Reason(
            code="stale",
            text="De melding is te oud. Het is niet bekend of er plek is. Bel eerst.",
            text_en="The report is too old. What is free is not known. Call first.",
        )
    elif counters.free <= 0:
        beds = counters.unit is Unit.BED
        yield Reason(
            code="full",
            text="Er is geen bed vrij." if beds else "Er zijn geen uren vrij.",
            text_en="No bed is free." if beds else "No hours are free.",
        )
    elif counters.free < need.amount:
        yield Reason(
            code="too-few-hours",
            text=f"Er zijn {counters.free:g} uren per week vrij. Nodig: {need.amount:g}.",
            text_en=f"{counters.free:g} hours a week are free. Needed: {need.amount:g}.",
        )
