"""Takes a referral in: read, triaged, matched, and stored with all that belongs to it."""

from __future__ import annotations

import uuid
from datetime import datetime

import msgspec

from capacity.geography import place_of
from capacity.matching import shortlist
from capacity.snapshot import Supply
from coordination.auth.vault import Vault
from coordination.db import directory, referrals, resources
from coordination.db import intake as rows
from coordination.db.engine import Transaction
from coordination.db.intake import NewReferral
from coordination.db.resources import Stored
from coordination.errors import Refused, Wrong
from coordination.ids import new_id
from coordination.permissions import Action, Actor, Role, require
from coordination.recognition import marks_of, person_key
from coordination.referral import State, after_triage
from coordination.wanting import settle_wanted
from fhir.bundle import Bundle
from fhir.clock import Clock
from fhir.codes import AGB, URA
from fhir.gather import with_person
from fhir.person import Person, from_patient
from fhir.referral import ReferralIn, from_fhir
from fhir.settle import settle
from fhir.task import coordination_task
from fhir.wanted import spoken
from triage.advice import Advice
from triage.decide import decide
from triage.need import PLACED_KINDS
from triage.need_of import need_of
from triage.protocol import Protocol
from triage.wanted import Wanted

SHORTLIST = 5


class Received(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a bundle.

    Attributes:
        entries: type and id of each resource, in the order in which they were sent.
        new: False when the same referral was here already.
        referral: its id, or None when nothing in the bundle asks for care.
        advice: made now; None for a replay, or without a referral.
    """

    entries: tuple[tuple[str, uuid.UUID], ...]
    new: bool = True
    referral: uuid.UUID | None = None
    advice: Advice | None = None


async def receive(
    tx: Transaction,
    actor: Actor,
    bundle: Bundle,
    content: bytes,
    *,
    protocol: Protocol,
    supply: Supply,
    vault: Vault,
    now: datetime,
) -> Received:
    """Stores a transaction that asks for care, or gives back what an earlier one became.

    Args:
        tx: the request's transaction.
        actor: who sends it; the referral becomes that of their organisation, or, when the
            desk enters it for a caller, that of the requester who is named in it.
        bundle: validated and read.
        content: hash of what was sent, the same for the same content.
        protocol: decides.
        supply: what is free, to say at once where it might fit.
        vault: seals what is stored.
        now: the moment of receipt.

    Raises:
        FhirRefused: it can't be read as a referral; nothing was stored.
        Refused: FORBIDDEN, or CONFLICT when the identifier was used for other content.
    """
    require(actor, Action.REFER)
    read = from_fhir(bundle.entries, now)
    owner = await _owner(tx, actor, read)
    ids = tuple(new_id() for _ in bundle.entries)
    if read.patient is not None:
        patient_id = ids[read.patient]
    else:
        patient_id, read = await _stored_patient(tx, read, owner, vault, now)
    wanted, picture = await settle_wanted(tx, read.wanted, read.picture)
    advice = decide(protocol, picture, now)
    patient = read.person or Person()
    place = place_of(patient.pc4) if patient.pc4 else None
    need = need_of(protocol, advice, picture, pc4=patient.pc4, wanted=wanted)
    fits = shortlist(need, supply, now, SHORTLIST) if advice.kind in PLACED_KINDS else []
    state = after_triage(advice)
    bodies = [
        Stored(identity, one.type, marks_of(vault, one.type, one.body), one.body)
        for identity, one in zip(
            ids, settle(bundle.entries, [str(identity) for identity in ids], now), strict=True
        )
    ]
    if read.task is None:
        bodies.append(_task(read, ids[read.service_request], patient_id, state, vault, now))
    taken = await rows.take_in(
        tx,
        actor,
        NewReferral(
            id=ids[read.service_request],
            organisation=owner,
            identifier="|".join(read.identifier),
            content=content,
            person_key=person_key(vault, read, owner, patient_id),
            patient=patient_id,
            task=bodies[-1].id if read.task is None else ids[read.task],
            state=state,
            subregion=place.subregion if place else None,
            place=patient.pc4,
            authored=read.authored,
            received=now,
            picture=picture,
            advice=advice,
            need=need,
            shortlist=msgspec.json.encode(
                [{"service": one.service.id, "score": one.score} for one in fits]
            ),
            resources=tuple(
                msgspec.structs.replace(one, body=vault.seal(one.id, one.body)) for one in bodies
            ),
        ),
        (new_id(), new_id(), new_id()),
    )
    if not taken.new:
        return await _again(tx, owner, "|".join(read.identifier), content, len(ids))
    if taken.known_person:
        await referrals.share_urgency(tx, taken.person)
    return Received(
        entries=tuple(
            (entry.resource_type, identity)
            for entry, identity in zip(bundle.entries, ids, strict=True)
        ),
        referral=ids[read.service_request],
        advice=advice,
    )


async def _owner(tx: Transaction, actor: Actor, read: ReferralIn) -> uuid.UUID:
    """Whose referral it is: the sender's, or at the desk the caller's if we know them."""
    if actor.role is not Role.COORDINATOR:
        return actor.organisation
    who = read.requester
    if not (who.name or who.organisation or who.identifiers or who.reference):
        raise Refused(
            Wrong.UNPROCESSABLE,
            "Name the referrer for whom you enter this: ServiceRequest.requester is missing.",
            code="requester-missing",
        )
    numbers = dict(who.identifiers)
    known = await directory.registered(tx, numbers.get(URA), numbers.get(AGB))
    return known or actor.organisation


async def _stored_patient(
    tx: Transaction, read: ReferralIn, owner: uuid.UUID, vault: Vault, now: datetime
) -> tuple[uuid.UUID, ReferralIn]:
    """The Patient that a referral means by its id here, and the referral completed with it."""
    try:
        stored = await resources.by_id(tx, "Patient", uuid.UUID(read.patient_id))
    except ValueError:
        stored = None
    if stored is None or stored.organisation_id != owner:
        raise Refused(
            Wrong.UNPROCESSABLE,
            "ServiceRequest.subject points at a Patient that is not in this Bundle and is not"
            " one of yours here: send the Patient along.",
            code="subject-unknown",
        )
    path = f"Patient/{stored.id}"
    body = vault.open(stored.id, stored.body)
    person = from_patient(body, path)
    clock = Clock(authored=read.authored, received=now)
    picture = with_person(read.picture, person, clock, path)
    wanted = read.wanted.over(Wanted(language=spoken(body, path)))
    return stored.id, msgspec.structs.replace(read, person=person, picture=picture, wanted=wanted)


def _task(
    read: ReferralIn,
    request: uuid.UUID,
    patient: uuid.UUID,
    state: State,
    vault: Vault,
    now: datetime,
) -> Stored:
    """Our coordination Task where the sender sent none: what the referrer follows."""
    identity = new_id()
    body = coordination_task(
        id=str(identity),
        service_request=str(request),
        patient=str(patient),
        state=state,
        authored=read.authored,
        modified=now,
    )
    return Stored(identity, "Task", marks_of(vault, "Task", body), body)


async def _again(
    tx: Transaction, owner: uuid.UUID, identifier: str, content: bytes, count: int
) -> Received:
    """What the first of two bundles with the same identifier became."""
    first, before = await referrals.by_identifier(tx, owner, identifier)
    if before != content:
        raise Refused(
            Wrong.CONFLICT,
            "This ServiceRequest.identifier was used for a referral with other content, which is"
            f" ServiceRequest/{first.id}. To add or correct facts POST them to"
            f" /api/referrals/{first.id}/answers; for another referral use a new identifier.",
            code="identifier-used",
        )
    held = await resources.of_referral(tx, first.id)
    return Received(
        entries=tuple((one.type, one.id) for one in held[:count]), new=False, referral=first.id
    )
