"""The vocabulary of the picture as data: what type, codes, unit and range each fact has."""

from __future__ import annotations

from enum import StrEnum
from types import UnionType
from typing import Annotated, Any, get_args, get_origin, get_type_hints

import msgspec

from fhir.views import Answer
from triage.codes import Consciousness
from triage.need import Requirement
from triage.picture import FACTS, RED_FLAGS, Note, Origin, Picture, link_id
from triage.scores.instruments import INSTRUMENTS, RAW_SCORES

VITALS = (
    "respiration_rate",
    "oxygen_saturation",
    "on_oxygen",
    "systolic",
    "pulse",
    "consciousness",
    "temperature",
    "diastolic",
)
"""The facts that are one set of vital signs and count for an hour."""

TOTALS = (*INSTRUMENTS, *RAW_SCORES)
"""The facts that are the total of an instrument."""

WARNINGS = (*RED_FLAGS, "fell", "fall_hip", "fall_head", "fall_long_lie", "fall_faint")
"""The facts of which a yes stands until a professional says no: flags, a fall and its signs."""


class Fact(msgspec.Struct, frozen=True, kw_only=True):
    """What a fact of the picture may hold.

    Attributes:
        field: its name in ``Picture``.
        link: its link id in the Questionnaire.
        holds: ``bool``, ``int``, ``float``, ``str``, ``StrEnum`` for a code, or ``Span`` for a
            total of an instrument, of which an answer n is the range n to n.
        codes: the closed set, for a code.
        many: whether several codes may be given.
        nl: the question in Dutch.
        en: the question in English.
        unit: UCUM code, or None.
        low: lowest plausible value, or None.
        high: highest plausible value, or None.
    """

    field: str
    link: str
    holds: type
    codes: type[StrEnum] | None
    many: bool
    nl: str
    en: str
    unit: str | None
    low: float | None
    high: float | None

    def plausible(self, value: float) -> bool:
        """Whether a number lies in the range of the vocabulary, ends included."""
        return (self.low is None or value >= self.low) and (self.high is None or value <= self.high)


def _fact(field: str, hint: Any) -> Fact:
    annotated = next(arg for arg in get_args(hint) if get_origin(arg) is Annotated)
    base, meta = get_args(annotated)
    extra: dict[str, Any] = meta.extra
    many = get_origin(base) is frozenset
    codes: type[StrEnum] | None = None
    if many:
        codes = Requirement  # equipment is typed by its text in the picture, closed here
    elif issubclass(base, StrEnum):
        codes = base
    return Fact(
        field=field,
        link=link_id(field),
        holds=StrEnum if codes else base,
        codes=codes,
        many=many,
        nl=extra["nl"],
        en=extra["en"],
        unit=extra["unit"],
        low=extra["ge"],
        high=extra["le"],
    )


def _facts() -> dict[str, Fact]:
    hints = get_type_hints(Picture, include_extras=True)
    if not all(isinstance(hints[field], UnionType) or get_args(hints[field]) for field in FACTS):
        raise TypeError("every fact of the picture is optional")
    return {field: _fact(field, hints[field]) for field in FACTS}


FACT: dict[str, Fact] = _facts()
"""The description of each fact, by its field."""

SEVERITY = {code: rank for rank, code in enumerate(Consciousness)}
"""The order of consciousness, alert first: the higher, the worse."""


class Found(msgspec.Struct, kw_only=True):
    """Facts on their way to a picture; filled as a referral is read.

    Attributes:
        values: the value of each fact that is known.
        origins: where each came from. A fact with an origin and no value was looked at last
            by something that isn't a plain value ("< 85"): earlier values no longer count.
        notes: what could not be used, or was used with care.
        wanted: answers that are no facts but ask something of whoever gives the care, by link
            id, each with where it stands.
    """

    values: dict[str, Any] = {}
    origins: dict[str, Origin] = {}
    notes: list[Note] = []
    wanted: dict[str, tuple[tuple[Answer, ...], str]] = {}

    def note(self, field: str, text: str, source: str) -> None:
        """Say something about a fact, or about the whole with an empty field."""
        self.notes.append(Note(fact=FACT[field].link if field else "", text=text, source=source))

    def absorb(self, other: Found) -> None:
        """Add what was found elsewhere, about other facts."""
        self.values |= other.values
        self.origins |= other.origins
        self.notes += other.notes

    def picture(self) -> Picture:
        """The picture of all that was found."""
        return Picture(**self.values, origins=self.origins, notes=tuple(self.notes))
