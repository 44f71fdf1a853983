"""Every fault that a report of capacity can have, in plain words with its cure."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from capacity.problem import Problem
from capacity.report import BED_FIGURES, HOUR_FIGURES, Report, applied, figures_of
from capacity.report_times import is_real, moment_faults, stop_faults, time_faults
from capacity.supply import Counters, Unit

MOST_RELEASES: Final = 50
FARTHEST_RELEASE: Final = timedelta(days=366)
"""How far from ``as_of`` something may be expected to come free. A choice."""

_LARGEST: Final = 100_000.0
"""More than any organisation has; what is above it is a slip of the keyboard."""

_MOST_VISITS: Final = 10_000
"""Visits in one part of a day, idem."""

_UNITS: Final = {Unit.BED: "bedden", Unit.HOURS: "uren per week"}


def check_report(report: Report, unit: Unit, now: datetime) -> list[Problem]:
    """Every fault in a report of a service; an empty list when it can be taken.

    ``closed`` counts as 0 when left out; the other figures of the unit are required unless
    there is a change, and those of the other unit must be left out. Negative room that only
    comes from what was promised here is a conflict, not a fault.

    Args:
        report: as it is sent.
        unit: in which the service counts.
        now: the moment of receipt; that of the report where it names no ``as_of``.
    """
    return [
        *_unit_faults(report, unit),
        *_figure_faults(report, unit),
        *_slot_faults(report, unit),
        *_release_faults(report, unit, report.as_of or now),
        *time_faults(report, now),
        *stop_faults(report, report.as_of or now),
    ]


def check_change(report: Report, standing: Counters) -> list[Problem]:
    """Every fault that the figures would have after a change that is itself without fault."""
    after = applied(report, standing)
    return [
        Problem(
            f"change.{problem.path}",
            f"after the change it {problem.message}",
            f"na de wijziging: {problem.message_nl}",
        )
        for problem in _figure_faults(after, standing.unit)
    ]


def _unit_faults(report: Report, unit: Unit) -> Iterator[Problem]:
    if report.unit not in {None, unit}:
        yield Problem(
            "unit",
            f'this service counts in {unit}: send "{unit}"',
            f"deze dienst telt in {_UNITS[unit]}",
        )


def _figure_faults(report: Report, unit: Unit) -> Iterator[Problem]:
    ours = figures_of(unit)
    others = HOUR_FIGURES if unit is Unit.BED else BED_FIGURES
    change = report.change
    for name in others:
        at = f"change.{name}" if change is not None and getattr(change, name) else name
        if at != name or getattr(report, name) is not None:
            yield Problem(
                at,
                f"does not belong to a service that counts in {unit}: leave it out",
                f"hoort niet bij een dienst die telt in {_UNITS[unit]}: laat dit leeg",
            )
    if change is not None:
        yield from _change_faults(report, unit)
        return
    values = {name: getattr(report, name) for name in ours}
    wrong = False
    for name, value in values.items():
        fault = _fault(value, unit, required=name != "closed")
        if fault:
            wrong = True
            yield Problem(name, *fault)
    if wrong:
        return
    if unit is Unit.BED and values["occupied"] + (values["closed"] or 0) > values["staffed"]:
        yield Problem(
            "occupied",
            "is, with closed, over staffed: correct one of the three",
            "bezet en gesloten zijn samen meer dan de bedden die er zijn: verbeter een van de drie",
        )
    if unit is Unit.HOURS and values["committed"] > values["contracted"]:
        yield Problem(
            "committed",
            "is more than contracted: correct one of the two",
            "is meer dan de uren die er zijn: verbeter een van de twee",
        )


def _change_faults(report: Report, unit: Unit) -> Iterator[Problem]:
    for name in figures_of(unit):
        if getattr(report, name) is not None:
            yield Problem(
                name,
                "does not go with change: send figures or a change",
                "gaat niet samen met een wijziging: stuur cijfers of een wijziging",
            )
        fault = _fault(abs(getattr(report.change, name)), unit, required=True)
        if fault:
            yield Problem(f"change.{name}", *fault)


def _fault(value: float | None, unit: Unit, *, required: bool) -> tuple[str, str] | None:
    """What is wrong with one figure, in English and in Dutch."""
    if value is None:
        if not required:
            return None
        return f"is required for a service that counts in {unit}", "ontbreekt: vul dit in"
    if 0 <= value <= _LARGEST and round(value, 0 if unit is Unit.BED else 2) == value:
        return None
    faults = (
        (not math.isfinite(value), "is not a number", "is geen getal"),
        (
            value < 0,
            f"is {value:g}, below 0: send 0 or more",
            f"is {value:g}, lager dan 0: vul 0 of meer in",
        ),
        (
            value > _LARGEST,
            f"is over {_LARGEST:.0f}: send what there really is",
            f"is meer dan {_LARGEST:.0f}: vul in wat er echt is",
        ),
        (
            unit is Unit.BED and value % 1 != 0,
            f"is {value:g}, not a whole number of beds: send a whole number",
            "is geen heel aantal bedden: vul een heel getal in",
        ),
    )
    return next(
        ((said, gezegd) for wrong, said, gezegd in faults if wrong),
        ("has more than two decimals: round it", "heeft meer dan twee decimalen: rond af"),
    )


def _slot_faults(report: Report, unit: Unit) -> Iterator[Problem]:
    if report.slots and unit is Unit.BED:
        yield Problem(
            "slots",
            "are visits of a team that counts in hours: leave them out for beds",
            "bezoeken horen bij een team dat telt in uren: laat dit leeg bij bedden",
        )
        return
    for shift, slot in (report.slots or {}).items():
        for name, value in (("total", slot.total), ("used", slot.used)):
            if not 0 <= value <= _MOST_VISITS:
                yield Problem(
                    f"slots.{shift}.{name}",
                    f"is not between 0 and {_MOST_VISITS} visits a day",
                    f"is niet tussen 0 en {_MOST_VISITS} bezoeken per dag",
                )
        if slot.used > slot.total:
            yield Problem(
                f"slots.{shift}.used",
                "is more than total: correct one of the two",
                "is meer dan de bezoeken die er zijn: verbeter een van de twee",
            )


def _release_faults(report: Report, unit: Unit, as_of: datetime) -> Iterator[Problem]:
    releases = report.releases or ()
    if len(releases) > MOST_RELEASES:
        yield Problem(
            "releases",
            f"are {len(releases)}: send the first {MOST_RELEASES}",
            f"zijn er {len(releases)}: vul er hooguit {MOST_RELEASES} in",
        )
        return
    for at, release in enumerate(releases):
        where = f"releases[{at}]"
        fault = _fault(release.amount, unit, required=True)
        if fault is None and release.amount == 0:
            fault = ("is 0: leave out what does not come free", "is 0: laat dit weg")
        if fault:
            yield Problem(f"{where}.amount", *fault)
        yield from moment_faults(f"{where}.at", release.at)
        if not is_real(release.at) or as_of.tzinfo is None:
            continue
        if release.at <= as_of:
            yield Problem(
                f"{where}.at",
                "is not after as_of: what is free already is no release",
                "is niet na de stand: wat al vrij is, komt niet meer vrij",
            )
        elif is_real(as_of) and release.at - as_of > FARTHEST_RELEASE:
            yield Problem(
                f"{where}.at",
                "is more than a year ahead: leave it out for now",
                "is meer dan een jaar vooruit: laat dit nog weg",
            )
