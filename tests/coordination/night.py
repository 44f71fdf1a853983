"""A desk at night: alerts are spread and delivered when a test says so, to servers of its own."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, cast

from desk import Desk
from receivers import Mailbox, Receiver

from coordination.app import Service
from coordination.db.engine import Database
from coordination.outbox import alerts
from coordination.outbox.alerts import Channels


class Night:
    """What a test of alerts works with.

    Attributes:
        desk: HTTP to the service, and a look at the rows.
        service: without its loops: a test spreads and delivers by hand.
        out: the ways out, by the settings of that service.
        receiver: a webhook at 127.0.0.1, which the settings allow.
        mailbox: where e-mail arrives.
    """

    def __init__(
        self, desk: Desk, service: Service, out: Channels, receiver: Receiver, mailbox: Mailbox
    ) -> None:
        self.desk = desk
        self.service = service
        self.out = out
        self.receiver = receiver
        self.mailbox = mailbox
        self.database: Database = service.parts.database

    async def once(self, out: Channels | None = None) -> int:
        """One look, and all that comes of it."""
        return await alerts.once(self.database, out or self.out, datetime.now(UTC))

    async def contact(
        self,
        channel: str = "webhook",
        address: str = "",
        topics: list[str] | None = None,
        role: str = "provider",
        organisation: str | None = None,
    ) -> dict[str, Any]:
        """A contact that must be taken."""
        given = {"channel": channel, "address": address or self.receiver.url}
        answer = await self.desk.ask(
            role,
            "POST",
            "/api/contacts",
            given | ({} if topics is None else {"topics": topics}),
            organisation=organisation,
        )
        assert answer.status_code == 201, answer.text
        made: dict[str, Any] = answer.json()
        return made

    async def tested(self, contact: dict[str, Any], role: str = "provider") -> str:
        """Asks for a test alert; the id of its delivery."""
        answer = await self.desk.ask(role, "POST", f"/api/contacts/{contact['id']}/test")
        assert answer.status_code == 202, answer.text
        identity: str = answer.json()["id"]
        return identity

    async def deliveries(self, state: str | None = None, role: str = "provider") -> list[Any]:
        """As the organisation sees them."""
        query = f"?state={state}" if state else ""
        return cast("list[Any]", (await self.desk.get(f"/api/deliveries{query}", role))["items"])

    async def due(self, delivery: str) -> None:
        """Lets a delivery be tried again now."""
        await self.desk.rows(
            "UPDATE delivery SET next_attempt_at = now() WHERE id = $1::text::uuid", delivery
        )

    async def row(self, delivery: str) -> dict[str, Any]:
        rows = await self.desk.rows(
            "SELECT *, next_attempt_at - now() AS wait FROM delivery WHERE id = $1::text::uuid",
            delivery,
        )
        return dict(rows[0])

    async def figure(self, name: str) -> float:
        """A figure of the metrics, by the beginning of its line; 0 where it is not there."""
        text = (await self.desk.ask("privacy-officer", "GET", "/metrics")).text
        found = [line for line in text.splitlines() if line.startswith(name)]
        return float(found[0].rpartition(" ")[2]) if found else 0.0
