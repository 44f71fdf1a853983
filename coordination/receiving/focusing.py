"""For which request a Task asks: one that waits, one that is a referral already, or none here."""

from __future__ import annotations

import uuid

import msgspec

from coordination.db import corrections, loose, referrals
from coordination.db.engine import Transaction
from coordination.db.referrals import Referral
from coordination.db.resources import Held
from coordination.errors import Refused, Wrong
from coordination.permissions import Actor
from coordination.receiving.lacking import waits_for
from coordination.receiving.unanswered import begins
from coordination.referral import ENDED
from coordination.referrals.gathering import own_id
from coordination.writer import Writer
from fhir.bundle import Entry
from fhir.outcome import Issue
from fhir.stamping import parts_of, with_elements
from fhir.views import Task, view


def asks(task: bytes) -> bool:
    """Whether a Task asks for care to be given: not a draft, and not to withdraw it."""
    seen = view(task, Task, "Task")
    codes = {coding.code for coding in seen.code.coding} if seen.code else set()
    return begins(task) and (not codes or bool(codes - {"abort"}))


async def settled(tx: Transaction, writer: Writer, task: Entry) -> Entry:
    """A Task that names its focus by number, with the reference to the request of theirs."""
    body = bytes(task.resource)
    focus = view(body, Task, task.place).focus
    number = focus.identifier if focus and not focus.reference else None
    if number is None or not number.value:
        return task
    terms = writer.vault.terms([f"identifier={number.system or ''}|{number.value}"])
    found = await loose.fitting(tx, writer.actor.organisation, "ServiceRequest", terms)
    if len(found) != 1:
        return task
    return msgspec.structs.replace(task, resource=msgspec.Raw(on(body, found[0].id)))


def on(task: bytes, request: uuid.UUID) -> bytes:
    """A Task of which the focus refers to a request, beside what it says of it already."""
    if _key(task) == request:
        return task
    focus = parts_of(parts_of(task)["focus"])
    return with_elements(task, {"focus": {"reference": f"ServiceRequest/{request}", **focus}})


async def waits_here(tx: Transaction, writer: Writer, task: bytes) -> Held | None:
    """The request of theirs that is no referral yet and that a Task is about, locked; or None."""
    key = _key(task)
    held = None if key is None else await loose.lock(tx, "ServiceRequest", key)
    if held is None or held.referral_id or held.organisation_id != writer.actor.organisation:
        return None
    return held


async def runs(tx: Transaction, writer: Writer, task: bytes) -> Referral | None:
    """The referral of theirs that runs and that a Task asks for, locked; or None.

    Raises:
        Refused: CONFLICT when it has ended.
    """
    key = _key(task)
    referral = await referrals.by_id(tx, key, lock=True) if key and asks(task) else None
    if referral is None or not await sent_by(tx, writer.actor, referral):
        return None
    if referral.state in ENDED:
        raise Refused(
            Wrong.CONFLICT,
            f"The referral has ended: it is {referral.state}. To ask again, send a new one.",
            code="referral-ended",
        )
    return referral


async def sent_by(tx: Transaction, actor: Actor, referral: Referral) -> bool:
    """Whether a referral is that of the actor's organisation, or was entered by it."""
    if referral.organisation_id == actor.organisation:
        return True
    return await corrections.entered_by(tx, referral.id) == actor.organisation


async def not_elsewhere(tx: Transaction, writer: Writer, task: bytes) -> None:
    """Lets pass a Task that does not ask, too late, for a referral that runs already.

    Raises:
        Refused: CONFLICT, naming the Task by which it is followed.
    """
    if (referral := await runs(tx, writer, task)) is not None:
        raise Refused(
            Wrong.CONFLICT,
            f"The referral runs already: it is followed by Task/{referral.task_id}. Read that one,"
            " or POST a new Task to follow it by.",
            code="followed-elsewhere",
        )


def lost(task: bytes) -> list[Issue]:
    """For what a Task waits that asks for a request that is not here."""
    focus = view(task, Task, "Task").focus
    said = focus.reference if focus else None
    other = not said.startswith("ServiceRequest/") if said else focus and not focus.identifier
    if other or not asks(task):
        return []
    what = "a focus that is a ServiceRequest of yours here: by ServiceRequest/id, or its identifier"
    return [waits_for(what, "Task.focus")]


def _key(task: bytes) -> uuid.UUID | None:
    """The id of the request that a Task has for its focus."""
    focus = view(task, Task, "Task").focus
    said = (focus.reference if focus else None) or ""
    return own_id(said) if said.startswith("ServiceRequest/") else None
