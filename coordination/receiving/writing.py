"""Writes one resource: which use case takes it, by its type."""

from __future__ import annotations

import uuid

from coordination.db.engine import Transaction
from coordination.errors import Fault, Refused, Wrong
from coordination.ids import new_id
from coordination.organisations import capacity_resources, naming_beds
from coordination.organisations.naming_beds import Precondition
from coordination.receiving import correcting, keeping, referring, revising, starting, tasking
from coordination.receiving.referring import Checked
from coordination.records.received import plain
from coordination.referrals.gathering import Sent
from coordination.subscriptions import subscribing
from coordination.writer import Writer, Written
from fhir.bundle import Entry
from fhir.outcome import Issue
from fhir.settle import conditional, resolved, settle

_FITS = Issue(
    severity="information",
    code="informational",
    details="here-already",
    diagnostics="One of yours fits the condition: nothing was stored.",
)
_ASKED = Issue(
    severity="information",
    code="informational",
    details="stored",
    diagnostics="Stored; it begins anew with a handshake, unless it is off.",
)
_MOVED = Issue(
    severity="information",
    code="informational",
    details="moved",
    diagnostics="This is the Task as it is now.",
)


async def create(
    tx: Transaction, writer: Writer, kind: str, checked: Checked, condition: str | None = None
) -> Written:
    """Stores a resource under an id of ours; what that means is told in its issues.

    Args:
        tx: the request's transaction.
        writer: who sends it.
        kind: its type.
        checked: by ``referring.check_resource``.
        condition: of ``If-None-Exist``, as sent: where one of theirs fits, that is the answer.

    Raises:
        FhirRefused: it can't be read as what it is for.
        Refused: see the use cases.
    """
    if condition:
        held = await keeping.fitting(tx, writer, kind, condition)
        if held is not None:
            return Written(found=plain(held, writer.vault), new=False, issues=[_FITS])
    entry = await _meant(tx, writer, checked.bundle.entries[0])
    sent = Sent(entries=(entry,), ids=(new_id(),))
    return (await referring.take(tx, writer, sent, checked.content))[0]


async def update(
    tx: Transaction,
    writer: Writer,
    identity: str,
    checked: Checked,
    match: Precondition,
) -> Written:
    """Replaces a resource by its next version; of a referral this is a correction.

    Args:
        tx: the request's transaction.
        writer: who sends it.
        identity: of the address; that of the body must be the same.
        checked: by ``referring.check_resource``.
        match: on what the sender makes it depend (If-Match, If-None-Match).

    Raises:
        FhirRefused: it can't be read, or says something that can't be corrected this way.
        Refused: NOT_FOUND, FORBIDDEN, PRECONDITION_REQUIRED, STALE, CONFLICT.
    """
    entry = await _meant(tx, writer, checked.bundle.entries[0])
    # A name that only a Bundle could resolve is refused here as everywhere.
    settle([entry], [identity], writer.now)
    return await put(tx, writer, entry, identity, match)


async def put(
    tx: Transaction, writer: Writer, entry: Entry, identity: str, match: Precondition
) -> Written:
    """The same for an entry whose references are settled."""
    kind, body = entry.resource_type, bytes(entry.resource)
    if kind == "Task":
        moved = await _move(tx, writer, identity, body, match)
        if moved is not None:
            return moved
    if kind == "Subscription":
        revising.same_id(body, kind, identity)
        return await _resubscribe(tx, writer, identity, body, match)
    if kind == "Subscription":
        revising.same_id(body, kind, identity)
        found = await subscribing.update(
            tx, writer.actor, identity, body, match.version, writer.vault, writer.now,
            allowed=writer.hosts,
        )  # fmt: skip
        return Written(found=found, new=False, issues=[revising.told("stored")])
    if kind == "HealthcareService":
        revising.same_id(body, kind, identity)
        if match.absent:
            raise Refused(Wrong.STALE, "Services are made elsewhere: leave If-None-Match out.")
        version = revising.seen(match)
        changed = await capacity_resources.put_status(
            tx, writer.actor, _service(identity), body, version, writer.now
        )
        return Written(found=changed.found, new=changed.new, issues=changed.issues)
    if kind == "Location":
        revising.same_id(body, kind, identity)
        changed = await naming_beds.put(
            tx, writer.actor, _bed(identity), body, match, writer.vault, writer.now
        )
        return Written(found=changed.found, new=changed.new, issues=changed.issues)
    written = await correcting.put(tx, writer, entry, identity, match)
    return await starting.with_task(tx, writer, written) if kind == "Task" else written


async def _move(
    tx: Transaction, writer: Writer, identity: str, body: bytes, match: Precondition
) -> Written | None:
    """A Task that moves a referral or an offer; None for one that is only kept here."""
    revising.same_id(body, "Task", identity)
    found = await tasking.change(tx, writer, identity, body, revising.seen(match))
    return None if found is None else Written(found=found, new=False, issues=[_MOVED])


async def _resubscribe(
    tx: Transaction, writer: Writer, identity: str, body: bytes, match: Precondition
) -> Written:
    found = await subscribing.update(
        tx, writer.actor, identity, body, match.version, writer.vault, writer.now,
        allowed=writer.hosts,
    )  # fmt: skip
    return Written(found=found, new=False, issues=[_ASKED])


async def _meant(tx: Transaction, writer: Writer, entry: Entry) -> Entry:
    """An entry whose conditional references have become ``Type/id``."""
    asked = conditional([entry])
    return resolved(entry, await keeping.meant(tx, writer, asked)) if asked else entry


def _service(identity: str) -> uuid.UUID:
    key = revising.key_of(identity)
    if key is None:
        raise Refused(Wrong.NOT_FOUND, "There is no such HealthcareService.")
    return key


def _bed(identity: str) -> uuid.UUID:
    key = revising.key_of(identity)
    if key is None:
        raise Refused(
            Wrong.INVALID,
            "The id of a bed is a UUID of your choice, in lower case with hyphens.",
            faults=(Fault("Location.id", "is not a UUID in lower case with hyphens"),),
        )
    return key
