"""Reads a cell as a person fills it in: numbers and moments in Dutch or English writing."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Final

from capacity.hours import AMSTERDAM
from capacity.report_check import MOST_RELEASES
from capacity.report_times import YEARS
from capacity.sheet.columns import plain
from capacity.supply import Release, Unit

LONGEST: Final = 40
"""Characters of a number or a moment; what is longer is neither."""


class BadCell(ValueError):  # noqa: N818 - a fault of who filled it in, not an error of ours
    """A cell that can't be read: what is wrong and the cure, in Dutch and in English."""

    def __init__(self, text: str, text_en: str) -> None:
        super().__init__(text_en)
        self.text = text
        self.text_en = text_en


_SPACED = re.compile(r"(?<=[0-9])[ \u00a0\u2009\u202f'\u2019](?=[0-9]{3}(?![0-9]))")
# A point before exactly three digits parts thousands in Dutch writing; in English writing it
# would be a third decimal, which no figure has.
_NUMBERS: Final = (
    (re.compile(r"[+-]?[1-9][0-9]{0,2}(\.[0-9]{3})+(,[0-9]+)?"), ".", ","),
    (re.compile(r"[+-]?[1-9][0-9]{0,2}(,[0-9]{3})+\.[0-9]+"), ",", "."),
    (re.compile(r"[+-]?[1-9][0-9]{0,2}(,[0-9]{3}){2,}"), ",", "."),
    (re.compile(r"[+-]?[0-9]+,[0-9]+"), ".", ","),
    (re.compile(r"[+-]?[0-9]+(\.[0-9]+)?"), ",", "."),
)


def number(text: str) -> float:
    """A number: 372,5 or 372.5; thousands with a point, a space or (before decimals) a comma.

    Raises:
        BadCell: it is none.
    """
    _must_be_a_value(text)
    written = _SPACED.sub("", text.replace("\u2212", "-"))
    for form, thousands, point in _NUMBERS:
        if len(written) <= LONGEST and form.fullmatch(written):
            return float(written.replace(thousands, "").replace(point, "."))
    raise BadCell(
        "is geen getal: vul alleen een getal in, zoals 12 of 372,5",
        "is not a number: fill in a number only, such as 12 or 372.5",
    )


_ISO = re.compile(
    r"(?P<year>[0-9]{4})-(?P<month>[0-9]{1,2})-(?P<day>[0-9]{1,2})"
    r"(?:[T ]+(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2})(?:\.[0-9]+)?)?)?"
    r" ?(?P<zone>Z|[+-][0-9]{2}:?[0-9]{2})?"
)
_DUTCH = re.compile(
    r"(?:(?:ma|di|wo|do|vr|za|zo)[a-z]*\.? )?"
    r"(?P<day>[0-9]{1,2})[-/. ](?P<month>[0-9]{1,2}|[a-z]{3,9})\.?[-/. ](?P<year>[0-9]{4}|[0-9]{2})"
    r"(?:[ ,]+(?:om )?(?P<hour>[0-9]{1,2})[:.](?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2}))?"
    r"(?: ?uur)?)?(?P<zone>)"
)
_MONTHS: Final = (
    ("jan", "januari", "january"), ("feb", "februari", "february"),
    ("mrt", "maart", "mar", "march"), ("apr", "april"), ("mei", "may"), ("jun", "juni", "june"),
    ("jul", "juli", "july"), ("aug", "augustus", "august"), ("sep", "sept", "september"),
    ("okt", "oktober", "oct", "october"), ("nov", "november"), ("dec", "december"),
)  # fmt: skip
_MONTH: Final = {name: at for at, names in enumerate(_MONTHS, 1) for name in names}
_SERIAL = re.compile(r"[0-9]{5}([.,][0-9]+)?")


def moment(text: str, *, timed: bool) -> datetime:
    """A moment, in UTC: dd-mm-yyyy hh:mm (day first), or ISO 8601.

    Without an offset it is what the wall clock of Europe/Amsterdam shows. In the night that the
    clock goes back, a time that is shown twice is the first of the two: the earlier as-of keeps
    more reserved, so that nothing is given twice. Without a time it is the begin of the day.

    Args:
        text: of the cell.
        timed: whether a time is required.

    Raises:
        BadCell: it is none, or the clock never showed it.
    """
    _must_be_a_value(text)
    text = " ".join(text.split())
    found = None
    if len(text) <= LONGEST:
        found = _ISO.fullmatch(text.upper()) or _DUTCH.fullmatch(text.casefold())
    if found is None:
        if _SERIAL.fullmatch(text):
            raise BadCell(
                "is een getal van Excel en geen datum: geef de cel de notatie dd-mm-jjjj uu:mm",
                "is a number of Excel and no date: format the cell as dd-mm-yyyy hh:mm",
            )
        raise _no_moment()
    part = found.groupdict()
    if timed and part["hour"] is None:
        raise BadCell(
            "heeft geen tijd: vul ook de tijd in, zoals 22-11-2026 14:30",
            "has no time: fill in the time too, such as 22-11-2026 14:30",
        )
    year, month = part["year"], part["month"]
    try:
        local = datetime(  # noqa: DTZ001 - its zone follows
            int(year if len(year) == len("2026") else f"20{year}"),
            int(month) if month.isdigit() else _MONTH[month],
            int(part["day"]),
            int(part["hour"] or 0),
            int(part["minute"] or 0),
            int(part["second"] or 0),
        )
    except (ValueError, KeyError):
        raise _no_moment() from None
    if local.year not in YEARS:
        raise BadCell("is geen jaar van deze tijd", "is not a year of now")
    return _with_offset(local, part["zone"]) if part["zone"] else _on_the_wall(local)


def _with_offset(local: datetime, zone: str) -> datetime:
    offset = timedelta()
    if zone != "Z":
        minutes = int(zone[1:3]) * 60 + int(zone[-2:])
        if minutes >= 24 * 60 or int(zone[-2:]) >= 60:  # noqa: PLR2004 - minutes
            raise _no_moment()
        offset = timedelta(minutes=minutes) * (-1 if zone[0] == "-" else 1)
    return local.replace(tzinfo=timezone(offset)).astimezone(UTC)


def _on_the_wall(local: datetime) -> datetime:
    """The (first) moment at which the clock showed this."""
    found = local.replace(tzinfo=AMSTERDAM).astimezone(UTC)
    if found.astimezone(AMSTERDAM).replace(tzinfo=None) != local:
        raise BadCell(
            "is een tijd die er niet was: in die nacht ging de klok van 02:00 naar 03:00",
            "is a time that never was: in that night the clock went from 02:00 to 03:00",
        )
    return found


def _no_moment() -> BadCell:
    return BadCell(
        "is geen datum met tijd: schrijf dag-maand-jaar uur:minuut, zoals 22-11-2026 14:30",
        "is not a date with a time: write day-month-year hour:minute, such as 22-11-2026 14:30",
    )


_RELEASE = re.compile(r"(?P<amount>.+?) +(?:op|at|on) +(?P<at>.+)", re.IGNORECASE)
_NONE = frozenset({"geen", "none", "0"})


def releases(text: str) -> tuple[Release, ...]:
    """What is expected to come free: ``1 op 24-11-2026 10:00``, several parted by ``|``.

    "geen" or "none" says that nothing is.

    Raises:
        BadCell: a part is not of that form.
    """
    if text.casefold() in _NONE:
        return ()
    parts = [one.strip() for one in re.split(r"[|\n]", text) if one.strip()]
    found = [_RELEASE.fullmatch(one) for one in parts[: MOST_RELEASES + 1]]
    if not all(found):
        raise BadCell(
            "is niet te lezen: schrijf zoals 1 op 24-11-2026 10:00, met | ertussen; of geen",
            "can't be read: write like 1 at 24-11-2026 10:00, parted by |; or none",
        )
    return tuple(
        Release(at=moment(one["at"], timed=False), amount=number(one["amount"]))
        for one in found
        if one
    )


_UNITS: Final = {
    **dict.fromkeys(("bed", "bedden", "beds"), Unit.BED),
    **dict.fromkeys(
        (
            "uur", "uren", "uur per week", "uren per week", "uur week", "hour", "hours",
            "hour week", "hours week", "hours per week", "hours a week",
        ),
        Unit.HOURS,
    ),
}  # fmt: skip


def unit(text: str) -> Unit:
    """A unit: bedden, or uren per week.

    Raises:
        BadCell: it is another word.
    """
    found = _UNITS.get(plain(text))
    if found is None:
        raise BadCell(
            "is geen eenheid: schrijf bedden of uren per week, of laat dit leeg",
            "is no unit: write beds or hours a week, or leave it empty",
        )
    return found


def _must_be_a_value(text: str) -> None:
    """Refuses what a spreadsheet shows or keeps instead of a value.

    Raises:
        BadCell: a formula, or the name of an error.
    """
    if text[:1] in {"=", "@"}:
        raise BadCell(
            "is een formule: bewaar de waarde die er staat, niet de formule",
            "is a formula: save the value that it shows, not the formula",
        )
    if text[:1] == "#":
        raise BadCell(
            "is een foutmelding van het rekenblad: verbeter de cel",
            "is an error of the spreadsheet: correct the cell",
        )
