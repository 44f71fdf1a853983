"""One request with many reports: what becomes of each line, in view of the lines before it."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from datetime import datetime
from enum import StrEnum

import msgspec

from capacity.problem import Problem
from capacity.report import Report, applied
from capacity.report_check import check_change, check_report
from capacity.supply import Counters, Service
from coordination.db import capacity, reports
from coordination.db.engine import Transaction
from coordination.db.reports import Kept
from coordination.organisations.reporting import digest_of, stored_form
from coordination.permissions import Actor


class Status(StrEnum):
    """What became of a line (in a preview: what would)."""

    STORED = "stored"
    LATE = "late"
    """A newer report is here already: kept in the history, and not counted."""
    REPEATED = "repeated"
    """It is here already, with the same content and as-of."""
    REFUSED = "refused"


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One report of many, as it was read.

    Attributes:
        number: of the line or row, as the sender counts.
        service: id, or None when it could not be read.
        report: None when it could not be read.
        version: that the sender saw, or None: the newest as-of wins.
        keeps_stop: whether it can say nothing of a stop, so that one that stands goes on.
        problems: for which it can't be taken.
    """

    number: int
    service: uuid.UUID | None = None
    report: Report | None = None
    version: int | None = None
    keeps_stop: bool = False
    problems: tuple[Problem, ...] = ()


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one line.

    Attributes:
        line: as it was read.
        status: what became of it.
        version: of the service's figures after it; None when refused.
        problems: why it was refused.
        before: what stood before the request, at the last stored line of a service.
        after: what stands then, at the same line.
    """

    line: Line
    status: Status
    version: int | None = None
    problems: tuple[Problem, ...] = ()
    before: Counters | None = None
    after: Counters | None = None


class Batch:
    """One request with many reports: what stands by now, and what is to be kept."""

    def __init__(
        self,
        tx: Transaction,
        actor: Actor,
        known: Callable[[str], Service | None],
        now: datetime,
    ) -> None:
        self._tx, self._actor, self._known, self._now = tx, actor, known, now
        self._standing: dict[uuid.UUID, Counters] = {}
        self._here: set[tuple[uuid.UUID, bytes]] = set()
        self._kept: list[Kept] = []

    async def take(self, lines: Sequence[Line]) -> list[Outcome]:
        """Stores what can be taken; the outcome of each line, in the order of the lines."""
        outcomes: dict[int, Outcome] = {}
        good: list[tuple[datetime, int, Line, Report, Service]] = []
        for at, line in enumerate(lines):
            service, problems = self._checked(line)
            if problems or line.report is None or service is None:
                outcomes[at] = _refused(line, *problems)
            else:
                good.append((line.report.as_of or self._now, at, line, line.report, service))
        good.sort(key=lambda one: one[:2])
        before = await reports.locked(self._tx, {uuid.UUID(one[4].id) for one in good})
        self._standing = dict(before)
        self._here = await reports.here_already(
            self._tx,
            [
                (uuid.UUID(service.id), sent.as_of, digest_of(sent))
                for _, _, _, sent, service in good
                if sent.as_of is not None
            ],
        )
        last: dict[uuid.UUID, int] = {}
        for _, at, line, sent, service in good:
            outcomes[at] = await self._one(line, sent, service)
            if outcomes[at].status is Status.STORED:
                last[uuid.UUID(service.id)] = at
        await reports.keep(self._tx, self._actor, self._kept)
        after = await capacity.counters(self._tx, list(last))
        for service_id, at in last.items():
            outcomes[at] = msgspec.structs.replace(
                outcomes[at], before=before[service_id], after=after[str(service_id)]
            )
        return [outcomes[at] for at in range(len(lines))]

    def _checked(self, line: Line) -> tuple[Service | None, tuple[Problem, ...]]:
        """The service of a line, and every problem that it has by itself."""
        if line.problems or line.service is None or line.report is None:
            return None, line.problems
        service = self._known(str(line.service))
        if service is None:
            return None, (Problem("service", "there is no such service", "deze dienst is er niet"),)
        if service.organisation != str(self._actor.organisation):
            return None, (
                Problem(
                    "service",
                    "is of another organisation: only that one reports its capacity",
                    "is van een andere organisatie: alleen die geeft haar capaciteit op",
                ),
            )
        problems = check_report(line.report, service.unit, self._now)
        if line.report.change is not None and line.version is None:
            problems.append(
                Problem(
                    "version",
                    "is required with a change: send the version to which it is relative",
                    "ontbreekt: een wijziging noemt de versie waarop zij volgt",
                )
            )
        return service, tuple(problems)

    async def _one(self, line: Line, sent: Report, service: Service) -> Outcome:
        """What becomes of one line; every line with an earlier as-of has had its turn."""
        identity, digest = uuid.UUID(service.id), digest_of(sent)
        standing = self._standing.get(identity)
        if standing is None:
            return _refused(
                line, Problem("service", "has no figures yet", "heeft nog geen cijfers")
            )
        if await self._is_here(line, sent, standing, digest):
            return Outcome(line=line, status=Status.REPEATED, version=standing.version)
        late = (sent.as_of or self._now) < standing.as_of
        problems = _against(line, sent, standing, late=late)
        if problems:
            return _refused(line, *problems)
        figures = applied(sent, standing)
        if line.keeps_stop:
            figures = msgspec.structs.replace(
                figures, stop_reason=standing.stop_reason, stop_until=standing.stop_until
            )
        stored = stored_form(figures, service, self._actor, self._now, digest)
        self._here.add((identity, digest))
        if not late:
            standing = self._standing[identity] = _after(standing, figures, stored)
        self._kept.append(Kept(report=stored, version=standing.version, counted=not late))
        status = Status.LATE if late else Status.STORED
        return Outcome(line=line, status=status, version=standing.version)

    async def _is_here(self, line: Line, sent: Report, standing: Counters, digest: bytes) -> bool:
        """Whether this very report was stored before: with this as-of, or on this version."""
        service = uuid.UUID(standing.service)
        if sent.as_of is not None and (service, digest) in self._here:
            return True
        if line.version is None or line.version == standing.version:
            return False
        return await reports.known(self._tx, service, line.version + 1, digest)


def _against(line: Line, sent: Report, standing: Counters, *, late: bool) -> list[Problem]:
    """What speaks against a line in view of what stands."""
    if line.version not in {None, standing.version}:
        return [_stale(standing)]
    if sent.change is None:
        return []
    return [_LATE_CHANGE] if late else check_change(sent, standing)


_LATE_CHANGE = Problem(
    "as_of",
    "is before the newest report: a change can't come late, send figures",
    "is eerder dan de nieuwste stand: een wijziging kan niet te laat komen, stuur cijfers",
)


def _refused(line: Line, *problems: Problem) -> Outcome:
    return Outcome(line=line, status=Status.REFUSED, problems=problems)


def _stale(standing: Counters) -> Problem:
    return Problem(
        "version",
        f"is not the newest: that is {standing.version}; read the service again",
        f"is niet de nieuwste: dat is {standing.version}; haal de dienst opnieuw op",
    )


def _after(standing: Counters, figures: Report, stored: capacity.Report) -> Counters:
    """What stands once a report is stored, as far as the next line of the service asks."""
    return msgspec.structs.replace(
        standing,
        staffed=figures.staffed or 0.0,
        occupied=figures.occupied or 0.0,
        closed=figures.closed or 0.0,
        contracted=figures.contracted or 0.0,
        committed=figures.committed or 0.0,
        as_of=stored.as_of,
        version=standing.version + 1,
        stop_reason=stored.stop_reason,
        stop_until=stored.stop_until,
    )
