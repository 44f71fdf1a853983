"""The order of a waiting list and its explanation in words, and who is told of a place first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

import msgspec

from capacity import words
from triage.need import PLACED_KINDS, Need

_LAST: Final = datetime.max.replace(tzinfo=UTC)
_HOUR, _DAY = 60, 24 * 60  # minutes


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """Someone on the waiting list of a kind of care.

    Attributes:
        id: of the referral, so that the order is total.
        urgency: rank 0 (U0, the most urgent) to 5.
        place_by: when a place is needed at the latest, or None when that is not known.
        since: when the waiting began.
    """

    id: str
    urgency: int
    place_by: datetime | None
    since: datetime


class Words(msgspec.Struct, frozen=True):
    """The same in Dutch and in English."""

    text: str
    text_en: str


def place_by(need: Need, received: datetime) -> datetime | None:
    """When a place is needed at the latest; None for care that is not placed.

    Args:
        need: says within how many hours.
        received: when the referral came in; the clock of its kind of care starts then.
    """
    if need.kind not in PLACED_KINDS:
        return None
    return received + timedelta(hours=need.within_hours)


def order(one: Waiting) -> tuple[int, datetime, datetime, str]:
    """What a list is sorted by: urgency first, then place_by, then since, then id."""
    return one.urgency, one.place_by or _LAST, one.since, one.id


def position(newcomer: Waiting, others: Iterable[Waiting]) -> int:
    """The place that someone has, or would get, among others; 1 is the first."""
    mark = order(newcomer)
    return 1 + sum(order(other) < mark for other in others)


def explain(place: int, one: Waiting, before: Waiting | None, now: datetime) -> Words:
    """Why someone stands where they stand.

    Args:
        place: from 1.
        one: who it is about.
        before: who stands directly before them, or None.
        now: the moment of looking, with a time zone.
    """
    parts = [(f"{place}e: U{one.urgency}", f"No. {place}: U{one.urgency}")]
    if one.place_by is not None:
        day, day_en = words.day_and_clock(one.place_by, now)
        late = one.place_by <= now
        parts.append(
            (f"moest voor {day} een plek hebben", f"needed a place before {day_en}")
            if late
            else (f"moet voor {day} een plek hebben", f"needs a place before {day_en}")
        )
    long, long_en = _duration(now - one.since)
    parts.append((f"wacht {long}", f"has waited {long_en}"))
    if before is not None:
        why, why_en = _because(one, before)
        parts.append((f"na nummer {place - 1}: {why}", f"after no. {place - 1}: {why_en}"))
    return Words(", ".join(nl for nl, _ in parts), ", ".join(en for _, en in parts))


def share(
    wanted: Iterable[tuple[str, float, Sequence[str]]], free: Mapping[str, float]
) -> dict[str, str]:
    """Which place each person could be told of: nobody is told of one that another takes first.

    Args:
        wanted: in the order of the list: who, how much they need (1 bed, or hours a week), and
            the services that fit them now, best first.
        free: what each service has.

    Returns:
        The service for each person for whom one is left.
    """
    left = dict(free)
    found: dict[str, str] = {}
    for who, amount, fits in wanted:
        for service in fits:
            if left.get(service, 0.0) >= amount:
                left[service] = round(left[service] - amount, 6)
                found[who] = service
                break
    return found


def _because(one: Waiting, before: Waiting) -> tuple[str, str]:
    """The first thing of the order in which two differ."""
    if before.urgency != one.urgency:
        return "die is dringender", "that is more urgent"
    if before.place_by != one.place_by:
        return "die moet eerder een plek hebben", "that needs a place sooner"
    return "die wacht langer", "that has waited longer"


def _duration(passed: timedelta) -> tuple[str, str]:
    minutes = max(0, int(passed.total_seconds() // 60))
    if minutes == 1:
        return "1 minuut", "1 minute"
    if minutes < _HOUR:
        return f"{minutes} minuten", f"{minutes} minutes"
    if minutes < 2 * _DAY:
        hours = minutes // _HOUR
        return f"{hours} uur", "1 hour" if hours == 1 else f"{hours} hours"
    return f"{minutes // _DAY} dagen", f"{minutes // _DAY} days"
