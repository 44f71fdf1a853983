"""What is created at the FHIR door: checked, read, and brought to the intake it belongs to."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

import msgspec

from coordination.db.engine import Transaction
from coordination.db.referrals import Referral
from coordination.db.resources import Held
from coordination.organisations import measuring
from coordination.permissions import Action, require
from coordination.receiving import (
    focusing,
    keeping,
    lacking,
    later_parts,
    starting,
    tasking,
    unanswered,
)
from coordination.receiving.remarks import remark
from coordination.recognition import fingerprint, fingerprint_of_bundle
from coordination.records.received import Received
from coordination.records.shelves import SHELVES
from coordination.records.stored import opened
from coordination.referrals import intake
from coordination.referrals.gathering import Sent
from coordination.subscriptions import subscribing
from coordination.writer import Writer, Written
from fhir.batch import parted
from fhir.bundle import Bundle, Entry, read
from fhir.bundle_requests import REQUESTS, alone
from fhir.outcome import FhirRefused, Issue, refused
from fhir.referral import is_referral
from fhir.said import said
from fhir.settle import Stored, settle
from fhir.validation import accept


class Checked(msgspec.Struct, frozen=True):
    """A body that may be stored.

    Attributes:
        bundle: its entries.
        content: hash of what was sent.
        wrong: of a batch the faults of its entries that may not be stored, by their place.
    """

    bundle: Bundle
    content: bytes
    wrong: Mapping[int, list[Issue]] = {}


def check_bundle(body: bytes) -> Checked:
    """Checks and reads a transaction, document or batch.

    Raises:
        FhirRefused: every fault with its path; a batch is not refused for those of its entries.
    """
    try:
        accepted = accept(body, "Bundle")
    except FhirRefused as error:
        batch = parted(body) if error.kind == "unprocessable" else None
        if batch is None:
            raise
        return Checked(batch.bundle, b"", batch.wrong)
    return Checked(read(body), fingerprint_of_bundle(accepted.canonical))


def check_resource(body: bytes, kind: str) -> Checked:
    """Checks and reads one resource that is to be created: a transaction of one.

    Raises:
        FhirRefused: every fault with its path.
    """
    accepted = accept(body, kind)
    entries = (alone(kind, body),)
    return Checked(Bundle(type="transaction", entries=entries), fingerprint(accepted.canonical))


async def take(
    tx: Transaction, writer: Writer, sent: Sent, content: bytes, *, with_request: bool = False
) -> list[Written]:
    """Stores what is created together: as a referral where it asks for care, else for its sender.

    Args:
        tx: the request's transaction.
        writer: who sends it.
        sent: the resources, with references to each other as they were sent.
        content: hash of what was sent.
        with_request: whether a request or its Task is changed together with it.

    Returns:
        What became of each, in their order.

    Raises:
        FhirRefused: it asks for care and can't be read as one referral.
        Refused: see ``intake.receive``.
    """
    if is_referral([one for at, one in enumerate(sent.entries) if at not in sent.here]):
        _without_subscription(sent)
        whole = await _with_waiting(tx, writer, sent)
        received = await intake.receive(tx, writer, whole, content)
        return _told(received, set(sent.here))[: len(sent.ids)]
    settled = settle(sent.entries, [str(identity) for identity in sent.ids], writer.now)
    written = {at: await _fits(tx, writer, held) for at, held in sent.here.items()}
    new = [at for at in range(len(sent.ids)) if at not in written]
    simple = [at for at in new if sent.entries[at].resource_type not in _ASK]
    if simple:
        asked = with_request or any(sent.entries[at].resource_type in REQUESTS for at in new)
        kept = await later_parts.take(
            tx, writer, [settled[at] for at in simple], with_request=asked
        )
        written |= dict(zip(simple, kept, strict=True))
    # A Task comes after the request that it may have for its focus.
    for at in sorted(set(new) - set(simple), key=lambda at: settled[at].type == "Task"):
        entry = msgspec.structs.replace(sent.entries[at], resource=msgspec.Raw(settled[at].body))
        written[at] = await _ASK[entry.resource_type](tx, writer, entry, sent.ids[at])
    return [written[at] for at in range(len(sent.ids))]


async def _fits(tx: Transaction, writer: Writer, held: Held) -> Written:
    """One of theirs that a condition found, as it is shown now."""
    found = await SHELVES[held.type].read(tx, writer.reader, held.type, str(held.id))
    return Written(
        found=found or opened(held, writer.vault), new=False, issues=[remark("here-already")]
    )


def _without_subscription(sent: Sent) -> None:
    """Lets pass a referral that is not also a wish to be told: of that it is no part.

    Raises:
        FhirRefused: "unprocessable", naming the entry.
    """
    for one in sent.entries:
        if one.resource_type == "Subscription":
            raise refused(
                "unprocessable",
                "not-supported",
                "subscription-apart",
                f"{one.path}: a Subscription is no part of a referral; send it apart.",
                one.path,
            )


async def _with_waiting(tx: Transaction, writer: Writer, sent: Sent) -> Sent:
    """A referral with the Task that came before it, where it brings none itself."""
    of = {one.resource_type: at for at, one in enumerate(sent.entries)}
    if "Task" in of or "ServiceRequest" not in of:
        return sent
    at = of["ServiceRequest"]
    body = bytes(sent.entries[at].resource)
    return sent.and_stored(await starting.waiting(tx, writer, body, sent.ids[at]))


async def _request(tx: Transaction, writer: Writer, entry: Entry, identity: uuid.UUID) -> Written:
    """A request that asks for no care yet: it waits, or is a record."""
    return await _kept(tx, writer, entry, identity, lacking.waits(bytes(entry.resource)))


async def _task(tx: Transaction, writer: Writer, entry: Entry, identity: uuid.UUID) -> Written:
    """A Task that starts a referral, moves one, or follows one that runs; any other is kept."""
    entry = await focusing.settled(tx, writer, entry)
    body = bytes(entry.resource)
    started, missing = await starting.by_task(tx, writer, entry, identity)
    if started is not None:
        (first, *_) = _told(started, set(), "Task")
        return msgspec.structs.replace(first, issues=[*first.issues, *unanswered.not_asked(body)])
    if missing:
        return await _kept(tx, writer, entry, identity, missing)
    unanswered.can_be_answered(body, writer.actor)
    if (moved := await tasking.create(tx, writer, body)) is not None:
        return Written(found=moved, new=True, issues=[remark("stored")])
    if (referral := await focusing.runs(tx, writer, body)) is not None:
        return await _following(tx, writer, entry, identity, referral)
    unanswered.can_be_found(body)
    return await _kept(tx, writer, entry, identity, focusing.lost(body))


async def _following(
    tx: Transaction, writer: Writer, entry: Entry, identity: uuid.UUID, referral: Referral
) -> Written:
    """A Task that came after its request had started the referral: it shows how that is."""
    require(writer.actor, Action.REFER)
    made = Stored(type="Task", id=str(identity), body=bytes(entry.resource))
    await keeping.keep(tx, writer, [made], referral.id, referral.organisation_id, stated=[identity])
    found = await tasking.shown(tx, writer, identity)
    issues = [remark("followed"), *unanswered.not_asked(made.body)]
    return Written(found=found, new=True, issues=issues)


async def _measures(tx: Transaction, writer: Writer, entry: Entry, _identity: uuid.UUID) -> Written:
    """Capacity, by the organisation that has it; the same report again gives the first back."""
    body = bytes(entry.resource)
    return await measuring.take(tx, writer.actor, body, writer.vault, writer.now)


async def _subscription(
    tx: Transaction, writer: Writer, entry: Entry, _identity: uuid.UUID
) -> Written:
    """A wish to be told of changes; on its condition one that was told before."""
    if entry.if_none_exist and (held := await keeping.subscribed(tx, writer, entry.if_none_exist)):
        return Written(found=held, new=False, issues=[remark("here-already")])
    found = await subscribing.create(
        tx, writer.actor, bytes(entry.resource), writer.vault, writer.now, allowed=writer.hosts
    )
    return Written(found=found, new=True, issues=[remark("stored")])


async def _kept(
    tx: Transaction, writer: Writer, entry: Entry, identity: uuid.UUID, issues: list[Issue]
) -> Written:
    require(writer.actor, Action.REFER)
    made = Stored(type=entry.resource_type, id=str(identity), body=bytes(entry.resource))
    (found,) = await keeping.keep(tx, writer, [made])
    return Written(found=found, new=True, issues=issues or [remark("stored")])


_ASK = {
    "ServiceRequest": _request,
    "Task": _task,
    "MeasureReport": _measures,
    "Subscription": _subscription,
}
"""What is more than kept, by type."""


def _told(received: Received, here: set[int], on: str = "ServiceRequest") -> list[Written]:
    """What became of each resource of a referral; what triage says stands with one of them."""
    kept = [remark("stored" if received.new else "here-already")]
    advised = said(received.advice) if received.advice else kept
    return [
        Written(
            found=one,
            new=received.new and at not in here,
            issues=advised if one.type == on else kept,
        )
        for at, one in enumerate(received.found)
    ]
