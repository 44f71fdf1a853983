"""Reports that leave something as it was: figures without a stop, and a stop without figures."""

from __future__ import annotations

import uuid
from datetime import datetime

import msgspec

from capacity.report import Report, figures_of
from capacity.supply import Counters, Service


def with_stop(sent: Report, standing: Counters, now: datetime) -> Report:
    """Figures that say nothing of a stop: the one that goes on then, goes on.

    Args:
        sent: the figures.
        standing: what stands, locked.
        now: the moment of receipt; that of the figures where they name none.
    """
    if not standing.stopped(sent.as_of or now):
        return sent
    return msgspec.structs.replace(
        sent, stop_reason=standing.stop_reason, stop_until=standing.stop_until
    )


def with_figures(standing: Counters, stop_reason: str | None) -> Report:
    """A stop, or the end of one, on the figures that stand: as old as they were."""
    return Report(
        unit=standing.unit,
        as_of=standing.as_of,
        valid_until=standing.valid_until,
        stop_reason=stop_reason,
        **{name: getattr(standing, name) for name in figures_of(standing.unit)},
    )


def key(service: Service) -> uuid.UUID:
    """The id of a service as the database has it."""
    return uuid.UUID(service.id)
