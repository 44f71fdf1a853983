"""Contacts: where an organisation is alerted, and what did not arrive there."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from litestar import delete, get, post
from litestar.params import FromPath, QueryParameter

from coordination.api.bodies import json_body, read_json, refusals
from coordination.db.contacts import Contact
from coordination.db.deliveries import Delivery
from coordination.db.sending import SendingState
from coordination.organisations import contacts
from coordination.outbox.addresses import LONGEST_URL
from coordination.outbox.topics import TOPICS
from coordination.outbox.webhook import SECRET_BYTES, shown
from coordination.parts import AnyRequest, Who, With
from coordination.permissions import Action, require

Channel = Literal["webhook", "email"]


class NewContact(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An address for alerts.

    Attributes:
        channel: a webhook, or an e-mail address.
        address: https://… for a webhook.
        topics: what to hear of; empty: the alerts by default.
    """

    channel: Channel
    address: Annotated[str, msgspec.Meta(extra_json_schema={"maxLength": LONGEST_URL})]
    topics: list[Annotated[str, msgspec.Meta(extra_json_schema={"enum": sorted(TOPICS)})]] = (
        msgspec.field(default_factory=list)
    )


class ContactOut(msgspec.Struct, frozen=True, kw_only=True):
    """A contact; an empty list of topics means the alerts by default."""

    id: UUID
    channel: Channel
    address: str
    topics: list[str]
    created: datetime


class ContactMade(ContactOut, frozen=True, kw_only=True):
    """A contact that was made.

    Attributes:
        secret: of a webhook, to verify signatures with: shown this once. Null for e-mail.
    """

    secret: str | None


class Contacts(msgspec.Struct, frozen=True):
    """Contacts, the oldest first."""

    items: list[ContactOut]


class DeliveryOut(msgspec.Struct, frozen=True, kw_only=True):
    """One message to one contact.

    Attributes:
        id: as in webhook-id and Message-ID.
        attempts: tries so far.
        next_attempt: when it is tried again; null when it no longer is.
        error: why the last try was not taken: a class or status; null when it was.
    """

    id: UUID
    contact: UUID
    topic: str
    state: SendingState
    created: datetime
    attempts: int
    next_attempt: datetime | None
    delivered: datetime | None
    dead: datetime | None
    error: str | None


class Deliveries(msgspec.Struct, frozen=True):
    """Deliveries, the newest first; 200 at most."""

    items: list[DeliveryOut]


@get("/api/contacts", tags=["contacts"], responses=refusals())
async def read_all(parts: With, actor: Who) -> Contacts:
    """Where the organisation of the caller is alerted."""
    found = await parts.database.transact(lambda tx: contacts.read(tx, actor))
    return Contacts([_shown(one) for one in found])


@post(
    "/api/contacts",
    status_code=201,
    tags=["contacts"],
    operation_class=json_body(NewContact),
    responses=refusals(409, 422),
)
async def add(request: AnyRequest, parts: With, actor: Who) -> ContactMade:
    """Registers a webhook or e-mail address of the caller's organisation for alerts.

    The secret of a webhook is shown in this answer and never again.
    """
    require(actor, Action.MANAGE_CONTACTS)
    sent = await read_json(request, NewContact)
    secret = secrets.token_bytes(SECRET_BYTES)
    made = await parts.database.transact(
        lambda tx: contacts.add(
            tx,
            actor,
            sent.channel,
            sent.address,
            sent.topics,
            secret=secret,
            vault=parts.vault,
            settings=parts.settings,
        )
    )
    return ContactMade(
        **msgspec.structs.asdict(_shown(made)), secret=shown(secret) if made.secret else None
    )


@delete("/api/contacts/{contact:uuid}", status_code=204, tags=["contacts"], responses=refusals(404))
async def remove(contact: FromPath[UUID], parts: With, actor: Who) -> None:
    """Ends a contact: its address is forgotten, and what waits for it is given up."""
    await parts.database.transact(lambda tx: contacts.remove(tx, actor, contact))


@post(
    "/api/contacts/{contact:uuid}/test",
    status_code=202,
    tags=["contacts"],
    responses=refusals(404),
)
async def test(contact: FromPath[UUID], parts: With, actor: Who) -> DeliveryOut:
    """Sends a test alert, by the way that all alerts go; look at its delivery for the outcome."""
    return _delivery(await parts.database.transact(lambda tx: contacts.test(tx, actor, contact)))


@get("/api/deliveries", tags=["contacts"], responses=refusals())
async def read_deliveries(
    parts: With,
    actor: Who,
    only: Annotated[
        SendingState | None, QueryParameter(name="state", description="Only in this state.")
    ] = None,
) -> Deliveries:
    """What was delivered to the caller's organisation, waits, or was given up (dead)."""
    found = await parts.database.transact(lambda tx: contacts.read_deliveries(tx, actor, only))
    return Deliveries([_delivery(one) for one in found])


@post(
    "/api/deliveries/{delivery:uuid}/resend",
    status_code=202,
    tags=["contacts"],
    responses=refusals(404, 409),
)
async def resend(delivery: FromPath[UUID], parts: With, actor: Who) -> DeliveryOut:
    """Lets a delivery that was given up start anew, under the same id."""
    return _delivery(await parts.database.transact(lambda tx: contacts.resend(tx, actor, delivery)))


def _shown(one: Contact) -> ContactOut:
    return ContactOut(
        id=one.id,
        channel=one.channel,
        address=one.address,
        topics=one.topics,
        created=one.created_at,
    )


def _delivery(one: Delivery) -> DeliveryOut:
    return DeliveryOut(
        id=one.id,
        contact=one.contact_id,
        topic=one.topic,
        state=one.state,
        created=one.created_at,
        attempts=one.attempts,
        next_attempt=one.next_try,
        delivered=one.delivered_at,
        dead=one.dead_at,
        error=one.fault,
    )
