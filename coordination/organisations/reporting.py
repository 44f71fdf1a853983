"""Takes a report of capacity: what an organisation has, as of a moment, by itself."""

from __future__ import annotations

import hashlib
import uuid
from datetime import datetime
from decimal import Decimal

import msgspec

from capacity.problem import Problem
from capacity.report import Report, applied
from capacity.report_check import check_change, check_report
from capacity.report_times import DEFAULT_VALIDITY
from capacity.supply import Counters, Service
from coordination.db import audit, capacity, reports
from coordination.db.engine import Transaction
from coordination.errors import Fault, Refused, Wrong
from coordination.ids import new_id
from coordination.permissions import Action, Actor, require


async def find(tx: Transaction, service: uuid.UUID) -> tuple[Service, Counters]:
    """A service with its counters.

    Raises:
        Refused: NOT_FOUND.
    """
    found = await capacity.of_service(tx, service)
    if found is None:
        raise Refused(Wrong.NOT_FOUND, "There is no such service.")
    return found


async def report_plainly(
    tx: Transaction, actor: Actor, service: Service, sent: Report, version: int, now: datetime
) -> Counters | None:
    """As ``report`` by one statement, where that will do; else None, and nothing is stored.

    Raises:
        Refused: FORBIDDEN for another's service, UNPROCESSABLE with every fault.
    """
    _check(actor, service, sent, now)
    if sent.change is not None or sent.slots is not None:
        return None
    stored = stored_form(sent, service, actor, now, digest_of(sent))
    return await capacity.report_plainly(tx, actor, stored, version, new_id())


async def report(
    tx: Transaction,
    actor: Actor,
    service: Service,
    sent: Report,
    version: int,
    now: datetime,
) -> Counters:
    """Replaces what a service reported, if nobody else did so meanwhile.

    The same report on the same version once more (its answer was lost) is no second report:
    the figures as they stand come back.

    Args:
        tx: the request's transaction.
        actor: the organisation of the service itself.
        service: of which this is a report.
        sent: the report.
        version: of the report that the sender saw (If-Match); holds don't change it.
        now: the moment of receipt.

    Raises:
        Refused: FORBIDDEN for another's service, UNPROCESSABLE with every fault, STALE when
            the version is no longer the newest, CONFLICT when a later report is here already.
    """
    _check(actor, service, sent, now)
    digest, figures = digest_of(sent), sent
    if sent.change is not None:
        _, standing = await find(tx, uuid.UUID(service.id))
        if standing.version != version:
            return await _again(tx, actor, service, version, digest)
        _refuse(check_change(sent, standing))
        figures = applied(sent, standing)
    stored = stored_form(figures, service, actor, now, digest)
    counters = await capacity.report(tx, actor, stored, version, new_id())
    return counters or await _again(tx, actor, service, version, digest)


def _check(actor: Actor, service: Service, sent: Report, now: datetime) -> None:
    require(actor, Action.REPORT_CAPACITY)
    if service.organisation != str(actor.organisation):
        raise Refused(Wrong.FORBIDDEN, "Only the organisation itself reports its capacity.")
    _refuse(check_report(sent, service.unit, now))


async def _again(
    tx: Transaction, actor: Actor, service: Service, version: int, digest: bytes
) -> Counters:
    """The figures as they stand, where a report that was not stored has been stored before.

    Raises:
        Refused: it has not, so it is STALE, or in CONFLICT with a later one.
    """
    identity = uuid.UUID(service.id)
    _, current = await find(tx, identity)
    if current.version == version:
        raise Refused(
            Wrong.CONFLICT,
            f"A later report, as of {current.as_of.isoformat()}, is here already.",
            faults=(Fault("as_of", "is before the newest report"),),
        )
    if not await reports.known(tx, identity, version + 1, digest):
        raise Refused(
            Wrong.STALE,
            f'Someone reported meanwhile: read the service again; its ETag is "{current.version}".',
        )
    await audit.record(
        tx, actor, Action.REPORT_CAPACITY, f"capacity/{identity}", detail={"repeated": True}
    )
    return current


def digest_of(sent: Report) -> bytes:
    """What the same report has in common each time that it is sent."""
    return hashlib.sha256(msgspec.json.encode(sent, order="deterministic")).digest()


def stored_form(
    figures: Report, service: Service, actor: Actor, now: datetime, digest: bytes
) -> capacity.Report:
    """A checked report of figures as the store takes it."""
    as_of = figures.as_of or now
    return capacity.Report(
        service=uuid.UUID(service.id),
        total=_exact(figures.staffed, figures.contracted),
        used=_exact(figures.occupied, figures.committed),
        closed=_exact(figures.closed),
        as_of=as_of,
        valid_until=figures.valid_until or as_of + DEFAULT_VALIDITY[service.unit],
        source=f"organisation/{actor.organisation}",
        stop_reason=figures.stop_reason,
        stop_until=figures.stop_until,
        slots=figures.slots,
        releases=figures.releases,
        digest=digest,
    )


def _refuse(problems: list[Problem]) -> None:
    if problems:
        raise Refused(
            Wrong.UNPROCESSABLE,
            "The report has faults; nothing was stored.",
            faults=tuple(Fault(problem.path, problem.message) for problem in problems),
        )


def _exact(*values: float | None) -> Decimal:
    """The first value that is there, to a hundredth."""
    return Decimal(str(next((value for value in values if value is not None), 0))).quantize(
        Decimal("0.01")
    )
