"""Takes new or corrected facts for a referral, and triages it again with them."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime

import msgspec

from capacity.geography import place_of
from coordination.auth.vault import Vault
from coordination.db import audit, corrections, referrals, resources
from coordination.db.engine import Transaction
from coordination.db.referrals import Referral
from coordination.db.resources import Stored
from coordination.errors import Refused, Wrong
from coordination.finding import find
from coordination.ids import new_id
from coordination.permissions import Action, Actor, require
from coordination.places.placement import end_outdated
from coordination.recognition import marks_of
from coordination.referral import after_triage, must_be_open
from coordination.referrals.gathering import Sent, along
from coordination.referrals.standing import counted
from coordination.referrals.wanting import settle_wanted
from coordination.writer import Writer
from fhir.bundle import Entry
from fhir.new_facts import from_fhir
from fhir.person import from_patient
from fhir.picture.merging import merge, refresh
from fhir.rereading import Piece, reread
from fhir.settle import settle
from fhir.subject import Subject
from triage.advice import Advice, Status
from triage.decide import decide
from triage.need_of import need_of
from triage.picture import Picture
from triage.protocol import Protocol
from triage.wanted import NOTHING, Wanted, asked_in

_NOT_READ = frozenset({"Task", "Communication"})
"""What is of a referral and says nothing of who it is about."""


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

    The intended destination is locked once it is told. One that is told only now counts for
    triage; the referral's own record of it, which figures are made of, stays as it began. The
    urgency of a waiting person may rise by it and never falls.

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


async def again(tx: Transaction, writer: Writer, referral: Referral) -> Advice:
    """Triages a referral again from its resources as they are stored now.

    Nothing that was confirmed or answered is lost: ``fhir.rereading`` says what counts. The
    urgency of a waiting person may rise by it and never falls.

    Args:
        tx: the request's transaction.
        writer: who changed something of it.
        referral: locked, open.

    Raises:
        FhirRefused: it can't be read as a referral any more.
        Refused: UNPROCESSABLE when its identifier became another one.
    """
    now = writer.now
    pictures = await corrections.pictures(tx, referral.id)
    read = reread(
        await _pieces(tx, writer, referral), _confirmed(pictures), pictures[-1],
        referral.received_at, now,
    )  # fmt: skip
    if "|".join(read.identifier) != referral.identifier:
        raise Refused(
            Wrong.UNPROCESSABLE,
            "ServiceRequest.identifier is what the referral is known by: leave it as it was.",
            code="identifier-locked",
        )
    wanted, picture = await settle_wanted(tx, read.wanted, read.picture)
    pc4 = read.person.pc4 if read.person else referral.place
    if pc4 != referral.place:
        place = place_of(pc4) if pc4 else None
        subregion = place.subregion if place else None
        await corrections.move_home(tx, referral.id, pc4, subregion)
        referral = msgspec.structs.replace(referral, place=pc4, subregion=subregion)
    advice = decide(writer.protocol, picture, now)
    await retriage(tx, writer.actor, referral, writer.protocol, picture, advice, now, wanted)
    await audit.record(
        tx, writer.actor, Action.ANSWER, f"referral/{referral.id}", referral=referral.id,
        detail={"urgency": advice.urgency, "kind": advice.kind, "status": advice.status},
    )  # fmt: skip
    return advice


async def _pieces(tx: Transaction, writer: Writer, referral: Referral) -> list[Piece]:
    """What is stored of a referral: its own, its Patient, and what they refer to."""
    vault = writer.vault
    held = [
        one for one in await resources.of_referral(tx, referral.id) if one.type not in _NOT_READ
    ]
    patient = await resources.by_id(tx, "Patient", referral.patient_id)
    if patient is not None and patient.referral_id != referral.id:
        held.append(patient)
    own = Sent(entries=(), ids=()).and_stored([(one, vault.open(one.id, one.body)) for one in held])
    sent = await along(tx, vault, {referral.organisation_id}, own, None)
    return [
        Piece(entry=entry, id=str(identity), at=sent.here[at].updated_at)
        for at, (entry, identity) in enumerate(zip(sent.entries, sent.ids, strict=True))
    ]


def _confirmed(pictures: Sequence[Picture]) -> list[tuple[datetime, Picture]]:
    """What professionals confirmed, each fact once, with its moment."""
    found: dict[str, tuple[datetime, Picture]] = {}
    for picture in pictures:
        for field, origin in picture.origins.items():
            if origin.source.startswith("Confirmation/") and origin.observed is not None:
                fact = Picture(**{field: getattr(picture, field)}, origins={field: origin})
                if getattr(picture, field) is not None:
                    found.setdefault(origin.source, (origin.observed, fact))
    return sorted(found.values(), key=lambda one: one[0])


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
