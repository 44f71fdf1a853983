"""The columns of a capacity sheet: their names in Dutch and English, and which one is meant."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from triage.need import Shift

SHIFTS: Final = {
    Shift.MORNING: ("ochtend", "morning"),
    Shift.AFTERNOON: ("middag", "afternoon"),
    Shift.EVENING: ("avond", "evening"),
    Shift.NIGHT: ("nacht", "night"),
}

HEADERS: Final[dict[str, tuple[str, ...]]] = {
    "id": ("Id", "service id", "dienst id"),
    "name": ("Dienst", "service", "naam", "name", "naam dienst", "service name", "afdeling",
             "team"),
    "unit": ("Eenheid", "unit"),
    "staffed": ("Bedden met personeel", "staffed", "bedden", "beds", "staffed beds"),
    "occupied": ("Bezet", "occupied", "bezette bedden", "occupied beds"),
    "closed": ("Gesloten", "closed", "gesloten bedden", "closed beds"),
    "contracted": ("Uren per week", "contracted", "uren", "hours a week", "hours per week",
                   "contracted hours"),
    "committed": ("Uren toegezegd", "committed", "toegezegd", "toegezegde uren",
                  "committed hours"),
    "as_of": ("Stand op", "as of", "stand", "peilmoment", "peildatum", "datum", "date"),
    "valid_until": ("Geldig tot", "valid until"),
    "stop_reason": ("Reden opnamestop", "stop reason", "opnamestop"),
    "stop_until": ("Opnamestop tot", "stop until", "stop tot"),
    "releases": ("Verwacht vrij", "releases", "komt vrij", "expected free"),
    **{
        f"slots.{shift}.{name}": (
            f"{dutch.capitalize()} {words[0]}",
            f"{english} {name}",
            f"{english} {words[1]}",
            f"{dutch} {words[2]}",
        )
        for shift, (dutch, english) in SHIFTS.items()
        for name, words in (
            ("total", ("bezoeken", "visits", "totaal")),
            ("used", ("toegezegd", "promised", "bezet")),
        )
    },
}  # fmt: skip
"""By field: the Dutch name that the template has, then other names that are understood."""

NOTES: Final = frozenset(
    {"opmerking", "opmerkingen", "notitie", "notities", "note", "notes", "remark", "remarks",
     "comment", "comments"}
)  # fmt: skip
"""Columns that people keep for themselves: they are passed over."""

DERIVED: Final = frozenset(
    {"vrij", "vrije bedden", "vrije uren", "free", "free beds", "free hours"}
)
"""Columns that say what follows from the others."""

_NOT_A_WORD = re.compile(r"[^a-z0-9]+")


def plain(text: str) -> str:
    """A name without case, accents and signs, to know it by."""
    bare = unicodedata.normalize("NFKD", text).casefold()
    letters = "".join(one for one in bare if not unicodedata.combining(one))
    return _NOT_A_WORD.sub(" ", letters).strip()


_FIELDS: Final = {plain(name): field for field, names in HEADERS.items() for name in names}


def field_of(header: str) -> str | None:
    """The field that a header names, or None."""
    return _FIELDS.get(plain(header))


def letter(column: int) -> str:
    """The letters by which a spreadsheet names a column, counted from 0: A, B ... Z, AA."""
    letters = ""
    column += 1
    while column:
        column, left = divmod(column - 1, 26)
        letters = chr(ord("A") + left) + letters
    return letters
