"""Tries what somebody would send: tells everything at once, and stores nothing of it."""

from __future__ import annotations

import uuid
from typing import Final

import msgspec

from coordination.db import audit, resources
from coordination.db.engine import Transaction
from coordination.errors import Refused
from coordination.permissions import Action, Actor, may, require
from coordination.receiving import keeping, trying
from coordination.referrals import intake
from coordination.referrals.wanting import settle_wanted
from coordination.writer import Writer
from fhir.clock import Clock
from fhir.gather import with_person
from fhir.outcome import Issue, in_order
from fhir.person import from_patient
from fhir.profiles import fitting, trial
from fhir.profiles.fitting import Asked
from fhir.profiles.names import TYPE_OF
from fhir.profiles.trial import Trial
from fhir.profiles.unread import remarks, waiting
from fhir.referral import ReferralIn
from fhir.said import said
from fhir.settle import conditions
from fhir.validation import sound
from triage.decide import decide
from triage.picture import Picture

_ALL_WELL: Final = Issue(
    code="informational",
    details="valid",
    diagnostics="No fault was found. Nothing was stored.",
    severity="information",
)

_NEEDED: Final = frozenset({"Patient", "ServiceRequest"})
"""Without these nothing can be said of a referral."""


async def validate(tx: Transaction, writer: Writer, asked: Asked) -> list[Issue]:
    """Every fault of a resource, and of a referral also what triage could not use.

    Args:
        tx: the request's transaction; only its audit row is written.
        writer: who would send it; only who may try triage is told what it would say.
        asked: what is to be tried.

    Returns:
        At least one issue. There is no fault where none has severity error.

    Raises:
        FhirRefused: "invalid" or "too-large" where it can't be read at all.
        Refused: FORBIDDEN.
    """
    require(writer.actor, Action.VALIDATE)
    asked = fitting.known(asked)
    kind = asked.kind or ""
    issues = fitting.faults(asked)
    if not any(one.severity == "error" for one in issues):
        issues += await _meaning(tx, writer, asked, kind)
    else:
        issues += await _rest(tx, writer, asked, kind)
    issues = in_order(issues)
    faults = sum(one.severity == "error" for one in issues)
    await audit.record(
        tx,
        writer.actor,
        Action.VALIDATE,
        f"$validate/{kind or 'Resource'}",
        detail={"faults": faults},
    )
    return issues if faults else [_ALL_WELL, *issues]


async def _rest(tx: Transaction, writer: Writer, asked: Asked, kind: str) -> list[Issue]:
    """What else is wrong where something is no R4: the rest is judged without it.

    Of a resource that has a fault only faults are told; what is not used of it may come of that.
    """
    left = sound(asked.body, asked.kind or None, _NEEDED)
    if left is None:
        return []
    found = await _meaning(tx, writer, msgspec.structs.replace(asked, body=left.body), kind)
    return [
        one
        for one in found
        if one.severity == "error"
        or (one.details == trial.NOTE and left.touched.isdisjoint(one.expression))
    ]


async def _meaning(tx: Transaction, writer: Writer, asked: Asked, kind: str) -> list[Issue]:
    """What would be refused of a valid resource, and what would not be used of it."""
    if kind in {"MeasureReport", "Location"}:
        return await trying.capacity(tx, writer, kind, asked.body)
    if kind == "Subscription":
        return trying.subscription(writer, asked.body)
    issues = await trying.step(tx, writer, asked) if kind == "Task" else []
    meant = await _meant(tx, writer, asked.body, kind, issues)
    asks = any(one.partition("|")[0] in TYPE_OF for one in asked.profiles)
    if kind == "Bundle":
        tried = trial.of_bundle(asked.body, writer.now, meant, asks=asks)
    else:
        tried = trial.of_resource(kind, asked.body, writer.now, meant, asks=asks)
    issues += tried.issues
    if tried.read is not None:
        issues += await _referral(tx, writer, tried, tried.read, clean=not issues)
    return issues or waiting(tried.entries)


async def _meant(
    tx: Transaction, writer: Writer, body: bytes, kind: str, issues: list[Issue]
) -> dict[str, str]:
    """What conditional references mean; one that means nothing, or more than one, is a fault."""
    found: dict[str, str] = {}
    asked = sorted(conditions(body))
    try:
        keeping.few(asked)
    except Refused as error:
        issues.append(_fault(error.code, error.detail, kind))
        return found
    for reference in asked:
        try:
            found |= await keeping.meant(tx, writer, [reference])
        except Refused as error:
            # The condition is not repeated: it may hold a number of a person.
            issues.append(_fault(error.code, error.detail, kind))
    return found


async def _referral(
    tx: Transaction, writer: Writer, tried: Trial, read: ReferralIn, *, clean: bool
) -> list[Issue]:
    """What intake asks of the database, what triage could not use, and what it would say.

    Args:
        tx: the request's transaction.
        writer: who would send it.
        tried: the referral on trial.
        read: as it was read.
        clean: whether no fault was found so far.
    """
    issues: list[Issue] = []
    path = tried.entries[read.service_request].place
    owner = await _owner(tx, writer.actor, read, path, issues)
    picture = read.picture
    if read.patient_id is not None and clean:
        picture = await _stored(tx, writer, read, owner, path, issues)
    _, picture = await settle_wanted(tx, read.wanted, picture)
    if clean and not issues and may(writer.actor, Action.TRY_TRIAGE):
        advice = decide(writer.protocol, picture, writer.now)
        issues += [one for one in said(advice) if one.details != trial.NOTE]
    issues += trial.told(picture.notes, tried.entries)
    return issues + remarks(tried.entries, read.person, read.patient)


async def _owner(
    tx: Transaction, actor: Actor, read: ReferralIn, path: str, issues: list[Issue]
) -> uuid.UUID:
    """Whose referral it would be; where nobody is named that is a fault."""
    try:
        return await intake.owner_of(tx, actor, read)
    except Refused as error:
        issues.append(_fault(error.code, error.detail, f"{path}.requester"))
        return actor.organisation


async def _stored(
    tx: Transaction,
    writer: Writer,
    read: ReferralIn,
    owner: uuid.UUID,
    path: str,
    issues: list[Issue],
) -> Picture:
    """The picture completed with the Patient that is meant by its id here."""
    try:
        held = await resources.by_id(tx, "Patient", uuid.UUID(read.patient_id))
    except ValueError:
        held = None
    if held is None or held.organisation_id not in {owner, writer.actor.organisation}:
        text = (
            "ServiceRequest.subject points at a Patient that is not in this Bundle and is not one"
            " of yours here: send the Patient along."
        )
        issues.append(_fault("subject-unknown", text, f"{path}.subject"))
        return read.picture
    source = f"Patient/{held.id}"
    person = from_patient(writer.vault.open(held.id, held.body), source)
    clock = Clock(authored=read.authored, received=writer.now)
    return with_person(read.picture, person, clock, source)


def _fault(details: str, text: str, path: str) -> Issue:
    return Issue(code="business-rule", details=details, diagnostics=text, expression=(path,))
