"""Criteria that are met, not met or unknown: any of them, and how many of them."""

from __future__ import annotations

from triage.span import Span


def any_of(*criteria: bool | None) -> bool | None:
    """Whether one is met: a single yes is enough, only every no is no, the rest is unknown."""
    if any(criteria):
        return True
    return None if None in criteria else False


def count(*criteria: bool | None) -> Span:
    """One point for each that is met; an unknown one may be met or not."""
    met = sum(criterion is True for criterion in criteria)
    return Span(low=met, high=met + criteria.count(None))
