"""What is created at the FHIR door: checked, read, and brought to the intake it belongs to."""

from __future__ import annotations

import uuid

import msgspec

from coordination.db.engine import Transaction
from coordination.organisations import measuring
from coordination.permissions import Action, require
from coordination.receiving import keeping, later_parts, starting, tasking
from coordination.recognition import fingerprint
from coordination.records.received import Received
from coordination.records.received import plain as stored
from coordination.referrals import intake
from coordination.referrals.gathering import Sent
from coordination.subscriptions import subscribing
from coordination.writer import Writer, Written
from fhir.bundle import Bundle, Entry, read
from fhir.outcome import Issue, refused
from fhir.referral import is_referral
from fhir.said import said
from fhir.settle import Stored, settle
from fhir.validation import accept

_STORED = Issue(
    severity="information", code="informational", details="stored", diagnostics="Stored."
)
_HERE = Issue(
    severity="information",
    code="informational",
    details="here-already",
    diagnostics="It was here already; nothing was changed.",
)


class Checked(msgspec.Struct, frozen=True):
    """A body that may be stored.

    Attributes:
        bundle: its entries.
        content: hash of what was sent.
    """

    bundle: Bundle
    content: bytes


def check_bundle(body: bytes) -> Checked:
    """Checks and reads a transaction or batch.

    Raises:
        FhirRefused: every fault with its path.
    """
    accepted = accept(body, "Bundle")
    return Checked(read(body), fingerprint(accepted.canonical))


def check_resource(body: bytes, kind: str) -> Checked:
    """Checks and reads one resource that is to be created: a transaction of one.

    Raises:
        FhirRefused: every fault with its path.
    """
    accepted = accept(body, kind)
    entry = Entry(
        path=kind, full_url=None, resource_type=kind, id=None, method="POST", url=kind,
        if_none_exist=None, resource=msgspec.Raw(body),
    )  # fmt: skip
    return Checked(Bundle(type="transaction", entries=(entry,)), fingerprint(accepted.canonical))


async def take(tx: Transaction, writer: Writer, sent: Sent, content: bytes) -> list[Written]:
    """Stores what is created together: as a referral where it asks for care, else for its sender.

    Args:
        tx: the request's transaction.
        writer: who sends it.
        sent: the resources, with references to each other as they were sent.
        content: hash of what was sent.

    Returns:
        What became of each, in their order.

    Raises:
        FhirRefused: it asks for care and can't be read as one referral.
        Refused: see ``intake.receive``.
    """
    if is_referral([one for at, one in enumerate(sent.entries) if at not in sent.here]):
        _without_subscription(sent)
        return _told(await intake.receive(tx, writer, sent, content), set(sent.here))
    settled = settle(sent.entries, [str(identity) for identity in sent.ids], writer.now)
    written: dict[int, Written] = {
        at: Written(found=stored(held, writer.vault), new=False, issues=[_HERE])
        for at, held in sent.here.items()
    }
    new = [at for at in range(len(sent.ids)) if at not in written]
    simple = [at for at in new if sent.entries[at].resource_type not in _ASK]
    if simple:
        kept = await later_parts.take(tx, writer, [settled[at] for at in simple])
        written |= dict(zip(simple, kept, strict=True))
    # A Task comes after the request that it may have for its focus.
    for at in sorted(set(new) - set(simple), key=lambda at: settled[at].type == "Task"):
        entry = msgspec.structs.replace(sent.entries[at], resource=msgspec.Raw(settled[at].body))
        written[at] = await _ASK[entry.resource_type](tx, writer, entry, sent.ids[at])
    return [written[at] for at in range(len(sent.ids))]


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


async def _request(tx: Transaction, writer: Writer, entry: Entry, identity: uuid.UUID) -> Written:
    """A request that asks for no care yet: it waits, or is a record."""
    return await _kept(tx, writer, entry, identity, starting.waits(bytes(entry.resource)))


async def _task(tx: Transaction, writer: Writer, entry: Entry, identity: uuid.UUID) -> Written:
    """A Task that starts a referral, or moves one; any other is kept."""
    body = bytes(entry.resource)
    started, missing = await starting.by_task(tx, writer, entry, identity)
    if started is not None:
        return _told(started, set(), "Task")[0]
    if not missing and (moved := await tasking.create(tx, writer, body)) is not None:
        return Written(found=moved, new=True, issues=[_STORED])
    return await _kept(tx, writer, entry, identity, missing)


async def _measures(tx: Transaction, writer: Writer, entry: Entry, _identity: uuid.UUID) -> Written:
    """Capacity, by the organisation that has it; the same report again gives the first back."""
    body = bytes(entry.resource)
    taken = await measuring.take(tx, writer.actor, body, writer.vault, writer.now)
    return Written(found=taken.found, new=taken.new, issues=taken.issues)


async def _subscription(
    tx: Transaction, writer: Writer, entry: Entry, _identity: uuid.UUID
) -> Written:
    """A wish to be told of changes."""
    found = await subscribing.create(
        tx, writer.actor, bytes(entry.resource), writer.vault, writer.now, allowed=writer.hosts
    )
    return Written(found=found, new=True, issues=[_STORED])


async def _kept(
    tx: Transaction, writer: Writer, entry: Entry, identity: uuid.UUID, issues: list[Issue]
) -> Written:
    require(writer.actor, Action.REFER)
    made = Stored(type=entry.resource_type, id=str(identity), body=bytes(entry.resource))
    (found,) = await keeping.keep(tx, writer, [made])
    return Written(found=found, new=True, issues=issues or [_STORED])


_ASK = {
    "ServiceRequest": _request,
    "Task": _task,
    "MeasureReport": _measures,
    "Subscription": _subscription,
}
"""What is more than kept, by type."""


def _told(received: Received, here: set[int], on: str = "ServiceRequest") -> list[Written]:
    """What became of each resource of a referral; what triage says stands with one of them."""
    plain = [_STORED if received.new else _HERE]
    advised = said(received.advice) if received.advice else plain
    return [
        Written(
            found=one,
            new=received.new and at not in here,
            issues=advised if one.type == on else plain,
        )
        for at, one in enumerate(received.found)
    ]
