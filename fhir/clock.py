"""Which clock a referral is read by: when it was made, when it came, and how old a value is.

A referral is taken as made at ``ServiceRequest.authoredOn``, on the sender's clock. A vital sign
from before that moment must be at most an hour older than the referral; one from after it must
be at most an hour old when the referral comes in. So a file of last week, sent again, is judged
as it was then, while a value measured on the way is judged by our own clock.

Times that leave this package are shifted so that the making of the referral falls on the moment
it came in: from there on everything, such as triage again after half an hour, needs only one
clock, ours. What was stored keeps the sender's times.
"""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from functools import lru_cache

import msgspec

from fhir.person import HERE, span

_OLD = timedelta(hours=1)
"""From when a referral is read with the remark that things may have changed."""

AHEAD = timedelta(minutes=5)
"""How far a sender's clock may run ahead of ours."""


@lru_cache(maxsize=1024)  # the signs of one round have one time
def moment(text: str | None) -> datetime | None:
    """The instant of a FHIR dateTime or instant; None when it names no time of day."""
    if text is None or "T" not in text:
        return None
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError:  # a leap second
        return None
    if parsed.tzinfo is None:
        return None
    try:
        return parsed.astimezone(UTC)
    except OverflowError:  # year 1 or 9999 at the far side of the date line
        return None


def day_or_moment(text: str | None) -> datetime | None:
    """The instant of a FHIR dateTime; of one without a time of day, the start of what it names.

    For what doesn't depend on the hour: the earliest moment, so that nothing is younger than said.
    """
    if text is None or "T" in text:
        return moment(text)
    return datetime.combine(span(text)[0], time(), tzinfo=HERE).astimezone(UTC)


class Clock(msgspec.Struct, frozen=True, kw_only=True):
    """Two moments that every age is counted from, both in UTC.

    Attributes:
        authored: when the referral was made; never after ``received``.
        received: when it came in, on our clock.
    """

    authored: datetime
    received: datetime

    def future(self, at: datetime) -> bool:
        """Whether a moment lies ahead of our clock by more than clocks may differ."""
        return at > self.received + AHEAD

    def within(self, at: datetime, lasting: timedelta) -> bool:
        """Whether what was seen at that moment, and stays true so long, still counts."""
        base = self.authored if at <= self.authored else self.received
        return base - at <= lasting

    def shifted(self, at: datetime) -> datetime:
        """The moment on our clock, with the making of the referral moved to its arrival."""
        if at <= self.authored:
            return at + (self.received - self.authored)
        return min(at, self.received)


def read_clock(authored_on: str | None, received: datetime) -> tuple[Clock, str | None]:
    """The clock of a referral, and a remark in Dutch where it is read with care.

    A date without a time of day can't anchor anything: of today it is read as the moment of
    arrival, of an earlier day as the last moment of that day.

    Args:
        authored_on: ``ServiceRequest.authoredOn``, or None.
        received: when the referral came in, with a time zone.
    """
    received = received.astimezone(UTC)
    authored = moment(authored_on) or _day(authored_on, received) or received
    remark = None
    if authored > received + AHEAD:
        remark = "De datum van de verwijzing ligt in de toekomst; gerekend is vanaf ontvangst."
    elif received - authored > _OLD:
        remark = (
            "De verwijzing is ouder dan een uur; meetwaarden zijn beoordeeld naar het moment"
            " van verwijzen. Vraag of de toestand is veranderd."
        )
    return Clock(authored=min(authored, received), received=received), remark


def _day(text: str | None, received: datetime) -> datetime | None:
    """The last moment of a day, month or year named without a time; of one that runs, now."""
    if text is None or "T" in text:
        return None
    first, last = span(text)
    if first <= received.astimezone(HERE).date() <= last:
        return received
    return datetime.combine(last, time(23, 59, 59), tzinfo=HERE).astimezone(UTC)
