"""When a service admits people: days and hours on the wall clock of Europe/Amsterdam."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import count
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

AMSTERDAM: Final = ZoneInfo("Europe/Amsterdam")

_MINUTES_A_DAY: Final = 24 * 60
_SUNDAY: Final = 7


class Window(msgspec.Struct, frozen=True, kw_only=True):
    """One stretch of one weekday in which people are admitted.

    Attributes:
        day: ISO weekday, 1 (Monday) to 7 (Sunday).
        opens: minutes after midnight on the wall clock, 0 to 1439.
        closes: idem, later than ``opens``, at most 1440; that minute itself is closed.
            A stretch over midnight is two windows.

    Raises:
        ValueError: one of them is out of range.
    """

    day: int
    opens: int
    closes: int

    def __post_init__(self) -> None:
        """Refuse a stretch that no clock ever shows."""
        if not 1 <= self.day <= _SUNDAY:
            raise ValueError("a day is 1 (Monday) to 7 (Sunday)")
        if not 0 <= self.opens < self.closes <= _MINUTES_A_DAY:
            raise ValueError("hours run from 0 to 1440 minutes and open before they close")


class AdmissionHours(msgspec.Struct, frozen=True, kw_only=True):
    """The weekly hours in which a service admits; no windows at all means day and night.

    Hours are what the wall clock shows: on the night that the clock goes back, the hour
    that is shown twice is open twice; on the night that it goes forward, the hour that is
    never shown is never open.
    """

    windows: tuple[Window, ...] = ()

    def is_open(self, moment: datetime) -> bool:
        """Whether people are admitted at this moment (with a time zone)."""
        if not self.windows:
            return True
        local = moment.astimezone(AMSTERDAM)
        day, minute = local.isoweekday(), local.hour * 60 + local.minute
        return any(w.day == day and w.opens <= minute < w.closes for w in self.windows)

    def next_open(self, moment: datetime) -> datetime:
        """The first moment of admission at or after this one (with a time zone), in UTC."""
        moment = moment.astimezone(UTC)  # a clock without jumps
        # Windows begin and end on the minute: within one minute the answer stays the same.
        return max(moment, _first_open(self, moment.replace(second=0, microsecond=0)))


@lru_cache(maxsize=1024)
def _first_open(hours: AdmissionHours, minute: datetime) -> datetime:
    """As ``next_open``, from the beginning of a minute; remembered, for everyone asks it now."""
    if hours.is_open(minute):
        return minute
    today = minute.astimezone(AMSTERDAM).date()
    for days in count():
        turns = _turns(hours, today + timedelta(days=days))
        later = [turn for turn in turns if turn > minute and hours.is_open(turn)]
        if later:
            return min(later)
    raise AssertionError("unreachable: a window comes back every week")


def _turns(hours: AdmissionHours, day: date) -> Iterator[datetime]:
    """The moments of a day at which closed can become open."""
    for window in hours.windows:
        if window.day == day.isoweekday():
            opens = time(window.opens // 60, window.opens % 60, tzinfo=AMSTERDAM)
            for fold in (0, 1):  # the clock may show this time twice
                yield datetime.combine(day, opens.replace(fold=fold)).astimezone(UTC)
    # Where the clock jumps, it may jump into a window. In the EU it does so at 01:00 UTC
    # (directive 2000/84/EC, article 2); on other days this is a moment like any other.
    yield datetime.combine(day, time(1, tzinfo=UTC))


ALWAYS: Final = AdmissionHours()
"""Day and night, seven days a week."""


def weekly(days: Iterable[int], opens: int, closes: int) -> AdmissionHours:
    """The same whole hours on several ISO weekdays, e.g. ``weekly(range(1, 6), 8, 17)``.

    Raises:
        ValueError: a day is not 1 to 7, or the hours are not 0 to 24 in order.
    """
    return AdmissionHours(
        windows=tuple(Window(day=day, opens=opens * 60, closes=closes * 60) for day in days)
    )
