"""Reads and searches what is stored as FHIR, each party its own part."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

import msgspec

from capacity.words import KINDS
from coordination.auth.vault import Vault
from coordination.db import audit, offers, referrals, resources, search
from coordination.db.engine import Transaction
from coordination.db.offers import Offer
from coordination.db.referrals import Referral
from coordination.db.resources import Held
from coordination.errors import Refused, Wrong
from coordination.permissions import Action, Actor, Role, require, sees
from coordination.referral import State
from coordination.shelf import Found
from fhir.request import overlay_request
from fhir.task import offer_task, overlay_state


async def read(tx: Transaction, actor: Actor, kind: str, identity: str, vault: Vault) -> Found:
    """A resource by type and id.

    Raises:
        Refused: NOT_FOUND when it is not there or not theirs to see.
    """
    require(actor, Action.READ_FHIR)
    found = None
    try:
        key = uuid.UUID(identity)
    except ValueError:
        key = None
    if key is not None:
        found = await _offer(tx, actor, key) if kind == "Task" else None
        found = found or await _stored(tx, actor, kind, key, vault)
    if found is None:
        raise Refused(Wrong.NOT_FOUND, f"There is no such {kind} among those that you may see.")
    await audit.record(tx, actor, Action.READ_FHIR, f"{kind}/{found.id}")
    return found


async def find(
    tx: Transaction, actor: Actor, kind: str, query: search.Query, vault: Vault
) -> Sequence[Found]:
    """The ServiceRequests or Tasks that fit a query and that the actor may see, newest first."""
    require(actor, Action.READ_FHIR)
    if query.identifiers is not None:
        terms = vault.terms([f"identifier={one}" for one in query.identifiers])
        query = msgspec.structs.replace(query, terms=terms)
    of = {
        referral.id if kind == "ServiceRequest" else referral.task_id: referral
        for referral in await search.referrals(tx, actor, kind, query)
    }
    found = [_rendered(held, of[held.id], vault) for held in await resources.by_ids(tx, list(of))]
    if kind == "Task":
        found += [_offer_task(*pair) for pair in await search.offers(tx, actor, query)]
    found.sort(key=lambda one: str(one.id), reverse=True)
    found = found[: query.count]
    await audit.record(tx, actor, Action.READ_FHIR, kind, detail={"count": len(found)})
    return found


async def _offer(tx: Transaction, actor: Actor, key: uuid.UUID) -> Found | None:
    offer = await offers.by_id(tx, key)
    if offer is None:
        return None
    referral = await referrals.by_id(tx, offer.referral_id)
    if referral is None:
        return None
    own = actor.role is Role.PROVIDER and offer.organisation_id == actor.organisation
    return _offer_task(offer, referral) if own or sees(actor, referral) else None


async def _stored(
    tx: Transaction, actor: Actor, kind: str, key: uuid.UUID, vault: Vault
) -> Found | None:
    held = await resources.by_id(tx, kind, key)
    if held is None:
        return None
    if held.referral_id is None:
        own = held.organisation_id == actor.organisation
        return _plain(held, vault) if own else None
    referral = await referrals.by_id(tx, held.referral_id)
    if referral is None:
        return None
    may = sees(actor, referral) or (
        actor.role is Role.PROVIDER
        and (
            await offers.visible_referral(tx, actor.organisation, referral.id)
            # A Patient may be that of later referrals too, which point at it by its id.
            or await offers.visible_patient(tx, actor.organisation, held.id)
        )
    )
    return _rendered(held, referral, vault) if may else None


def _plain(held: Held, vault: Vault) -> Found:
    return Found(
        type=held.type,
        id=held.id,
        version=held.version,
        updated=held.updated_at,
        body=vault.open(held.id, held.body),
    )


def _rendered(held: Held, referral: Referral, vault: Vault) -> Found:
    """A stored resource; the referral's own request and Task carry its state of now."""
    plain = _plain(held, vault)
    state = referral.state
    if held.id == referral.task_id:
        body = overlay_state(
            plain.body,
            state=state,
            modified=referral.changed_at,
            version=referral.version,
            reason=referral.reason if state is State.CANCELLED else None,
        )
    elif held.id == referral.id:
        body = overlay_request(
            plain.body, state=state, modified=referral.changed_at, version=referral.version
        )
    else:
        return plain
    return msgspec.structs.replace(
        plain, version=referral.version, updated=referral.changed_at, body=body
    )


def _offer_task(offer: Offer, referral: Referral) -> Found:
    kind = offer.need.kind
    body = offer_task(
        id=str(offer.id),
        service=str(offer.service_id),
        coordination=str(referral.task_id),
        service_request=str(referral.id),
        patient=str(referral.patient_id),
        state=offer.state,
        kind=(kind.value, KINDS[kind][0]),
        authored=offer.created_at,
        modified=offer.changed_at,
        expires=offer.expires_at,
        starts=offer.starts_at,
        started=offer.started_at,
        ended=offer.ended_at,
        version=offer.version,
        reason=offer.reason,
    )
    return Found(
        type="Task", id=offer.id, version=offer.version, updated=offer.changed_at, body=body
    )
