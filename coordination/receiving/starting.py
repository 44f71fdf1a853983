"""Starts a referral whose parts came one by one: its request is active, or a Task asks for it."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

import msgspec

from coordination.db import loose
from coordination.db.engine import Transaction
from coordination.db.resources import Held
from coordination.receiving.revising import replace, told
from coordination.recognition import fingerprint
from coordination.records.received import Received
from coordination.referrals import intake
from coordination.referrals.gathering import Sent, own_id
from coordination.writer import Writer, Written
from fhir.bundle import Entry
from fhir.outcome import Issue
from fhir.referral import ORDERS
from fhir.said import said
from fhir.settle import with_status
from fhir.views import Concept, Reference, ServiceRequest, Text, View, view

_BEGINS = frozenset({"requested", "received", "accepted", "ready", "in-progress"})
"""Status of a Task that asks for something to be done; a draft does not yet."""


class _Task(View, frozen=True):
    status: Text = None
    code: Concept | None = None
    focus: Reference | None = None


async def by_request(tx: Transaction, writer: Writer, held: Held, body: bytes) -> Received:
    """Starts the referral of a request that became active, with the Task that waits for it."""
    (term,) = writer.vault.terms([f"focus=ServiceRequest/{held.id}"])
    waiting = [
        (one, found)
        for one in await loose.about(tx, {writer.actor.organisation}, [term])
        if one.type == "Task" and _asks(found := writer.vault.open(one.id, one.body))
    ]
    sent = Sent(entries=(), ids=()).and_stored([(held, body), *waiting[:1]])
    return await intake.receive(tx, writer, sent, fingerprint(body))


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
    request, missing = await _ready(tx, writer, written.found.body)
    held = None
    if request is not None and isinstance(written.found.id, uuid.UUID):
        held = await loose.lock(tx, "Task", written.found.id)
    if request is None or held is None:
        return msgspec.structs.replace(written, issues=[*written.issues, *missing])
    sent = Sent(entries=(), ids=()).and_stored([(held, written.found.body), request])
    received = await intake.receive(tx, writer, sent, fingerprint(request[1]))
    issues = [told("started"), *(said(received.advice) if received.advice else ())]
    return Written(found=received.found[0], new=False, issues=issues)


async def _ready(
    tx: Transaction, writer: Writer, task: bytes
) -> tuple[tuple[Held, bytes] | None, list[Issue]]:
    """The request that a Task asks for, active from now on; None while it waits, and for what."""
    held = await _focus(tx, writer, task)
    if held is None:
        return None, []
    body = writer.vault.open(held.id, held.body)
    if not _asks(task):
        return None, waits(body, path="Task.focus")
    if missing := waits(body, path="Task.focus", status="active"):
        return None, missing
    return await replace(tx, writer, held, with_status(body, "active"), held.version), []


async def _focus(tx: Transaction, writer: Writer, task: bytes) -> Held | None:
    """The request of theirs that waits and that a Task has for its focus, locked."""
    focus = view(task, _Task, "Task").focus
    said = (focus.reference if focus else None) or ""
    key = own_id(said) if said.startswith("ServiceRequest/") else None
    held = None if key is None else await loose.lock(tx, "ServiceRequest", key)
    if held is None or held.referral_id or held.organisation_id != writer.actor.organisation:
        return None
    return held


def _asks(task: bytes) -> bool:
    seen = view(task, _Task, "Task")
    codes = {coding.code for coding in seen.code.coding} if seen.code else set()
    return seen.status in _BEGINS and (not codes or bool(codes - {"abort"}))


def waits(body: bytes, *, path: str = "ServiceRequest", status: str | None = None) -> list[Issue]:
    """What a request still waits for before it starts a referral; nothing for a mere record.

    Args:
        body: the ServiceRequest.
        path: where to tell it.
        status: that it will have; its own where it is None.
    """
    request = view(body, ServiceRequest, "ServiceRequest")
    is_now = status or request.status
    if is_now not in {"draft", "active"}:
        return []
    subject = (request.subject.reference if request.subject else None) or ""
    wanted: Sequence[tuple[bool, str, str]] = (
        (is_now == "active", "status", "status active, or a requested Task with it as its focus"),
        (request.intent in ORDERS, "intent", "an intent that asks for care, such as order"),
        (not request.do_not_perform, "doNotPerform", "doNotPerform to be left out"),
        (
            any(one.value for one in request.identifier),
            "identifier",
            "an identifier: a system of your own and a value that is unique there",
        ),
        (subject.startswith("Patient/"), "subject", "a subject: Patient/id of a Patient here"),
    )
    return [
        Issue(
            severity="information",
            code="informational",
            details="waits-for",
            diagnostics=f"Stored. The referral starts later: it waits for {what}.",
            expression=(f"{path}.{element}" if path == "ServiceRequest" else path,),
        )
        for there, element, what in wanted
        if not there
    ]
