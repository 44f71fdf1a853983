"""Takes a referral in: read, triaged, matched, and stored with all that belongs to it."""

from __future__ import annotations

import uuid
from datetime import datetime

import msgspec

from capacity.geography import place_of
from capacity.matching import shortlist
from coordination.auth.vault import Vault
from coordination.db import directory, loose, referrals
from coordination.db import intake as rows
from coordination.db.engine import Transaction
from coordination.db.intake import NewReferral
from coordination.db.resources import Stored
from coordination.db.stated import Stated
from coordination.errors import Fault, Refused, Wrong
from coordination.ids import new_id
from coordination.permissions import Action, Actor, Role, require
from coordination.recognition import marks_of, person_key
from coordination.records.received import Received, Standing
from coordination.records.shelf import Found
from coordination.records.stored import opened
from coordination.referral import State, after_triage
from coordination.referrals.gathering import Sent, along
from coordination.referrals.repeating import first_of
from coordination.referrals.wanting import settle_wanted
from coordination.writer import Writer
from fhir.codes import AGB, URA
from fhir.referral import ReferralIn, from_fhir
from fhir.settle import settle
from fhir.task.shown import coordination_task
from triage.decide import decide
from triage.need import PLACED_KINDS
from triage.need_of import need_of

SHORTLIST = 5


async def receive(tx: Transaction, writer: Writer, sent: Sent, content: bytes) -> Received:
    """Stores what asks for care as a referral, or gives back what an earlier one became.

    What the same organisation sent before about the same Patient, and what the referral refers
    to, is taken along, as long as it belongs to no other referral.

    Args:
        tx: the request's transaction.
        writer: who sends it; the referral becomes that of their organisation, or, when the
            desk enters it for a caller, that of the requester who is named in it.
        sent: validated and read.
        content: hash of what was sent, the same for the same content.

    Raises:
        FhirRefused: it can't be read as a referral; nothing was stored.
        Refused: FORBIDDEN, or CONFLICT when the identifier was used for other content.
    """
    actor, vault, now = writer.actor, writer.vault, writer.now
    require(actor, Action.REFER)
    read = _read(sent, now)
    owner = await owner_of(tx, actor, read)
    known = read.patient_id
    if read.patient is not None and read.patient in sent.here:
        known = str(sent.ids[read.patient])
    brought = await along(tx, vault, {owner, actor.organisation}, sent, known)
    if brought is not sent:
        read = _read(brought, now)
    if read.patient is None or read.person is None:
        raise Refused(
            Wrong.UNPROCESSABLE,
            "ServiceRequest.subject points at a Patient that is not in this Bundle and is not"
            " one of yours here: send the Patient along.",
            faults=(Fault("ServiceRequest.subject", "is no Patient that is known here"),),
            code="subject-unknown",
        )
    request, patient_id, patient = (
        brought.ids[read.service_request],
        brought.ids[read.patient],
        read.person,
    )
    wanted, picture = await settle_wanted(tx, read.wanted, read.picture)
    advice = decide(writer.protocol, picture, now)
    place = place_of(patient.pc4) if patient.pc4 else None
    need = need_of(writer.protocol, advice, picture, pc4=patient.pc4, wanted=wanted)
    fits = shortlist(need, writer.supply, now, SHORTLIST) if advice.kind in PLACED_KINDS else []
    state = after_triage(advice)
    bodies = _bodies(writer, sent)
    if read.task is None:
        bodies.append(_task(read, request, patient_id, state, vault, now))
    task = bodies[-1].id if read.task is None else brought.ids[read.task]
    identifier = "|".join(read.identifier)
    taken = await rows.take_in(
        tx,
        actor,
        NewReferral(
            id=request,
            organisation=owner,
            identifier=identifier,
            content=content,
            person_key=person_key(vault, read, owner, patient_id),
            patient=patient_id,
            task=task,
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
        return await first_of(tx, writer, owner, identifier, content, sent)
    version = 1
    if brought.here:
        ids = [brought.ids[at] for at in sorted(brought.here)]
        version = await loose.attach(tx, actor, ids, request, owner, {request, task}, now)
    raised = await referrals.share_urgency(tx, taken.person) if taken.known_person else []
    asked = msgspec.json.encode(advice.questions).decode() if state is State.NEEDS_INFO else None
    standing = Standing(
        request,
        task,
        Stated(
            state=state,
            version=version + (request in raised),
            changed_at=now,
            reason=None,
            asked=asked,
        ),
    )
    made = {one.id: one for one in bodies}
    found = tuple(
        opened(sent.here[at], vault) if at in sent.here else _made(made[identity], now)
        for at, identity in enumerate(sent.ids)
    )
    return Received(found=tuple(map(standing.shown, found)), referral=request, advice=advice)


def _made(one: Stored, now: datetime) -> Found:
    return Found(type=one.type, id=one.id, version=1, updated=now, body=one.body)


def _read(sent: Sent, now: datetime) -> ReferralIn:
    return from_fhir(sent.entries, now, [str(identity) for identity in sent.ids])


def _bodies(writer: Writer, sent: Sent) -> list[Stored]:
    """What is new, as it is stored but for the seal."""
    settled = settle(sent.entries, [str(identity) for identity in sent.ids], writer.now)
    return [
        Stored(identity, one.type, marks_of(writer.vault, one.type, one.body), one.body)
        for at, (identity, one) in enumerate(zip(sent.ids, settled, strict=True))
        if at not in sent.here
    ]


async def owner_of(tx: Transaction, actor: Actor, read: ReferralIn) -> uuid.UUID:
    """Whose referral it is: the sender's, or at the desk the caller's if we know them.

    Raises:
        Refused: UNPROCESSABLE where the desk names nobody.
    """
    if actor.role is not Role.COORDINATOR:
        return actor.organisation
    who = read.requester
    if not (who.name or who.organisation or who.identifiers or who.reference):
        raise Refused(
            Wrong.UNPROCESSABLE,
            "Name the referrer for whom you enter this: ServiceRequest.requester is missing.",
            faults=(Fault("ServiceRequest.requester", "is missing"),),
            code="requester-missing",
        )
    numbers = dict(who.identifiers)
    known = await directory.registered(tx, numbers.get(URA), numbers.get(AGB))
    return known or actor.organisation


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
