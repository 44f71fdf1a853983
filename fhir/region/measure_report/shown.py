"""What services have, told as a MeasureReport; what is no longer known is told as not known.

Beds are counted in populations, with SANER's codes where it has one; hours a week do not fit
in a count, which is whole, and are a ``measureScore`` each (fhir.md 2).
Resource: https://hl7.org/fhir/R4/measurereport.html.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from capacity.supply import Counters, Organisation, Service, Unit
from fhir.region.capacity_codes import (
    AS_OF,
    FIGURE,
    FIGURE_WORDS,
    FIGURES_OF,
    GROUP,
    MEASURE,
    MEASURED,
    OF_SERVICE,
    VALID_UNTIL,
    Figure,
    coding,
    extension,
    hours,
    service_reference,
    unknown,
)
from fhir.region.organisation import organisation_reference
from fhir.stamping import instant

_SANER_CODE = {Figure.STAFFED: "numbeds", Figure.OCCUPIED: "numBedsOcc"}
"""``numTotBeds`` is left out: it also counts beds without people to care for who lies in them,
and how many there are of those nobody told us."""


def measure_report(
    supply: Sequence[tuple[Service, Counters]],
    organisation: Organisation,
    *,
    id: str,  # noqa: A002 - FHIR's name
    now: datetime,
    version: int | None = None,
) -> dict[str, Any]:
    """The figures of some services of one organisation, with when they were true.

    Args:
        supply: at least one service, all of them of the organisation, each with its counters.
        organisation: who reported them.
        id: of the MeasureReport.
        now: the moment, with a time zone.
        version: of the report, where there is one service.
    """
    sites = {service.site for service, _ in supply}
    moments = [counters.as_of for _, counters in supply]
    body: dict[str, Any] = {"resourceType": "MeasureReport", "id": id}
    if version is not None:
        body["meta"] = {"versionId": str(version)}
    body |= {"status": "complete", "type": "summary", "measure": MEASURE}
    if len(sites) == 1:
        body["subject"] = {"reference": f"Location/{min(sites)}"}
    body |= {
        "date": instant(now),
        "reporter": organisation_reference(organisation),
        "period": {"start": instant(min(moments)), "end": instant(max(moments))},
        "group": [
            group for service, counters in supply for group in _groups(service, counters, now)
        ],
    }
    return body


def _groups(service: Service, counters: Counters, now: datetime) -> list[dict[str, Any]]:
    """One group with a population for each figure of beds; a group for each figure of hours."""
    about = {
        "extension": [
            extension(OF_SERVICE, valueReference=service_reference(service)),
            extension(AS_OF, valueDateTime=instant(counters.as_of)),
            extension(VALID_UNTIL, valueDateTime=instant(counters.valid_until)),
        ]
    }
    figures = _figures(counters, now)
    if counters.unit is Unit.BED:
        code = {"coding": [coding(GROUP, "Beds")], "text": service.name}
        return [about | {"code": code, "population": [_population(*one) for one in figures]}]
    return [
        about | {"code": {"coding": [_figure(figure)], "text": service.name}} | _score(amount)
        for figure, amount in figures
    ]


def _figures(counters: Counters, now: datetime) -> list[tuple[Figure, float | None]]:
    """Every figure of a service; None for what is not known any more.

    What we hold and reserved ourselves we know at any time.
    """
    fresh = counters.freshness(now) == "fresh"
    reported: list[tuple[Figure, float | None]] = [
        (figure, getattr(counters, figure.value) if fresh else None)
        for figure in FIGURES_OF[counters.unit]
    ]
    return [
        *reported,
        (Figure.HELD, counters.held),
        (Figure.RESERVED, counters.reserved),
        (Figure.AVAILABLE, counters.free if fresh else None),
    ]


def _figure(figure: Figure) -> dict[str, Any]:
    return coding(FIGURE, figure.value, FIGURE_WORDS[figure][0])


def _population(figure: Figure, amount: float | None) -> dict[str, Any]:
    codings = [_figure(figure)]
    if figure in _SANER_CODE:
        codings.insert(0, coding(MEASURED, _SANER_CODE[figure]))
    count = {"_count": unknown()} if amount is None else {"count": int(amount)}
    return {"code": {"coding": codings}} | count


def _score(amount: float | None) -> dict[str, Any]:
    return {"measureScore": unknown() if amount is None else hours(amount)}
