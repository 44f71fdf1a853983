"""A subscriber for tests: subscriptions of any role, told when a test says so, to a real server."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, cast
from uuid import UUID

import msgspec
from night import Night

from coordination.demo.actors import actor
from coordination.demo.region import Region
from coordination.outbox import notices
from coordination.outbox.webhook import Webhooks
from coordination.permissions import Actor, Role
from coordination.records.shelf import Found
from coordination.subscriptions import subscribing
from coordination.subscriptions.notifying import Notifier
from fhir.subscription.asked import BACKPORT
from fhir.subscription.topics import Topic
from fhir.validation import accept

HOSTS = frozenset({"127.0.0.1"})


def subscription(
    topic: Topic,
    address: str,
    *filters: str,
    headers: tuple[str, ...] = (),
    extensions: tuple[dict[str, Any], ...] = (),
    content: str = "id-only",
    **elements: Any,
) -> dict[str, Any]:
    """A Subscription after the R4 backport."""
    made: dict[str, Any] = {
        "resourceType": "Subscription",
        "meta": {"profile": [f"{BACKPORT}backport-subscription"]},
        "status": "requested",
        "reason": "Verwijzingen volgen",
        "criteria": topic.canonical,
        "channel": {
            "type": "rest-hook",
            "endpoint": address,
            "payload": "application/fhir+json",
            "_payload": {
                "extension": [{"url": f"{BACKPORT}backport-payload-content", "valueCode": content}]
            },
        },
    }
    if filters:
        made["_criteria"] = {
            "extension": [
                {"url": f"{BACKPORT}backport-filter-criteria", "valueString": one}
                for one in filters
            ]
        }
    if headers:
        made["channel"]["header"] = list(headers)
    if extensions:
        made["channel"]["extension"] = list(extensions)
    return made | elements


def extension(name: str, **value: Any) -> dict[str, Any]:
    return {"url": BACKPORT + name, **value}


class Told:
    """A notification as it came in."""

    def __init__(self, path: str, headers: dict[str, str], body: dict[str, Any]) -> None:
        self.path, self.headers, self.body = path, headers, body
        status = body["entry"][0]["resource"]["parameter"]
        self.said = {one["name"]: one for one in status}

    @property
    def kind(self) -> str:
        return str(self.said["type"]["valueCode"])

    @property
    def event(self) -> dict[str, Any]:
        parts = self.said["notification-event"]["part"]
        return {one["name"]: next(v for k, v in one.items() if k != "name") for one in parts}

    @property
    def number(self) -> int:
        return int(self.event["event-number"])

    @property
    def focus(self) -> str:
        return str(self.event["focus"]["reference"])


class Subscriber:
    """What a test of subscriptions works with.

    Args:
        night: a service without its loops.
        region: who takes part in it.
    """

    def __init__(self, night: Night, region: Region) -> None:
        self.night = night
        self.region = region
        self.vault = night.service.parts.vault
        self.notifier = Notifier(self.vault, "https://naober.example")
        self.out = Webhooks(HOSTS)

    def actor(self, role: str, organisation: str | None = None) -> Actor:
        who, _ = actor(Role(role), self.region.organisations, organisation)
        return msgspec.structs.replace(who, request="of-a-test")

    async def asked(
        self,
        who: Actor,
        topic: Topic,
        *filters: str,
        path: str = "",
        address: str = "",
        **more: Any,
    ) -> Found:
        """A subscription that was made; its handshake waits."""
        body = msgspec.json.encode(
            subscription(topic, address or self.night.receiver.url + path, *filters, **more)
        )
        accept(body, "Subscription")
        return await self.night.database.transact(
            lambda tx: subscribing.create(
                tx, who, body, self.vault, datetime.now(UTC), allowed=HOSTS
            )
        )

    async def active(self, who: Actor, topic: Topic, *filters: str, **more: Any) -> Found:
        """A subscription that has shaken hands."""
        made = await self.asked(who, topic, *filters, **more)
        await self.once()
        state = (await self.row(made))["state"]
        assert state == "active"
        self.night.receiver.forget()
        return made

    async def once(self) -> int:
        """One look, and all that comes of it."""
        return await notices.once(self.night.database, self.notifier, self.out, datetime.now(UTC))

    async def all(self) -> list[Told]:
        """Looks until nothing is due, and what came in since the receiver was told to forget."""
        while await self.once():
            pass
        return self.told()

    def told(self) -> list[Told]:
        receiver = self.night.receiver
        return [
            Told(path, headers, body)
            for path, (headers, body) in zip(receiver.paths, receiver.got, strict=True)
        ]

    async def row(self, made: Found) -> dict[str, Any]:
        (row,) = await self.night.desk.rows("SELECT * FROM subscription WHERE id = $1", made.id)
        return dict(row)

    async def notifications(self, made: Found) -> list[dict[str, Any]]:
        rows = await self.night.desk.rows(
            "SELECT *, next_attempt_at - now() AS wait FROM notification"
            " WHERE subscription_id = $1 ORDER BY number NULLS FIRST, created_at",
            made.id,
        )
        return [dict(row) for row in rows]

    async def due(self) -> None:
        """Lets time pass: what waits is due, and leases have ended."""
        await self.night.desk.rows("UPDATE notification SET next_attempt_at = now()")
        await self.night.desk.rows("UPDATE subscription SET leased_until = NULL")

    async def reported(self, service: UUID | str) -> None:
        """Lets a service have new figures."""
        await self.night.desk.rows(
            "UPDATE capacity SET version = version + 1 WHERE service_id = $1", UUID(str(service))
        )

    async def services(self) -> list[dict[str, Any]]:
        return cast(
            "list[dict[str, Any]]",
            [
                dict(row)
                for row in await self.night.desk.rows(
                    "SELECT id, organisation_id, kinds FROM service ORDER BY id"
                )
            ],
        )
