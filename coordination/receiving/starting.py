"""Starts a referral whose parts came one by one: its request is active, or a Task asks for it."""

from __future__ import annotations

import uuid

import msgspec

from coordination.db import loose
from coordination.db.engine import Transaction
from coordination.db.resources import Held
from coordination.receiving import focusing, lacking, unanswered
from coordination.receiving.remarks import remark
from coordination.receiving.revising import replace
from coordination.recognition import fingerprint
from coordination.records.received import Received
from coordination.referrals import intake
from coordination.referrals.gathering import Sent
from coordination.writer import Writer, Written
from fhir.bundle import Entry
from fhir.outcome import Issue
from fhir.said import said
from fhir.stamping import with_elements
from fhir.views import ServiceRequest, view


async def by_request(tx: Transaction, writer: Writer, held: Held, body: bytes) -> Received:
    """Starts the referral of a request that became active, with the Task that waits for it.

    Raises:
        FhirRefused: it lacks what a referral must have; each thing that it lacks.
    """
    lacking.must_be_complete(body)
    sent = Sent(entries=(), ids=()).and_stored([(held, body)])
    sent = sent.and_stored(await waiting(tx, writer, body, held.id))
    return await intake.receive(tx, writer, sent, fingerprint(body))


async def waiting(
    tx: Transaction, writer: Writer, request: bytes, identity: uuid.UUID
) -> list[tuple[Held, bytes]]:
    """The Task that came before its request and asks for it, by its id or its number; or none.

    Args:
        tx: the request's transaction.
        writer: whose they are.
        request: the ServiceRequest.
        identity: that it has here.
    """
    numbers = view(request, ServiceRequest, "ServiceRequest").identifier
    terms = writer.vault.terms(
        [
            f"focus=ServiceRequest/{identity}",
            *(f"focus:identifier={one.system or ''}|{one.value}" for one in numbers if one.value),
        ]
    )
    for one in await loose.about(tx, {writer.actor.organisation}, terms):
        body = writer.vault.open(one.id, one.body) if one.type == "Task" else b""
        if not body or not focusing.asks(body):
            continue
        meant = focusing.on(body, identity)
        return [
            (one, body) if meant == body else await replace(tx, writer, one, meant, one.version)
        ]
    return []


async def by_task(
    tx: Transaction, writer: Writer, task: Entry, identity: uuid.UUID
) -> tuple[Received | None, list[Issue]]:
    """Starts the referral that a new Task asks for, if its focus waits here and is complete.

    Returns:
        What became of it, first of all the Task; None where its focus is no request that waits.
        And for what it still waits.
    """
    request, missing = await _ready(tx, writer, bytes(task.resource))
    if request is None:
        return None, missing
    sent = Sent(entries=(task,), ids=(identity,)).and_stored([request])
    return await intake.receive(tx, writer, sent, fingerprint(request[1])), []


async def with_task(tx: Transaction, writer: Writer, written: Written) -> Written:
    """The same for a Task that was kept here and is no draft any more: told with its start."""
    body = written.found.body
    request, missing = await _ready(tx, writer, body)
    if request is None:
        if not missing:
            await focusing.not_elsewhere(tx, writer, body)
            unanswered.is_no_new(body)
            unanswered.can_be_answered(body, writer.actor)
            unanswered.can_be_found(body)
            missing = focusing.lost(body)
        return msgspec.structs.replace(written, issues=[*written.issues, *missing])
    assert isinstance(written.found.id, uuid.UUID)  # noqa: S101 - as all that is stored
    held = await loose.lock(tx, "Task", written.found.id)
    assert held is not None  # noqa: S101 - it was just written
    sent = Sent(entries=(), ids=()).and_stored([(held, body), request])
    received = await intake.receive(tx, writer, sent, fingerprint(request[1]))
    issues = [remark("started"), *(said(received.advice) if received.advice else ())]
    return Written(found=received.found[0], new=False, issues=issues)


async def _ready(
    tx: Transaction, writer: Writer, task: bytes
) -> tuple[tuple[Held, bytes] | None, list[Issue]]:
    """The request that a Task asks for, active from now on; None while it waits, and for what."""
    held = await focusing.waits_here(tx, writer, task)
    if held is None:
        return None, []
    body = writer.vault.open(held.id, held.body)
    if not focusing.asks(task):
        return None, lacking.waits(body, path="Task.focus")
    unanswered.is_not_over(body)
    if missing := lacking.waits(body, path="Task.focus", status="active"):
        return None, missing
    return await replace(
        tx, writer, held, with_elements(body, {"status": "active"}), held.version
    ), []
