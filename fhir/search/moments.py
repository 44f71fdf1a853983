"""What stretch of time a FHIR date stands for: as much as it leaves open.

https://hl7.org/fhir/R4/search.html#date: ``2026-02`` is the whole of February, ``10:05:00`` that
whole second. A time without a zone, and every date, is read on the clock of this country.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

from fhir.person import HERE, span
from fhir.search.query import Span

# In a query the seconds and the zone may be missing; "+" that was not escaped arrives as a space.
_TIME = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})T([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]+))?)?"
    r"(Z|[+\- ][0-9]{2}:[0-9]{2})?"
)
_DATE = re.compile(r"[0-9]{4}(?:-[0-9]{2}(?:-[0-9]{2})?)?")
_MICRO = 6
_SECOND_DAY = datetime(1, 1, 2, tzinfo=UTC)
_LAST_DAY = datetime(9999, 12, 31, tzinfo=UTC)


@lru_cache(maxsize=2048)  # the resources of one referral name the same few moments
def stretch(text: str) -> Span | None:
    """The stretch of a date, dateTime or instant, in UTC; None where it names none.

    Its ends are open where the calendar of a computer ends (the years 1 and 9999).
    """
    try:
        if _DATE.fullmatch(text):
            first, last = span(text)
            return Span(_start(first), None if last == date.max else _start(_next(last)))
        found = _TIME.fullmatch(text)
        return _moment(found) if found else None
    except ValueError:  # a month 13, an hour 24
        return None


def _next(day: date) -> date:
    return day + timedelta(days=1)


def _start(day: date) -> datetime | None:
    return _in_utc(datetime.combine(day, time(), tzinfo=HERE))


def _in_utc(moment: datetime) -> datetime | None:
    """None on the far side of the date line in the first or the last year."""
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        return None


def _moment(found: re.Match[str]) -> Span | None:
    day, hour, minute, second, fraction, zone = found.groups()
    whole = f"{day}T{hour}:{minute}:{'59' if second == '60' else second or '00'}"
    parts = fraction[:_MICRO].ljust(_MICRO, "0") if fraction else "000000"
    local = datetime.fromisoformat(f"{whole}.{parts}{(zone or '').replace(' ', '+')}")
    low = _in_utc(local if zone else local.replace(tzinfo=HERE))
    if low is None:
        return Span(None, _SECOND_DAY) if local.year == 1 else Span(_LAST_DAY, None)
    try:
        # A leap second is told as the second that follows it.
        low += timedelta(seconds=1 if second == "60" else 0)
        return Span(low, low + _precision(second, fraction))
    except OverflowError:
        return Span(low, None)


def _precision(second: str | None, fraction: str | None) -> timedelta:
    if second is None:
        return timedelta(minutes=1)
    if fraction is None:
        return timedelta(seconds=1)
    return timedelta(microseconds=10 ** max(0, _MICRO - len(fraction)))


def hull(spans: list[Span]) -> Span | None:
    """The stretch from the first beginning to the last end; None of nothing."""
    if not spans:
        return None
    lows = [one.low for one in spans]
    highs = [one.high for one in spans]
    low = None if None in lows else min(one for one in lows if one)
    high = None if None in highs else max(one for one in highs if one)
    return Span(low, high)


def between(start: str | None, end: str | None) -> Span | None:
    """The stretch of a Period; open where it has no start or end, None where it has neither."""
    first = stretch(start) if start else None
    last = stretch(end) if end else None
    if first is None and last is None:
        return None
    low = first.low if first else None
    high = last.high if last else None
    if low is not None and high is not None and low >= high:
        # The end is less precise than the start and falls before it: the moment of the start.
        return first
    return Span(low, high)


def wider(one: Span) -> Span:
    """As far again on both sides: what ``ap`` is taken to mean."""
    if one.low is None or one.high is None:
        return one
    around = one.high - one.low
    try:
        return Span(one.low - around, one.high + around)
    except OverflowError:
        return Span(None, None)
