"""Reads a MeasureReport as the figures of our services; all of it, or every fault."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time
from typing import Any

import msgspec

from capacity.report import Report
from capacity.report_check import check_report
from capacity.supply import Organisation, Service
from fhir.clock import moment
from fhir.outcome import FhirRefused, Issue
from fhir.person import HERE, span
from fhir.region.capacity_codes import AREA, AS_OF, VALID_UNTIL
from fhir.region.measure_report.groups import Counted, counted
from fhir.region.measure_report.subject import of_group, of_report
from fhir.region.views import Extension, Group, MeasureReport, fault, named
from fhir.views import view

_ROOT = "MeasureReport"
_Part = tuple[Group, Counted, str]
"""A group, what it counts, and its path."""


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """What a MeasureReport says of one service.

    Attributes:
        service: one of the organisation's own.
        report: its figures, with the moment for which they are true.
        path: of its group, the first of them.
        paths: where each value of the report stands, by its name.
    """

    service: Service
    report: Report
    path: str
    paths: Mapping[str, str]


class Measured(msgspec.Struct, frozen=True, kw_only=True):
    """A MeasureReport that was understood.

    Attributes:
        services: at least one.
        aside: what was left aside, for the sender to know.
    """

    services: tuple[Figures, ...]
    aside: tuple[Issue, ...]


def read(
    body: bytes, services: Sequence[Service], organisation: Organisation, now: datetime
) -> Measured:
    """What a MeasureReport says, after ``fhir.validation.accept``.

    Args:
        body: the MeasureReport.
        services: every service of the organisation that sends it.
        organisation: itself.
        now: the moment of receipt.

    Raises:
        FhirRefused: "unprocessable" with every fault, and the path of its element.
    """
    report = view(body, MeasureReport, _ROOT)
    issues = _head(report)
    candidates = of_report(report, services, organisation, issues)
    times = _times(report.extension, _ROOT, issues)
    whole = times.get(AS_OF) or _as_of(report, issues)
    found: dict[str, list[_Part]] = {}
    aside: list[Issue] = []
    for place, group in enumerate(report.group):
        path = f"{_ROOT}.group[{place}]"
        part = counted(group, path, issues, aside)
        if part is None or candidates is None:
            continue
        service = of_group(group, part.unit, candidates, path, issues)
        if service is not None:
            found.setdefault(service.id, []).append((group, part, path))
    known = {service.id: service for service in services}
    read_ones: list[Figures] = []
    for identity, parts in found.items():
        one = _figures(known[identity], parts, times, whole, issues)
        if one is not None:
            issues += _faults(one, now)
            read_ones.append(one)
    if not issues and not read_ones:
        issues.append(
            fault(f"{_ROOT}.group", "nothing-counted", "has no group with beds or hours a week.")
        )
    if issues:
        raise FhirRefused("unprocessable", issues)
    return Measured(services=tuple(read_ones), aside=tuple(aside))


def _head(report: MeasureReport) -> list[Issue]:
    issues = []
    if report.status != "complete":
        text = "must be complete: figures that are pending or in error can't be counted."
        issues.append(fault(f"{_ROOT}.status", "not-complete", text))
    if report.type != "summary":
        text = "must be summary: only totals are taken here, nothing of single persons."
        issues.append(fault(f"{_ROOT}.type", "not-a-summary", text))
    if report.modifier_extension:
        text = "changes the meaning in a way that is not known here; leave it out."
        issues.append(fault(f"{_ROOT}.modifierExtension", "modified", text, "extension"))
    return issues


def _as_of(report: MeasureReport, issues: list[Issue]) -> datetime | None:
    """The moment of the figures: the earlier of when they were made and the end of their period.

    Too late a moment would count people as included who were promised a place after the
    figures were taken; so of two moments the earlier one is right.
    """
    ends = [
        (last, path, text is not None and "T" in text)
        for text, path in ((report.date, "date"), (report.period.end, "period.end"))
        if (last := _last(text)) is not None
    ]
    if ends:
        last, _, exact = min(ends)
        if exact:
            return last
    path = f"{_ROOT}.{min(ends)[1] if ends else 'date'}"
    text = "must say at what time the figures were true, with a time zone."
    issues.append(fault(path, "no-moment", text, "required"))
    return None


def _last(text: str | None) -> datetime | None:
    """A moment, or the last one of a day, month or year; None where it can't be read."""
    if text is None or "T" in text:
        return moment(text)
    try:
        return datetime.combine(span(text)[1], time(23, 59, 59), tzinfo=HERE).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _times(extensions: Sequence[Extension], path: str, issues: list[Issue]) -> dict[str, datetime]:
    """The moments of our own extensions, by URL."""
    times = {}
    for url in (AS_OF, VALID_UNTIL):
        for one in named(extensions, url):
            read_as = moment(one.value_date_time)
            if read_as is None:
                text = "must have a valueDateTime with a time of day and a time zone."
                issues.append(fault(f"{path}.extension('{url}')", "no-moment", text, "value"))
            else:
                times[url] = read_as
    return times


def _figures(
    service: Service,
    parts: Sequence[_Part],
    times: Mapping[str, datetime],
    whole: datetime | None,
    issues: list[Issue],
) -> Figures | None:
    """One service's figures out of its groups: one of beds, or some of hours, added up."""
    amounts: dict[str, Any] = {}
    paths = {"as_of": f"{_ROOT}.date", "valid_until": f"{_ROOT}.extension('{VALID_UNTIL}')"}
    areas: dict[str, set[str]] = {}
    moments: list[datetime] = []
    until: list[datetime] = []
    for group, part, path in parts:
        own = {**times, **_times(group.extension, path, issues)}
        moments += [moment for moment in (own.get(AS_OF, whole),) if moment is not None]
        until += [own[VALID_UNTIL]] if VALID_UNTIL in own else []
        if strange := sorted(part.areas - service.area):
            text = f"the team does not go to {', '.join(strange[:5])}: correct it, or leave it out."
            issues.append(fault(f"{path}.extension('{AREA}')", "not-its-area", text))
        new = set(part.areas or service.area or {""})
        for figure, amount in part.amounts.items():
            if areas.setdefault(figure, set()) & new:
                text = f"counts {service.name} twice: send one group for each service (and area)."
                issues.append(fault(path, "twice", text))
            areas[figure] |= new
            amounts[figure.value] = round(amounts.get(figure, 0.0) + amount, 6)
            paths[figure.value] = part.paths[figure]
    if not moments:
        return None
    report = Report(
        unit=service.unit, as_of=min(moments), valid_until=min(until, default=None), **amounts
    )
    return Figures(service=service, report=report, path=parts[0][2], paths=paths)


def _faults(figures: Figures, now: datetime) -> list[Issue]:
    """What the figures of one service break of the rules that every report keeps."""
    return [
        fault(
            figures.paths.get(problem.path, figures.path),
            "report",
            f"{problem.path} {problem.message}.",
        )
        for problem in check_report(figures.report, figures.service.unit, now)
    ]
