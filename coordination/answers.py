"""Takes new or corrected facts for a referral, and triages it again with them."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime

import msgspec

from coordination.auth.vault import Vault
from coordination.db import audit, referrals, resources
from coordination.db.engine import Transaction
from coordination.db.referrals import Referral
from coordination.db.resources import Stored
from coordination.finding import find
from coordination.ids import new_id
from coordination.permissions import Action, Actor, require
from coordination.placement import end_outdated
from coordination.recognition import marks_of
from coordination.referral import after_triage, must_be_open
from coordination.standing import counted
from coordination.wanting import settle_wanted
from fhir.bundle import Entry
from fhir.gather import Subject
from fhir.merging import merge, refresh
from fhir.new_facts import from_fhir
from fhir.person import from_patient
from fhir.settle import settle
from triage.advice import Advice, Status
from triage.decide import decide
from triage.need_of import need_of
from triage.picture import Picture
from triage.protocol import Protocol
from triage.wanted import NOTHING, Wanted, asked_in


async def answer(
    tx: Transaction,
    actor: Actor,
    referral_id: uuid.UUID,
    entries: Sequence[Entry],
    *,
    protocol: Protocol,
    vault: Vault,
    now: datetime,
) -> Advice:
    """Stores facts as they were sent, and makes a new advice; the older ones stay on record.

    The intended destination is locked: what is sent for it now changes nothing. The urgency of
    a waiting person may rise by it and never falls.

    Args:
        tx: the request's transaction.
        actor: the referrer, or a coordinator of the sub-region.
        referral_id: of whom.
        entries: validated Observations and QuestionnaireResponses.
        protocol: decides.
        vault: seals what is stored.
        now: the moment of receipt; vital signs older than an hour are unknown by now.

    Raises:
        FhirRefused: a resource that holds no facts.
        Refused: NOT_FOUND, or CONFLICT when the referral has ended.
    """
    require(actor, Action.ANSWER)
    referral = await find(tx, actor, referral_id, lock=True)
    must_be_open(referral.state)
    picture, _, _ = await referrals.latest_advice(tx, referral.id)
    ids = [new_id() for _ in entries]
    sources = [
        f"{entry.resource_type}/{identity}" for entry, identity in zip(entries, ids, strict=True)
    ]
    facts, wanted = from_fhir(entries, sources, await _subject(tx, referral, vault), now)
    wanted, facts = await settle_wanted(tx, wanted, facts)
    merged = merge(refresh(picture, now), facts)
    merged = msgspec.structs.replace(merged, intended_destination=picture.intended_destination)
    advice = decide(protocol, merged, now)
    stored = settle(entries, [str(identity) for identity in ids], now)
    await resources.add(
        tx,
        [
            Stored(
                identity,
                one.type,
                marks_of(vault, one.type, one.body),
                vault.seal(identity, one.body),
            )
            for identity, one in zip(ids, stored, strict=True)
        ],
        actor,
        referral.id,
        now,
        referral.organisation_id,
    )
    await retriage(tx, actor, referral, protocol, merged, advice, now, wanted)
    await audit.record(
        tx, actor, Action.ANSWER, f"referral/{referral.id}", referral=referral.id,
        detail={"urgency": advice.urgency, "kind": advice.kind, "status": advice.status},
    )  # fmt: skip
    return advice


async def retriage(
    tx: Transaction,
    actor: Actor,
    referral: Referral,
    protocol: Protocol,
    picture: Picture,
    advice: Advice,
    now: datetime,
    wanted: Wanted = NOTHING,
) -> None:
    """Stores an advice that was made again, and shares a higher urgency with the person.

    A professional's departure goes on counting, unless the advice is another one than it was made
    from. Where the person certainly needs another kind of care now, open questions to services are
    taken back; while that is not certain they stay, and can't be accepted. What was accepted
    stays, for the desk to decide.
    """
    counts = await counted(tx, actor, referral, advice)
    asked = wanted.over(asked_in(referral.need))
    need = need_of(protocol, counts, picture, pc4=referral.place, wanted=asked)
    state = after_triage(advice, referral.state)
    await referrals.triaged_again(tx, referral, new_id(), state, picture, advice, counts, need, now)
    if advice.status is Status.FINAL and need.kind is not referral.need.kind:
        await end_outdated(tx, actor, referral.id, need.kind)
    await referrals.share_urgency(tx, referral.person_id)


async def _subject(tx: Transaction, referral: Referral, vault: Vault) -> Subject:
    """Whom the new facts must be about."""
    patient = await resources.by_id(tx, "Patient", referral.patient_id)
    if patient is None:
        return Subject(stored=str(referral.patient_id))
    person = from_patient(vault.open(patient.id, patient.body), "Patient")
    return Subject(stored=str(patient.id), identifiers=frozenset(person.identifiers))
