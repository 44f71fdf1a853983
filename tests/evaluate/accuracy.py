"""How well screens find an outcome: sensitivity, specificity, under- and over-triage."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

import msgspec
from clopper_pearson import Share, share
from columns import Mapping
from csv_patients import Patients
from screens import Reading, Said, Screened, in_scope

OLD = 75
"""Apart from this age: older people are under-triaged more (evidence.md 1.1, KTAS)."""

Says = Callable[[Screened], bool | None]


class Accuracy(msgspec.Struct, frozen=True, kw_only=True):
    """One screen against one outcome.

    Attributes:
        screen: its name.
        flagged: share of everyone that it calls acute.
        sensitivity: share of those with the outcome that it calls acute.
        specificity: share of those without it that it does not.
    """

    screen: str
    flagged: Share
    sensitivity: Share
    specificity: Share


def screens(mapping: Mapping) -> dict[str, Says]:
    """The screens that are compared, ours first; each says acute, not, or nothing (None)."""
    ours: dict[str, Says] = {
        "Naober, acute for certain": lambda one: one.certain,
        "Naober, at once for certain (U0, U1)": lambda one: one.at_once,
    }
    scores: dict[str, Says] = {
        "NEWS2 of 5 or more": lambda one: one.news2 >= 5,
        "NEWS2 of 5 or more, or one 3": lambda one: one.news2 >= 5 or one.three,
        "NEWS2 of 7 or more": lambda one: one.news2 >= 7,
    }
    if mapping.comparator is None:
        return ours | scores
    other = mapping.comparator.title
    return (
        ours
        | {other: lambda one: one.patient.other}
        | scores
        | {f"{other}, or Naober for certain": _or_other(lambda one: one.certain)}
        | {f"{other}, or NEWS2 of 5 or more, or one 3": _or_other(_news2)}
    )


def _news2(one: Screened) -> bool:
    return one.news2 >= 5 or one.three


def _or_other(ours: Callable[[Screened], bool]) -> Says:
    def says(one: Screened) -> bool | None:
        return True if ours(one) else one.patient.other

    return says


def accuracy(people: Sequence[Screened], outcome: str, asked: dict[str, Says]) -> list[Accuracy]:
    """Each screen against an outcome, over the people of whom both are known."""
    found = []
    for name, says in asked.items():
        table = Counter(
            (one.patient.outcomes[outcome], acute)
            for one in people
            if one.patient.outcomes[outcome] is not None and (acute := says(one)) is not None
        )
        ill, well = (table[value, True] + table[value, False] for value in (True, False))
        found.append(
            Accuracy(
                screen=name,
                flagged=share(table[True, True] + table[False, True], ill + well),
                sensitivity=share(table[True, True], ill),
                specificity=share(table[False, False], well),
            )
        )
    return found


def readings(people: Sequence[Screened]) -> dict[Reading, Counter[Said]]:
    """How often each thing is said, by how much is taken to be known."""
    return {reading: Counter(one.said[reading] for one in people) for reading in Reading}


class Cohort(msgspec.Struct, frozen=True, kw_only=True):
    """A data set, screened.

    Attributes:
        mapping: which columns hold what.
        file: the name of the CSV.
        patients: as read, with the cells that could not be used.
        screened: everyone.
    """

    mapping: Mapping
    file: str
    patients: Patients
    screened: tuple[Screened, ...]

    @property
    def adults(self) -> list[Screened]:
        """Whom our rules are meant for."""
        return [one for one in self.screened if in_scope(one.patient)]

    def people(self, *, least: int = 0, complete: bool = True) -> list[Screened]:
        """Adults of at least an age, of whom the vital signs of a score are known, or are not."""
        return [
            one
            for one in self.adults
            if one.complete is complete and (not least or (one.patient.picture.age or 0) >= least)
        ]
