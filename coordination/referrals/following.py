"""What someone may know of a referral: where it is, why, and what happened to it."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

import msgspec

from capacity.matching import Matches, match
from capacity.snapshot import Supply
from coordination.auth.vault import Vault
from coordination.db import audit, capacity, guarantees, offers, referrals, resources
from coordination.db.engine import Transaction
from coordination.db.offers import Offer
from coordination.db.referrals import Referral
from coordination.finding import find
from coordination.permissions import REFERRERS, Action, Actor, Role, require
from coordination.referral import hours_waited
from fhir.person import Person, from_patient
from triage.picture import Picture


class PersonView(msgspec.Struct, frozen=True, kw_only=True):
    """Who it is, for those who may know; never the BSN."""

    family: str | None
    given: str | None
    birth_date: str | None
    sex: str | None


class View(msgspec.Struct, frozen=True, kw_only=True):
    """A referral with all that belongs to it.

    Attributes:
        advice: as it was made.
        picture: the facts that it was made from.
        made_at: when.
    """

    referral: Referral
    advice: msgspec.Raw
    picture: Picture
    made_at: datetime
    person: PersonView | None
    offers: list[Offer]
    history: list[dict[str, Any]]
    same_person: list[dict[str, Any]]


async def follow(tx: Transaction, actor: Actor, referral_id: uuid.UUID, vault: Vault) -> View:
    """A referral, its advice, offers and history; a provider sees its own offers only.

    Raises:
        Refused: NOT_FOUND when it is not there or not theirs to see.
    """
    require(actor, Action.READ_REFERRAL)
    referral = await find(tx, actor, referral_id)
    picture, advice, made_at = await referrals.latest_advice(tx, referral.id)
    made = await offers.of_referral(tx, referral.id)
    if actor.role is Role.PROVIDER:
        made = [one for one in made if one.organisation_id == actor.organisation]
    patient = await resources.by_id(tx, "Patient", referral.patient_id)
    person = from_patient(vault.open(patient.id, patient.body), "Patient") if patient else None
    await audit.record(
        tx, actor, Action.READ_REFERRAL, f"referral/{referral.id}", referral=referral.id
    )
    return View(
        referral=referral,
        advice=msgspec.Raw(advice),
        picture=picture,
        made_at=made_at,
        person=None if person is None else _named(person),
        offers=made,
        history=await audit.history(tx, referral.id) if actor.role is not Role.PROVIDER else [],
        same_person=await referrals.others_of(tx, referral)
        if actor.role not in REFERRERS and actor.role is not Role.PROVIDER
        else [],
    )


async def matches(
    tx: Transaction, actor: Actor, referral_id: uuid.UUID, supply: Supply, now: datetime
) -> Matches:
    """Where a referral fits now, and why not elsewhere.

    The services are those of this process's snapshot; their figures are read afresh, so that
    what was reported or held a moment ago counts: those of the services within reach only.

    Raises:
        Refused: NOT_FOUND when it is not there or not theirs to see.
    """
    require(actor, Action.READ_MATCHES)
    referral = await find(tx, actor, referral_id)
    view, given = supply.view(referral.need), dict[str, datetime]()
    fresh = await capacity.counters(tx, [uuid.UUID(seen.service.id) for seen in view.all])
    if view.kept:
        given = await guarantees.given_lately(tx, supply, now)
    found = match(
        referral.need,
        supply.with_only(fresh),
        now,
        waited_hours=hours_waited(referral.received_at, now),
        guarantee_given=given,
    )
    await audit.record(
        tx, actor, Action.READ_MATCHES, f"referral/{referral.id}", referral=referral.id,
        detail={"matches": len(found.matches), "excluded": len(found.excluded)},
    )  # fmt: skip
    return found


def _named(person: Person) -> PersonView:
    return PersonView(
        family=person.family, given=person.given, birth_date=person.birth_date, sex=person.sex
    )
