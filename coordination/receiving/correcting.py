"""Corrects what was sent: the next version of a resource, and what it means for its referral."""

from __future__ import annotations

import msgspec

from coordination.db import corrections, loose, resources
from coordination.db.engine import Transaction
from coordination.db.referrals import Referral
from coordination.db.resources import Held
from coordination.errors import Refused, Wrong
from coordination.ids import key_of, new_id
from coordination.permissions import Action, Actor, Role, require
from coordination.preconditions import Precondition, unchanged
from coordination.receiving import requesting
from coordination.receiving.remarks import NEXT, remark
from coordination.receiving.revising import replace, written
from coordination.records.shelves import SHELVES
from coordination.referral import ENDED, State
from coordination.referrals.answers import again
from coordination.writer import Writer, Written
from fhir.bundle import Entry
from fhir.outcome import refused
from fhir.person import from_patient, must_be_born
from fhir.said import said


async def put(
    tx: Transaction, writer: Writer, entry: Entry, identity: str, match: Precondition
) -> Written:
    """Stores the next version of a resource; what belongs to a referral is triaged with it again.

    Args:
        tx: the request's transaction.
        writer: the organisation that sent it; the desk for what it entered itself.
        entry: the resource, validated, with references to our ids and the id of the address.
        identity: of the address.
        match: the version that they saw (If-Match).

    Raises:
        FhirRefused: it says something that can't be corrected this way, with the cure.
        Refused: NOT_FOUND, FORBIDDEN; PRECONDITION_REQUIRED or STALE;
            CONFLICT once the referral has ended.
    """
    require(writer.actor, Action.REFER)
    kind, body = entry.resource_type, bytes(entry.resource)
    held, of = await _theirs(tx, writer, kind, identity)
    version = _version(held, of)
    unchanged(match, version)
    running = [one for one in of if one.state not in ENDED]
    if of and not running:
        raise _ended(of[0])
    if kind == "ServiceRequest":
        return await requesting.change(tx, writer, held, body, version, running)
    if kind == "Patient":
        running = await _same_person(tx, writer, held, body, running)
    after, _ = await replace(tx, writer, held, body, version)
    issues = [remark("corrected") if running else remark("stored", NEXT)]
    for one in running:
        issues += said(await again(tx, writer, one))
    return await written(tx, writer, after, running, issues)


async def _theirs(
    tx: Transaction, writer: Writer, kind: str, identity: str
) -> tuple[Held, list[Referral]]:
    """A resource that the writer may change, and the referrals that it belongs to, all locked."""
    held = None
    key = key_of(identity)
    if key is not None:
        held = await resources.by_id(tx, kind, key)
    if held is None or not await _may(tx, writer.actor, held):
        shelf = SHELVES.get(kind)
        if shelf is not None and await shelf.read(tx, writer.reader, kind, identity):
            raise Refused(Wrong.FORBIDDEN, f"Only who sent this {kind} changes it.")
        raise Refused(
            Wrong.NOT_FOUND,
            f"There is no such {kind} of yours. Ids are given here: POST makes a new one.",
        )
    of = []
    if held.referral_id is not None or kind == "Patient":
        of = await corrections.referrals_of(tx, held)
    locked = await loose.lock(tx, kind, held.id)
    assert locked is not None  # noqa: S101 - none is ever deleted
    return locked, of


async def _may(tx: Transaction, actor: Actor, held: Held) -> bool:
    if held.organisation_id == actor.organisation:
        return True
    if actor.role is not Role.COORDINATOR or held.referral_id is None:
        return False
    return await corrections.entered_by(tx, held.referral_id) == actor.organisation


async def _same_person(
    tx: Transaction, writer: Writer, held: Held, body: bytes, running: list[Referral]
) -> list[Referral]:
    """The referrals of a Patient that is corrected; one whose BSN becomes known is recognised.

    Raises:
        FhirRefused: the BSN of someone else; the numbers are not repeated.
    """
    before = from_patient(writer.vault.open(held.id, held.body), "Patient")
    after = from_patient(body, "Patient")
    must_be_born(after, writer.now, "Patient")
    if before.bsn is not None and after.bsn != before.bsn:
        raise refused(
            "unprocessable",
            "business-rule",
            "another-person",
            "Patient.identifier: a Patient keeps its BSN. Is it someone else's? Then revoke the"
            " ServiceRequest and send the referral anew, with its own Patient.",
            "Patient.identifier",
        )
    if before.bsn is not None or after.bsn is None:
        return running
    key = writer.vault.recognise("bsn", after.bsn)
    return [
        msgspec.structs.replace(
            one, person_id=await corrections.is_person(tx, one.id, key, new_id())
        )
        for one in running
    ]


def _ended(referral: Referral) -> Refused:
    text = f"The referral has ended: it is {referral.state}. What was sent for it stays as it is."
    if referral.state is State.PLACED:
        text += (
            " To withdraw it now the desk must agree: POST a Task with code abort and"
            f" Task/{referral.task_id} as its focus."
        )
    return Refused(Wrong.CONFLICT, text, code="referral-ended")


def _version(held: Held, of: list[Referral]) -> int:
    """The version as it is shown: a referral's own request has that of the referral."""
    return next((one.version for one in of if one.id == held.id), held.version)
