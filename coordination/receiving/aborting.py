"""Abort Tasks: to withdraw a referral after a service has accepted, asked and decided on."""

from __future__ import annotations

import uuid
from typing import Any

import msgspec

from coordination import finding
from coordination.db import audit, resources, tasks
from coordination.db.engine import Transaction
from coordination.db.resources import Held, Stored
from coordination.errors import Refused, Wrong
from coordination.ids import new_id
from coordination.permissions import Action, require
from coordination.places import placement
from coordination.recognition import marks_of
from coordination.records.shelf import Found
from coordination.referral import CANCEL_REASONS, State
from coordination.writer import Writer
from fhir.codes import REASON
from fhir.outcome import refused
from fhir.stamping import instant, stamp, with_elements
from fhir.task.new import New, id_in, read_new, unknown
from fhir.task.sent import Sent
from fhir.task.steps import Move

_UNDECIDED = ("status=requested", "status=accepted")


class Abort(msgspec.Struct, frozen=True, kw_only=True):
    """An abort Task that is here.

    Attributes:
        row: as it is stored.
        found: as it is shown.
        status: its Task.status.
    """

    row: Held
    found: Found
    status: str


async def ask(tx: Transaction, writer: Writer, new: New, body: bytes) -> Found:
    """Asks to withdraw a referral: done at once while our rules allow it, else for the desk.

    They do until the person has arrived.

    Raises:
        FhirRefused: no reason, no such coordination Task, or a stay that has ended.
        Refused: FORBIDDEN; CONFLICT when the desk was asked already and has not done it yet.
    """
    require(writer.actor, Action.CANCEL)
    reason = new.reason
    if reason is None or reason not in CANCEL_REASONS:
        listed = ", ".join(CANCEL_REASONS)
        raise refused(
            "unprocessable", "required", "status-reason",
            f"Task.reasonCode: say why, by one of {listed}.", "Task.reasonCode",
        )  # fmt: skip
    task = id_in(new.focus, "Task")
    own = None if task is None else await tasks.referral_of(tx, task)
    if own is None:
        raise unknown("focus", "coordination Task")
    try:
        referral = await finding.find(tx, writer.actor, own, lock=True)
    except Refused:
        raise unknown("focus", "coordination Task") from None
    if referral.state is State.CLOSED:
        raise refused(
            "unprocessable", "business-rule", "task-step",
            "Task.focus: the stay has ended, so there is nothing to withdraw.", "Task.focus",
        )  # fmt: skip
    waits = referral.state is State.PLACED
    if waits:
        await _not_twice(tx, writer, own)
    else:
        await placement.cancel(tx, writer.actor, own, reason)
    key, now = new_id(), writer.now
    status = "requested" if waits else "completed"
    stored = with_elements(
        stamp(body, str(key), 1, now), {"status": status, "lastModified": instant(now)}
    )
    marks = marks_of(writer.vault, "Task", stored)
    await resources.add(
        tx,
        [Stored(key, "Task", marks, writer.vault.seal(key, stored))],
        writer.actor,
        own,
        now,
        owner=referral.organisation_id,
    )
    await audit.record(
        tx, writer.actor, "abort", f"Task/{key}", referral=own,
        detail={"reason": reason, "status": status},
    )  # fmt: skip
    if waits:
        await tasks.tell_the_desk(tx, new_id(), own, key)
    tx.changed.add("worklist")
    return Found(type="Task", id=key, version=1, updated=now, body=stored)


async def _not_twice(tx: Transaction, writer: Writer, referral: uuid.UUID) -> None:
    abort, undecided = writer.vault.terms(["code=abort"]), writer.vault.terms(_UNDECIDED)
    asked = await tasks.sent_with(tx, referral, abort, undecided)
    if asked is not None:
        raise Refused(
            Wrong.CONFLICT,
            f"Task/{asked} asks to withdraw this referral already: follow that one.",
            code="asked-already",
        )


async def find(tx: Transaction, writer: Writer, key: uuid.UUID) -> Abort | None:
    """An abort Task, locked; None where the id is of none.

    Raises:
        Refused: NOT_FOUND for one that is not theirs to see.
    """
    held = await resources.by_id(tx, "Task", key)
    if held is None or held.referral_id is None:
        return None
    new = read_new(writer.vault.open(key, held.body))
    if new is None or new.code != "abort":
        return None
    try:
        await finding.find(tx, writer.actor, held.referral_id, lock=True)
    except Refused:
        raise Refused(
            Wrong.NOT_FOUND, "There is no such Task among those that you may see."
        ) from None
    held = await resources.by_id(tx, "Task", key)  # as it is now that its referral is locked
    assert held is not None  # noqa: S101 - it was there, and its referral is locked
    body = writer.vault.open(key, held.body)
    found = Found(type="Task", id=key, version=held.version, updated=held.updated_at, body=body)
    status: str = msgspec.json.decode(body)["status"]
    return Abort(row=held, found=found, status=status)


async def decide(tx: Transaction, writer: Writer, held: Abort, move: Move, sent: Sent) -> Found:
    """Brings an abort Task to its next status, with why where it needs that."""
    key, version, now = held.row.id, held.row.version + 1, writer.now
    reason = sent.asked.reason if move.reasons else None
    changed: dict[str, Any] = {"status": move.status, "lastModified": instant(now)}
    if reason is not None:
        changed["statusReason"] = {"coding": [{"system": REASON, "code": reason}]}
    body = with_elements(stamp(held.found.body, str(key), version, now), changed)
    stored = Stored(key, "Task", marks_of(writer.vault, "Task", body), writer.vault.seal(key, body))
    made = await resources.replace(tx, writer.actor, held.row, stored, now)
    assert made == version  # noqa: S101 - its referral is locked, and so it is ours to change
    await audit.record(
        tx, writer.actor, move.step, f"Task/{key}", referral=held.row.referral_id,
        detail={"status": move.status, "reason": reason},
    )  # fmt: skip
    tx.changed.add("worklist")
    return Found(type="Task", id=key, version=version, updated=now, body=body, method="PUT")
