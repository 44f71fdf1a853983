"""What an organisation reports of one service: figures, or what changed in them."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import msgspec

from capacity.supply import Counters, Release, Unit
from triage.need import Shift

BED_FIGURES: Final = ("staffed", "occupied", "closed")
HOUR_FIGURES: Final = ("contracted", "committed")


class SlotReport(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Visits a day in one part of it: how many a team can make, and how many it promised."""

    total: int
    used: int = 0


class Change(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """What is to be added to figures (below 0: taken off): beds (whole), or hours a week."""

    staffed: float = 0.0
    occupied: float = 0.0
    closed: float = 0.0
    contracted: float = 0.0
    committed: float = 0.0


class Report(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """A report as it is sent: beds (whole), or nursing hours a week.

    ``change`` stands instead of the five figures: send either. ``staffed``, ``occupied`` and
    ``closed`` belong to beds; ``contracted``, ``committed`` and ``slots`` to hours.

    Attributes:
        unit: "bed" or "hour/week"; the service's own when left out.
        staffed: beds with people to care for who lies in them.
        occupied: staffed beds with someone in them.
        closed: staffed beds that can't be used now; 0 when left out.
        contracted: hours a week that the team can give.
        committed: hours a week promised already.
        change: instead of these, what changed since the version that If-Match names; a stop
            then stays as it was unless stop_reason is there.
        slots: visits a day by part of the day (morning, afternoon, evening, night): all that
            there are, {} for none; as they were when left out.
        releases: what is expected to come free after as_of, at most 50: all that there are,
            [] for none; as they were when left out.
        as_of: the moment for which this is true; now when left out.
        valid_until: the last moment at which it still says something; by default 24 hours
            after as_of for beds, 7 days for hours; at most 7 days.
        stop_reason: why nobody is admitted, when admissions are stopped; none when left out.
        stop_until: the expected end of the stop; goes with a stop_reason.
    """

    unit: Unit | None = None
    staffed: float | None = None
    occupied: float | None = None
    closed: float | None = None
    contracted: float | None = None
    committed: float | None = None
    change: Change | None = None
    slots: dict[Shift, SlotReport] | None = None
    releases: tuple[Release, ...] | None = None
    as_of: datetime | None = None
    valid_until: datetime | None = None
    stop_reason: str | None = None
    stop_until: datetime | None = None


def figures_of(unit: Unit) -> tuple[str, ...]:
    """The names of the figures that a unit is counted in."""
    return BED_FIGURES if unit is Unit.BED else HOUR_FIGURES


def applied(report: Report, standing: Counters) -> Report:
    """A report of a change as one of figures: those that stand, and what is added to them.

    A report of figures comes back as it is. The result may be one that can't be: check it.

    A change that names no as-of counts nobody again: what comes of it is as old as the figures
    that stand. As of now, it would claim to include everyone who was promised a place since.
    """
    if report.change is None:
        return report
    figures = {
        # Rounded, or hours such as 0.1 + 0.2 would have more decimals than were sent.
        name: round(getattr(standing, name) + getattr(report.change, name), 6)
        for name in figures_of(standing.unit)
    }
    stop = standing if report.stop_reason is None else report
    return msgspec.structs.replace(
        report,
        change=None,
        as_of=report.as_of or standing.as_of,
        valid_until=report.valid_until or (None if report.as_of else standing.valid_until),
        stop_reason=stop.stop_reason,
        stop_until=stop.stop_until,
        **figures,
    )
