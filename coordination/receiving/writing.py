"""Changes one resource that is here: which use case does it, by its type."""

from __future__ import annotations

from coordination.db import loose, resources
from coordination.db.engine import Transaction
from coordination.errors import Fault, Refused, Wrong
from coordination.ids import key_of
from coordination.organisations import capacity_resources, measuring, naming_beds
from coordination.preconditions import Precondition, seen, unchanged
from coordination.receiving import correcting, keeping, revising, starting, tasking
from coordination.receiving.referring import Checked
from coordination.receiving.remarks import remark
from coordination.records.shelves import SHELVES
from coordination.subscriptions import subscribing
from coordination.writer import Writer, Written
from fhir.bundle import Entry
from fhir.settle import conditional, resolved, settle

_ANEW = "Stored; it begins anew with a handshake, unless it is off."


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
    (entry,) = checked.bundle.entries
    if asked := conditional([entry]):
        entry = resolved(entry, await keeping.meant(tx, writer, asked))
    # A name that only a Bundle could resolve is refused here as everywhere.
    settle([entry], [identity], writer.now)
    return await put(tx, writer, entry, identity, match)


async def put(
    tx: Transaction, writer: Writer, entry: Entry, identity: str, match: Precondition
) -> Written:
    """The same for an entry whose references are settled."""
    kind, body = entry.resource_type, bytes(entry.resource)
    revising.same_id(body, kind, identity)
    if (change := _CHANGES.get(kind)) is not None:
        changed = await change(tx, writer, identity, body, match)
        if changed is not None:
            return changed
    written = await correcting.put(tx, writer, entry, identity, match)
    return await starting.with_task(tx, writer, written) if kind == "Task" else written


async def _move(
    tx: Transaction, writer: Writer, identity: str, body: bytes, match: Precondition
) -> Written | None:
    """A Task that moves a referral or an offer; one that is not theirs to see is not there."""
    version = seen(match)
    if await SHELVES["Task"].read(tx, writer.reader, "Task", identity) is None:
        raise Refused(Wrong.NOT_FOUND, "There is no such Task among those that you may see.")
    found = await tasking.change(tx, writer, identity, body, version)
    return None if found is None else Written(found=found, new=False, issues=[remark("moved")])


async def _resubscribe(
    tx: Transaction, writer: Writer, identity: str, body: bytes, match: Precondition
) -> Written:
    found = await subscribing.update(
        tx, writer.actor, identity, body, seen(match), writer.vault, writer.now,
        allowed=writer.hosts,
    )  # fmt: skip
    return Written(found=found, new=False, issues=[remark("stored", _ANEW)])


async def _service(
    tx: Transaction, writer: Writer, identity: str, body: bytes, match: Precondition
) -> Written | None:
    """The status of a service of the region."""
    key = key_of(identity)
    if key is None:
        raise Refused(Wrong.NOT_FOUND, "There is no such HealthcareService.")
    if await resources.by_id(tx, "HealthcareService", key) is not None:
        return None
    if match.absent:
        raise Refused(Wrong.STALE, "Services are made elsewhere: leave If-None-Match out.")
    return await capacity_resources.put_status(tx, writer.actor, key, body, seen(match), writer.now)


async def _bed(
    tx: Transaction, writer: Writer, identity: str, body: bytes, match: Precondition
) -> Written | None:
    """A bed that an organisation names."""
    key = key_of(identity)
    if key is None:
        raise Refused(
            Wrong.INVALID,
            "The id of a bed is a UUID of your choice, in lower case with hyphens.",
            faults=(Fault("Location.id", "is not a UUID in lower case with hyphens"),),
        )
    if await resources.by_id(tx, "Location", key) is not None:
        return None
    return await naming_beds.put(tx, writer.actor, key, body, match, writer.vault, writer.now)


async def _measures(
    tx: Transaction, writer: Writer, identity: str, body: bytes, match: Precondition
) -> Written | None:
    """A report of capacity that its organisation corrects."""
    key = key_of(identity)
    held = None if key is None else await loose.lock(tx, "MeasureReport", key)
    if held is not None and held.referral_id is not None:
        return None
    if held is None or held.organisation_id != writer.actor.organisation:
        raise Refused(
            Wrong.NOT_FOUND,
            "There is no such MeasureReport of yours; one with the id of a service shows its"
            " figures now, and new figures are a new MeasureReport: POST it.",
        )
    unchanged(match, held.version)
    return await measuring.correct(tx, writer.actor, held, body, writer.vault, writer.now)


_CHANGES = {
    "HealthcareService": _service,
    "Location": _bed,
    "MeasureReport": _measures,
    "Subscription": _resubscribe,
    "Task": _move,
}
"""What is more than a correction, by type; None for one that is only kept for its sender."""
