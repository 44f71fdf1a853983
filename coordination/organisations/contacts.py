"""An organisation keeps its contacts for alerts, tries them, and sees what did not arrive."""

from __future__ import annotations

import uuid
from collections.abc import Collection

from coordination.auth.vault import Vault
from coordination.db import audit, deliveries
from coordination.db import contacts as rows
from coordination.db.contacts import Contact
from coordination.db.deliveries import Delivery
from coordination.db.engine import Transaction
from coordination.db.sending import SendingState
from coordination.errors import Fault, Refused, Wrong
from coordination.ids import new_id
from coordination.outbox.addresses import fault_of_mail, fault_of_url, hosts
from coordination.outbox.topics import TEST, TOPICS
from coordination.permissions import Action, Actor, require
from coordination.settings import Settings

MOST_CONTACTS = 20
MOST_SHOWN = 200


async def add(
    tx: Transaction,
    actor: Actor,
    channel: str,
    address: str,
    topics: Collection[str],
    *,
    secret: bytes,
    vault: Vault,
    settings: Settings,
) -> Contact:
    """Registers an address of the actor's own organisation.

    Args:
        tx: the request's transaction.
        actor: for whose organisation.
        channel: webhook or email.
        address: a URL, or an e-mail address.
        topics: what it wants to hear of; none: the usual alerts.
        secret: fresh random bytes, that sign what is posted to a webhook.
        vault: seals the secret.
        settings: which hosts may be private, and whether e-mail is sent at all.

    Raises:
        Refused: UNPROCESSABLE for an address or topic that can't be used, naming it; CONFLICT for
            an address that is registered already, one too many, or e-mail where none is sent.
    """
    require(actor, Action.MANAGE_CONTACTS)
    webhook = channel == "webhook"
    if not webhook and not settings.mail_server:
        raise Refused(
            Wrong.CONFLICT, "No e-mail is sent from here (NAOBER_MAIL_SERVER): use a webhook.",
            code="no-mail-server",
        )  # fmt: skip
    allowed = hosts(settings.alert_hosts)
    fault = fault_of_url(address, allowed) if webhook else fault_of_mail(address)
    faults = [Fault("address", fault)] if fault else []
    faults += [
        Fault(f"topics[{place}]", f"this is none of {', '.join(sorted(TOPICS))}")
        for place, topic in enumerate(topics)
        if topic not in TOPICS
    ]
    if faults:
        raise Refused(
            Wrong.UNPROCESSABLE, "This contact can't be used; see errors.", faults=tuple(faults)
        )
    if not await rows.lock(tx, actor.organisation):
        raise Refused(Wrong.CONFLICT, "Your organisation is not registered here.")
    present = await rows.of_organisation(tx, actor.organisation)
    if any((one.channel, one.address) == (channel, address) for one in present):
        raise Refused(
            Wrong.CONFLICT, "This address is registered already: remove it first to change it.",
            code="contact-exists",
        )  # fmt: skip
    if len(present) >= MOST_CONTACTS:
        raise Refused(
            Wrong.CONFLICT, f"An organisation has at most {MOST_CONTACTS} contacts: remove one.",
            code="too-many-contacts",
        )  # fmt: skip
    identity = new_id()
    sealed = vault.seal(identity, secret) if webhook else None
    return await rows.add(tx, actor, identity, channel, address, sealed, sorted(set(topics)))


async def read(tx: Transaction, actor: Actor) -> list[Contact]:
    """The contacts of the actor's organisation, the oldest first."""
    require(actor, Action.MANAGE_CONTACTS)
    found = await rows.of_organisation(tx, actor.organisation)
    await audit.record(tx, actor, "read-contacts", "contacts", detail={"count": len(found)})
    return found


async def remove(tx: Transaction, actor: Actor, contact: uuid.UUID) -> None:
    """Ends a contact: its address is forgotten, and what waits for it is given up.

    Raises:
        Refused: NOT_FOUND.
    """
    require(actor, Action.MANAGE_CONTACTS)
    if not await rows.remove(tx, actor, contact):
        raise _no_contact()


async def test(tx: Transaction, actor: Actor, contact: uuid.UUID) -> Delivery:
    """Sends an alert that says that it is a test, by the way that all alerts go.

    Raises:
        Refused: NOT_FOUND.
    """
    require(actor, Action.MANAGE_CONTACTS)
    if await rows.by_id(tx, actor.organisation, contact) is None:
        raise _no_contact()
    sent = await deliveries.send_only_to(tx, new_id(), TEST, actor.organisation, contact)
    await audit.record(
        tx, actor, "test-contact", f"contact/{contact}", detail={"delivery": str(sent.id)}
    )
    return sent


async def read_deliveries(
    tx: Transaction, actor: Actor, state: SendingState | None
) -> list[Delivery]:
    """What was or is to be delivered to the actor's organisation, the newest first."""
    require(actor, Action.MANAGE_CONTACTS)
    found = await deliveries.of_organisation(tx, actor.organisation, state, MOST_SHOWN)
    await audit.record(
        tx, actor, "read-deliveries", "deliveries", detail={"state": state, "count": len(found)}
    )
    return found


async def resend(tx: Transaction, actor: Actor, delivery: uuid.UUID) -> Delivery:
    """Lets a delivery that was given up start anew, under the same id.

    Raises:
        Refused: NOT_FOUND; CONFLICT when it was not given up, or its contact was removed.
    """
    require(actor, Action.MANAGE_CONTACTS)
    found = await deliveries.by_id(tx, actor.organisation, delivery)
    if found is None:
        raise Refused(Wrong.NOT_FOUND, "There is no such delivery among those of your contacts.")
    one, stands = found
    if one.state != "dead":
        # One that waits may be on its way this moment: two must not send it.
        raise Refused(
            Wrong.CONFLICT, f"This delivery is {one.state}: only a dead one is sent again.",
            code="not-dead",
        )  # fmt: skip
    if not stands:
        raise Refused(
            Wrong.CONFLICT, "The contact of this delivery was removed.", code="contact-removed"
        )
    revived = await deliveries.revive(tx, one.id)
    await audit.record(tx, actor, "resend-delivery", f"delivery/{one.id}")
    return revived


def _no_contact() -> Refused:
    return Refused(Wrong.NOT_FOUND, "There is no such contact of your organisation.")
