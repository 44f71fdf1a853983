"""How well a service suits a need: points for each part of a score that can be explained."""

from __future__ import annotations

from datetime import datetime

from capacity.fitting import Asked
from capacity.seen import Seen
from capacity.supply import Counters
from capacity.weights import PARTS, Weights, tenths

Tenths = tuple[int, int, int, int, int, int, int, int]
"""Tenths of points for each of ``PARTS``."""


def points(
    asked: Asked, seen: Seen, counters: Counters, free: float, start: datetime, weights: Weights
) -> Tenths:
    """The points of a service in which the need fits.

    Args:
        asked: the question.
        seen: the service, as seen from where care should be near to.
        counters: its figures.
        free: ``counters.free``.
        start: the earliest moment at which someone can arrive.
        weights: what counts how much.
    """
    need, service = asked.need, seen.service
    # Most can start at once, and a division of two durations is a tenth of all of this.
    waits = (start - asked.now) / asked.within if start is not asked.now and asked.within else 0.0
    validity = counters.valid_until - counters.as_of
    valid = counters.valid_until - asked.now
    wanted, wished = need.preferred, need.wishes
    return (
        tenths(weights.time, 1 - waits),
        seen.near,
        seen.inner,
        tenths(weights.carer, 1) if service.organisation == need.carer else 0,
        tenths(weights.preferred, 1)
        if wanted is not None and wanted in (service.id, service.organisation)
        else 0,
        tenths(weights.wishes, len(wished & service.wishes) / len(wished)) if wished else 0,
        tenths(weights.fairness, free / counters.size),
        tenths(weights.freshness, 1.0 if valid >= validity else valid / validity),
    )


def parts(made: Tenths) -> dict[str, float]:
    """The points by the name of the part."""
    return {name: count / 10 for name, count in zip(PARTS, made, strict=True)}
