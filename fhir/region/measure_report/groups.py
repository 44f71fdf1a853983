"""What one group of a MeasureReport counts: beds in its populations, or hours in its score."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from capacity.supply import Unit
from fhir.codes import UCUM
from fhir.outcome import Issue
from fhir.region.capacity_codes import (
    AREA,
    FIGURE,
    FIGURES_OF,
    GROUP,
    HOURS_A_WEEK,
    MEASURED,
    SANER_FIGURES,
    Figure,
)
from fhir.region.views import Group, Population, fault, named
from fhir.views import Concept

_FIGURES = {figure.value: figure for figure in Figure}
_BEDS = frozenset(FIGURES_OF[Unit.BED]) | {Figure.AVAILABLE}
_OWN, _INPATIENT, _ALL = range(3)
"""Whose word a count is: ours, SANER's of inpatient beds, SANER's of all hospital beds."""


class Counted(msgspec.Struct, frozen=True, kw_only=True):
    """The figures of one group.

    Attributes:
        unit: what they count in.
        amounts: beds, or hours a week.
        paths: where each stands.
        areas: PC4s of which the hours are; empty for all that the team goes to.
    """

    unit: Unit
    amounts: Mapping[Figure, float]
    paths: Mapping[Figure, str]
    areas: frozenset[str] = frozenset()


def counted(group: Group, path: str, issues: list[Issue], aside: list[Issue]) -> Counted | None:
    """What a group counts; None where it is left aside, or after a fault.

    Args:
        group: of the report.
        path: of the group.
        issues: faults are added here.
        aside: what was left aside is added here.
    """
    if group.modifier_extension or any(one.modifier_extension for one in group.population):
        text = "has a modifierExtension that is not known here; leave it out."
        issues.append(fault(path, "modified", text, "extension"))
        return None
    codes = {(code.system, code.code) for code in group.code.coding}
    figure = next((_FIGURES.get(code or "") for system, code in codes if system == FIGURE), None)
    if figure in FIGURES_OF[Unit.HOURS]:
        return _hours(group, figure, path, issues)
    if (GROUP, "Beds") in codes or any(_figure(one.code) for one in group.population):
        return _beds(group, path, issues)
    if figure is not None or any(system == GROUP for system, _ in codes):
        aside.append(_aside(path, "counts nothing that an organisation reports here; left aside."))
        return None
    text = (
        f"is not understood: give a code of {GROUP} (Beds) with populations, or of {FIGURE}"
        " (contracted, committed) with a measureScore in h/wk."
    )
    issues.append(fault(path, "not-understood", text, "code-invalid"))
    return None


def _aside(path: str, text: str) -> Issue:
    return Issue(
        code="informational",
        details="left-aside",
        diagnostics=f"{path}: {text}",
        expression=(path,),
        severity="information",
    )


def _figure(code: Concept) -> tuple[int, Figure] | None:
    """What a population counts, and whose word that is; None for what is not counted here."""
    said = {one.system: one.code or "" for one in code.coding}
    own = _FIGURES.get(said.get(FIGURE, ""))
    if own is not None:
        return (_OWN, own) if own in _BEDS else None
    saner = said.get(MEASURED, "")
    if saner not in SANER_FIGURES:
        return None
    return _ALL if saner.startswith("numTot") else _INPATIENT, SANER_FIGURES[saner]


def _beds(group: Group, path: str, issues: list[Issue]) -> Counted | None:
    before = len(issues)
    counts: dict[tuple[int, Figure], tuple[int, str]] = {}
    for place, population in enumerate(group.population):
        where = f"{path}.population[{place}]"
        found = _known(population, where, issues)
        if found is None or population.count is None:
            continue
        if found in counts:
            issues.append(fault(where, "twice", f"counts {found[1]} beds twice."))
        counts[found] = (population.count, where)
    if any((word, Figure.STAFFED) in counts for word in (_OWN, _INPATIENT)):
        # Of all hospital beds some are for nobody's stay: not to be mixed with those that are.
        counts = {key: value for key, value in counts.items() if key[0] != _ALL}
    amounts: dict[Figure, float] = {}
    paths: dict[Figure, str] = {}
    for (_, figure), (count, where) in sorted(counts.items()):
        amounts.setdefault(figure, count)
        paths.setdefault(figure, where)
    if len(issues) == before:
        _settle(amounts, paths, path, issues)
    if len(issues) > before:
        return None
    return Counted(unit=Unit.BED, amounts=amounts, paths=paths)


def _known(population: Population, where: str, issues: list[Issue]) -> tuple[int, Figure] | None:
    own = [one.code for one in population.code.coding if one.system == FIGURE]
    if any(code not in _FIGURES for code in own):
        text = f"has a code that {FIGURE} does not have; it has {', '.join(_FIGURES)}."
        issues.append(fault(f"{where}.code", "unknown-figure", text, "code-invalid"))
        return None
    return _figure(population.code)


def _settle(
    amounts: dict[Figure, float], paths: dict[Figure, str], path: str, issues: list[Issue]
) -> None:
    """Works out how many beds are occupied where only the free ones are told; checks both."""
    free = amounts.pop(Figure.AVAILABLE, None)
    for figure, cure in (
        (Figure.STAFFED, "numbeds, numTotBeds or staffed"),
        (Figure.OCCUPIED, "numBedsOcc, numTotBedsOcc or occupied, or what is available"),
    ):
        if figure not in amounts and (figure is Figure.STAFFED or free is None):
            text = (
                f"has no count of {figure} beds ({cure}); leave the group out while that is"
                " not known."
            )
            issues.append(fault(f"{path}.population", "no-count", text, "required"))
    if free is None or Figure.STAFFED not in amounts:
        return
    room = amounts[Figure.STAFFED] - amounts.get(Figure.CLOSED, 0)
    if free < 0 or free > room - amounts.get(Figure.OCCUPIED, 0):
        text = "says that more is free than there is: staffed, less occupied and closed."
        issues.append(fault(paths[Figure.AVAILABLE], "more-free-than-staffed", text))
        return
    amounts.setdefault(Figure.OCCUPIED, room - free)
    paths.setdefault(Figure.OCCUPIED, paths[Figure.AVAILABLE])


def _hours(group: Group, figure: Figure, path: str, issues: list[Issue]) -> Counted | None:
    score = group.measure_score
    where = f"{path}.measureScore"
    if score is None or score.value is None:
        text = f"has no hours of {figure}; leave the group out while that is not known."
        issues.append(fault(where, "no-score", text, "required"))
        return None
    if (score.system, score.code) != (UCUM, HOURS_A_WEEK) or score.comparator is not None:
        text = f"must be in hours a week: system {UCUM}, code {HOURS_A_WEEK}, no comparator."
        issues.append(fault(where, "not-hours-a-week", text, "value"))
        return None
    if score.value < 0:
        issues.append(fault(where, "below-0", "is below 0: send 0 or more.", "value"))
        return None
    areas = frozenset(one.value_string or "" for one in named(group.extension, AREA))
    return Counted(
        unit=Unit.HOURS, amounts={figure: score.value}, paths={figure: where}, areas=areas
    )
