"""Brings messages of the outbox to the contacts of organisations, at night as well as by day.

A message becomes one delivery for each contact that wants it; a delivery is tried until it is
taken, ever later, and is given up in sight. Who takes one leases it for longer than a try can
last, so that no two processes send it at the same time, and one that dies in between leaves it
to the next: at least once, under an id by which a repeat is known.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from functools import partial

import msgspec
from prometheus_client import Counter

from coordination.auth.vault import Vault
from coordination.db import leases
from coordination.db.engine import Database, Transaction
from coordination.db.leases import Leased
from coordination.outbox import rounds
from coordination.outbox.addresses import hosts
from coordination.outbox.mail import Mail, server_of
from coordination.outbox.schedule import Failure
from coordination.outbox.topics import TO_PROVIDERS, TO_THE_DESK
from coordination.outbox.trying import attempt
from coordination.outbox.webhook import Webhooks
from coordination.settings import Settings

BATCH = 500  # messages spread at a time
LEASE = 60.0  # seconds; longer than a try by webhook (10) or e-mail (22) lasts
TRIED = Counter(
    "naober_alerts_total",
    "Tries to deliver an alert, and what came of them.",
    ("channel", "outcome"),
)
_TO_PROVIDERS, _TO_THE_DESK = sorted(TO_PROVIDERS), sorted(TO_THE_DESK)


class Alert(msgspec.Struct, frozen=True):
    """What is posted to a webhook: ids and codes, never a person's data."""

    id: str
    topic: str
    created: str
    payload: msgspec.Raw


class Channels:
    """The channels of contacts: webhook and e-mail.

    Args:
        vault: opens the secrets that sign.
        webhooks: posts.
        mail: sends letters.
    """

    def __init__(self, vault: Vault, webhooks: Webhooks, mail: Mail) -> None:
        self._vault = vault
        self._webhooks = webhooks
        self._mail = mail

    async def send(self, one: Leased, now: datetime) -> Failure | None:
        """Tries a delivery once; why it was not taken, or None."""
        identity = str(one.id)
        if one.channel == "email":
            return await self._mail.send(one.address, one.topic, identity, one.happened)
        try:
            secret = self._vault.open(one.contact_id, one.secret or b"")
        except ValueError:
            return Failure("SecretNotReadable")
        alert = Alert(
            identity, one.topic, one.happened.isoformat(), msgspec.Raw(one.payload.encode())
        )
        body = msgspec.json.encode(alert)
        return await self._webhooks.post(one.address, secret, identity, body, now)

    async def close(self) -> None:
        """Closes what is open."""
        await self._webhooks.close()


def channels(settings: Settings, vault: Vault) -> Channels:
    """The channels that the settings give.

    Raises:
        SettingsError: the mail server can't be read.
    """
    mail = Mail(server_of(settings.mail_server), settings.mail_from)
    return Channels(vault, Webhooks(hosts(settings.alert_hosts)), mail)


async def run(database: Database, out: Channels) -> None:
    """Spreads and delivers until cancelled; one slow receiver leaves room for the others."""

    async def look(room: int) -> tuple[bool, list[Leased]]:
        looked, taken = await database.transact(partial(_look, room=room))
        return looked == BATCH, taken

    async def deliver(one: Leased) -> None:
        await _deliver(database, out, one, datetime.now(UTC))

    try:
        await rounds.run("alerts", look, deliver)
    finally:
        await out.close()


async def once(database: Database, out: Channels, now: datetime) -> int:
    """Spreads and delivers what is due now, and waits for it; how many deliveries it tried."""
    _, taken = await database.transact(partial(_look, room=rounds.ROOM))
    await asyncio.gather(*(_deliver(database, out, one, now) for one in taken))
    return len(taken)


async def _look(tx: Transaction, room: int) -> tuple[int, list[Leased]]:
    looked = await leases.spread(tx, BATCH, _TO_PROVIDERS, _TO_THE_DESK)
    return looked, await leases.lease(tx, room, LEASE)


async def _deliver(database: Database, out: Channels, one: Leased, now: datetime) -> None:
    def count(outcome: str) -> None:
        TRIED.labels(one.channel, outcome).inc()

    await attempt("alert", one, out.send(one, now), leases, database, count)
