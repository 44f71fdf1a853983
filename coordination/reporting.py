"""Takes a report of capacity: what an organisation has, as of a moment, by itself."""

from __future__ import annotations

import uuid
from datetime import datetime
from decimal import Decimal

import msgspec

from capacity.supply import DEFAULT_VALIDITY, Counters, Service, Unit, check_report
from coordination.db import capacity
from coordination.db.engine import Transaction
from coordination.errors import Fault, Refused, Wrong
from coordination.ids import new_id
from coordination.permissions import Action, Actor, require

_YEARS = range(2000, 3000)
_LONGEST_REASON = 200  # characters


class Report(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A report as it is sent: beds (whole), or nursing hours a week.

    Attributes:
        unit: "bed" or "hour/week".
        staffed: beds with people to care for who lies in them.
        occupied: staffed beds with someone in them.
        closed: staffed beds that can't be used now; 0 when left out.
        contracted: hours a week that the team can give.
        committed: hours a week promised already.
        as_of: the moment for which this is true; now when left out.
        valid_until: the last moment at which it still says something; by default 24 hours
            after as_of for beds, 7 days for hours.
        stop_reason: why nobody is admitted, when admissions are stopped.
        stop_until: the expected end of the stop.
    """

    unit: Unit
    staffed: float | None = None
    occupied: float | None = None
    closed: float | None = None
    contracted: float | None = None
    committed: float | None = None
    as_of: datetime | None = None
    valid_until: datetime | None = None
    stop_reason: str | None = None
    stop_until: datetime | None = None


async def find(tx: Transaction, service: uuid.UUID) -> tuple[Service, Counters]:
    """A service with its counters.

    Raises:
        Refused: NOT_FOUND.
    """
    found = await capacity.of_service(tx, service)
    if found is None:
        raise Refused(Wrong.NOT_FOUND, "There is no such service.")
    return found


async def report(
    tx: Transaction,
    actor: Actor,
    service: Service,
    sent: Report,
    version: int,
    now: datetime,
) -> Counters:
    """Replaces what a service reported, if nobody else did so meanwhile.

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
    require(actor, Action.REPORT_CAPACITY)
    if service.organisation != str(actor.organisation):
        raise Refused(Wrong.FORBIDDEN, "Only the organisation itself reports its capacity.")
    as_of = sent.as_of or now
    faults = _faults(sent, service, as_of, now)
    if faults:
        raise Refused(
            Wrong.UNPROCESSABLE, "The report has faults; nothing was stored.", faults=tuple(faults)
        )
    counters = await capacity.report(
        tx,
        actor,
        capacity.Report(
            service=uuid.UUID(service.id),
            total=_exact(sent.staffed, sent.contracted),
            used=_exact(sent.occupied, sent.committed),
            closed=_exact(sent.closed),
            as_of=as_of,
            valid_until=sent.valid_until or as_of + DEFAULT_VALIDITY[sent.unit],
            source=f"organisation/{actor.organisation}",
            stop_reason=sent.stop_reason,
            stop_until=sent.stop_until,
        ),
        version,
        new_id(),
    )
    if counters is not None:
        return counters
    _, current = await find(tx, uuid.UUID(service.id))
    if current.version != version:
        raise Refused(
            Wrong.STALE,
            f'Someone reported meanwhile: read the service again; its ETag is "{current.version}".',
        )
    raise Refused(
        Wrong.CONFLICT,
        f"A later report, as of {current.as_of.isoformat()}, is here already.",
        faults=(Fault("as_of", "is before the newest report"),),
    )


def _faults(sent: Report, service: Service, as_of: datetime, now: datetime) -> list[Fault]:
    """Every fault of a report: of its figures and times, and of what goes with them."""
    found = [] if sent.unit is service.unit else [_unit(service)]
    found += [
        Fault(problem.path.removeprefix("/"), problem.message)
        for problem in check_report(
            unit=sent.unit,
            as_of=as_of,
            now=now,
            valid_until=sent.valid_until,
            staffed=sent.staffed,
            occupied=sent.occupied,
            closed=sent.closed,
            contracted=sent.contracted,
            committed=sent.committed,
        )
    ]
    found += [
        Fault(name, "has at most two decimals")
        for name in ("contracted", "committed")
        if (value := getattr(sent, name)) is not None and round(value, 2) != value
    ]
    found += [
        Fault(name, "is not a year of now")
        for name in ("as_of", "stop_until")
        if (moment := getattr(sent, name)) is not None and moment.year not in _YEARS
    ]
    if sent.stop_until is not None and (sent.stop_until.tzinfo is None or not sent.stop_reason):
        found.append(Fault("stop_until", "needs a time zone and goes with a stop_reason"))
    if sent.stop_reason is not None and not _words(sent.stop_reason):
        found.append(Fault("stop_reason", "has 1 to 200 characters, and no NUL"))
    return found


def _unit(service: Service) -> Fault:
    return Fault("unit", f"this service counts in {service.unit}")


def _words(text: str) -> bool:
    return 1 <= len(text.strip()) <= _LONGEST_REASON and "\x00" not in text


def _exact(*values: float | None) -> Decimal:
    """The first value that is there, to a hundredth."""
    return Decimal(str(next((value for value in values if value is not None), 0))).quantize(
        Decimal("0.01")
    )
