"""Takes a MeasureReport: the figures of some services of an organisation, all or none of them."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime

from capacity.supply import Counters
from coordination.auth.vault import Vault
from coordination.db import audit, measures, reports, resources, sites
from coordination.db.engine import Transaction
from coordination.db.resources import Held, Stored
from coordination.errors import Refused, Wrong
from coordination.organisations.batch import Batch, Line, Outcome, Status
from coordination.organisations.restating import key, with_stop
from coordination.permissions import Action, Actor, require
from coordination.recognition import marks_of
from coordination.records.shelf import Found
from coordination.writer import Written
from fhir.outcome import FhirRefused, Issue
from fhir.region.measure_report.kept import Result, content, kept_report
from fhir.region.measure_report.reading import Figures, Measured, read
from fhir.region.views import fault
from fhir.views import Identified, view


async def take(tx: Transaction, actor: Actor, body: bytes, vault: Vault, now: datetime) -> Written:
    """Stores a MeasureReport, after ``fhir.validation.accept``, and reports what it says.

    The same one again (by its identifier, or whole where it has none) gives the first one back.

    Args:
        tx: the request's transaction.
        actor: the organisation whose services these are.
        body: as sent.
        vault: seals what is kept of it.
        now: the moment of receipt.

    Raises:
        FhirRefused: every fault of it, with its path.
        Refused: CONFLICT where its identifier is that of other figures.
    """
    require(actor, Action.REPORT_CAPACITY)
    number = _number(body)
    identity = uuid.uuid5(actor.organisation, f"MeasureReport|{number or content(body).hex()}")
    if (before := await _before(tx, actor, identity, body, vault)) is not None:
        return before
    measured = await _measured(tx, actor, body, now)
    standing = await reports.locked(tx, {key(one.service) for one in measured.services})
    if (before := await _before(tx, actor, identity, body, vault)) is not None:
        return before  # it came twice at the same moment
    outcomes = await _counted(tx, actor, measured, standing, now)
    kept = kept_report(body, str(identity), map(_result, outcomes), now)
    marks = marks_of(vault, "MeasureReport", kept)
    new = await measures.keep(tx, actor, identity, marks, vault.seal(identity, kept), now)
    if not new:
        raise _other()
    return Written(
        found=Found(type="MeasureReport", id=identity, version=1, updated=now, body=kept),
        new=True,
        issues=_told(measured, outcomes),
    )


async def correct(
    tx: Transaction, actor: Actor, held: Held, body: bytes, vault: Vault, now: datetime
) -> Written:
    """Stores the next version of a MeasureReport, and reports what it says now.

    Its figures count as those of any report do: while no newer ones are here.

    Args:
        tx: the request's transaction.
        actor: the organisation whose it is.
        held: as it is, locked.
        body: as sent, after ``fhir.validation.accept``.
        vault: seals what is kept of it.
        now: the moment of receipt.

    Raises:
        FhirRefused: every fault of it, with its path.
    """
    require(actor, Action.REPORT_CAPACITY)
    if _number(body) != _number(vault.open(held.id, held.body)):
        text = "is what the report is known by: leave it as it was."
        path = "MeasureReport.identifier"
        raise FhirRefused("unprocessable", [fault(path, "identifier-locked", text)])
    measured = await _measured(tx, actor, body, now)
    standing = await reports.locked(tx, {key(one.service) for one in measured.services})
    outcomes = await _counted(tx, actor, measured, standing, now)
    version = held.version + 1
    kept = kept_report(body, str(held.id), map(_result, outcomes), now, version)
    marks = marks_of(vault, held.type, kept)
    sealed = Stored(held.id, held.type, marks, vault.seal(held.id, kept))
    made = await resources.replace(tx, actor, held, sealed, now)
    assert made == version  # noqa: S101 - it is locked
    return Written(
        found=Found(
            type=held.type, id=held.id, version=version, updated=now, body=kept, method="PUT"
        ),
        new=False,
        issues=_told(measured, outcomes),
    )


async def _measured(tx: Transaction, actor: Actor, body: bytes, now: datetime) -> Measured:
    """What a report says of the services of its sender."""
    organisation = await sites.organisation(tx, actor.organisation)
    if organisation is None:
        raise Refused(Wrong.FORBIDDEN, "Your organisation is not known here.")
    return read(body, await sites.services(tx, actor.organisation), organisation, now)


async def _counted(
    tx: Transaction,
    actor: Actor,
    measured: Measured,
    standing: Mapping[uuid.UUID, Counters],
    now: datetime,
) -> list[Outcome]:
    """What became of the figures of each service, all of which are taken."""
    known = {one.service.id: one.service for one in measured.services}
    lines = []
    for place, one in enumerate(measured.services):
        counters = standing.get(key(one.service))
        report = one.report if counters is None else with_stop(one.report, counters, now)
        lines.append(Line(number=place, service=key(one.service), report=report))
    outcomes = await Batch(tx, actor, known.get, now).take(lines)
    _refuse(outcomes, measured.services)
    return outcomes


def _number(body: bytes) -> str | None:
    """The identifier by which the sender knows it, or None."""
    numbers = view(body, Identified, "MeasureReport").identifier
    return next((f"{one.system}|{one.value}" for one in numbers if one.system and one.value), None)


async def _before(
    tx: Transaction, actor: Actor, identity: uuid.UUID, body: bytes, vault: Vault
) -> Written | None:
    """The same report as it was kept before, or None.

    Raises:
        Refused: CONFLICT where another one was kept under its identifier.
    """
    held = await resources.by_id(tx, "MeasureReport", identity)
    if held is None or held.organisation_id != actor.organisation:
        return None
    kept = vault.open(held.id, held.body)
    if content(kept) != content(body):
        raise _other()
    await audit.record(
        tx, actor, Action.REPORT_CAPACITY, f"MeasureReport/{identity}", detail={"repeated": True}
    )
    text = "MeasureReport: was sent before; nothing is counted twice."
    return Written(
        found=Found(
            type=held.type, id=held.id, version=held.version, updated=held.updated_at, body=kept
        ),
        new=False,
        issues=[_note("repeated", text, "MeasureReport")],
    )


def _other() -> Refused:
    return Refused(
        Wrong.CONFLICT,
        "A MeasureReport with this identifier and other content is here already: give new figures"
        " an identifier of their own.",
        code="identifier-used",
    )


def _refuse(outcomes: Sequence[Outcome], figures: Sequence[Figures]) -> None:
    """Refuses all where the core refuses one, with the paths of the elements that were sent."""
    issues = [
        fault(one.paths.get(problem.path, one.path), "report", f"{problem.path} {problem.message}.")
        for outcome, one in zip(outcomes, figures, strict=True)
        for problem in outcome.problems
    ]
    if issues:
        raise FhirRefused("unprocessable", issues)


_RESULTS = {
    Status.STORED: Result.COUNTED,
    Status.LATE: Result.LATE,
    Status.REPEATED: Result.REPEATED,
}


def _result(outcome: Outcome) -> Result:
    if outcome.after is not None and outcome.after.conflict:
        return Result.CONFLICT
    return _RESULTS[outcome.status]


_TOLD = {
    Result.COUNTED: "counted; its version is {} now.",
    Result.CONFLICT: "counted; its version is {} now. More was promised than these figures leave:"
    " the desk sees this conflict.",
    Result.LATE: "kept but not counted, for later figures are here already: version {}.",
    Result.REPEATED: "these very figures are here already; its version stays {}.",
}


def _told(measured: Measured, outcomes: Sequence[Outcome]) -> list[Issue]:
    issues = list(measured.aside)
    for one, outcome in zip(measured.services, outcomes, strict=True):
        result = _result(outcome)
        text = f"HealthcareService/{one.service.id}: {_TOLD[result].format(outcome.version)}"
        issues.append(_note(result.value, text, one.path))
    return issues


def _note(details: str, text: str, path: str) -> Issue:
    serious = details in {Result.LATE, Result.CONFLICT}
    return Issue(
        code="business-rule" if serious else "informational",
        details=details,
        diagnostics=text,
        expression=(path,),
        severity="warning" if serious else "information",
    )
