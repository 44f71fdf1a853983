"""Takes many reports of capacity at once: all or none, only the good ones, or a preview."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from enum import StrEnum

from capacity.problem import Problem
from capacity.supply import Service
from coordination.db import audit, reports
from coordination.db.engine import Transaction
from coordination.errors import Fault, Refused, Wrong
from coordination.organisations.batch import Batch, Line, Outcome, Status
from coordination.permissions import Action, Actor, require

MOST_LINES = 5_000
"""Reports in one request; the demo region has 92 services, a large country some thousands."""


class Mode(StrEnum):
    """What becomes of the good lines where others have faults."""

    PREVIEW = "preview"
    """Nothing is stored: see what would be."""
    ALL = "all"
    """Everything is stored, or nothing."""
    GOOD = "good"
    """What is good is stored."""


def too_many(lines: int) -> Refused:
    """The refusal of more lines than one request may have."""
    return Refused(
        Wrong.TOO_LARGE,
        f"A request has at most {MOST_LINES:,} reports and this has {lines:,}: send it in parts.",
    )


async def take(
    tx: Transaction,
    actor: Actor,
    lines: Sequence[Line],
    mode: Mode,
    known: Callable[[str], Service | None],
    named: Callable[[int, Problem], Fault],
    now: datetime,
) -> list[Outcome]:
    """Stores reports of an organisation's own services, in the order of their as-of.

    Args:
        tx: the request's transaction; a preview takes back what it did in it.
        actor: the organisation of the services.
        lines: at most ``MOST_LINES``.
        mode: what becomes of the good lines where others have faults.
        known: finds a service by its id.
        named: turns a problem of a line into a fault that the sender understands.
        now: the moment of receipt; the as-of of a line that names none.

    Returns:
        The outcome of each line, in the order of the lines.

    Raises:
        Refused: UNPROCESSABLE with every fault, in the mode ALL.
    """
    require(actor, Action.REPORT_CAPACITY)
    changed = set(tx.changed)
    if mode is Mode.PREVIEW:
        await reports.begin_preview(tx)
    outcomes = await Batch(tx, actor, known, now).take(lines)
    faults = tuple(
        named(outcome.line.number, problem) for outcome in outcomes for problem in outcome.problems
    )
    if mode is Mode.ALL and faults:
        wrong = sum(outcome.status is Status.REFUSED for outcome in outcomes)
        raise Refused(
            Wrong.UNPROCESSABLE,
            f"Nothing was stored: {wrong} of {len(outcomes)} reports can't be taken; see errors.",
            faults=faults,
        )
    if mode is Mode.PREVIEW:
        await reports.end_preview(tx)
        tx.changed = changed
    await audit.record(
        tx,
        actor,
        Action.REPORT_CAPACITY,
        "capacity",
        detail={"mode": mode} | {status: _count(outcomes, status) for status in Status},
    )
    return outcomes


def _count(outcomes: Iterable[Outcome], status: Status) -> int:
    return sum(outcome.status is status for outcome in outcomes)
