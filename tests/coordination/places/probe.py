"""A race probe: many writers over several processes of the service, who all want the last one."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Sequence
from datetime import UTC, datetime
from typing import Any

import httpx
import msgspec
from desk import Desk

WRITERS = 16

WRONG = """
SELECT 'counters' AS what FROM capacity c WHERE c.service_id = $1::text::uuid AND (
  c.held <> (SELECT COALESCE(sum(o.amount), 0) FROM offer o
    WHERE o.service_id = c.service_id AND o.state IN ('requested', 'countered'))
  OR c.reserved <> (SELECT COALESCE(sum(o.amount), 0) FROM offer o
    WHERE o.service_id = c.service_id AND o.state IN ('accepted', 'completed', 'away')
      AND (o.accepted_at > c.as_of OR o.absent @> c.as_of))
  OR c.conflict OR c.used + c.closed + c.held + c.reserved > c.total)
UNION ALL
SELECT 'visits ' || s.shift FROM capacity_slot s WHERE s.service_id = $1::text::uuid AND (
  s.held <> (SELECT COALESCE(sum((o.need->'visits'->>s.shift)::int), 0) FROM offer o
    WHERE o.service_id = s.service_id AND o.state IN ('requested', 'countered'))
  OR s.reserved <> (SELECT COALESCE(sum((o.need->'visits'->>s.shift)::int), 0) FROM offer o
    WHERE o.service_id = s.service_id AND o.state IN ('accepted', 'completed', 'away')
      AND o.accepted_at > s.as_of)
  OR s.conflict OR s.used + s.held + s.reserved > s.total)
"""
"""What is not exact in the figures of a service; no row if all is."""


class Round(msgspec.Struct, frozen=True, kw_only=True):
    """One race for the last place.

    Attributes:
        statuses: how many answers had each HTTP status.
        won: the offers that were made.
    """

    statuses: Counter[int]
    won: list[dict[str, Any]]


class Probe:
    """Writers who ask for the same place of a service at the same time.

    Args:
        desk: who asks.
        clients: one for each process; writers are spread over them in turn.
        service: id of the service, with its organisation.
        referrals: one for each writer, of different people.
    """

    def __init__(
        self,
        desk: Desk,
        clients: Sequence[httpx.AsyncClient],
        service: dict[str, Any],
        referrals: Sequence[str],
    ) -> None:
        self.desk = desk
        self.clients = clients
        self.service = service
        self.referrals = referrals

    def client(self, writer: int) -> httpx.AsyncClient:
        return self.clients[writer % len(self.clients)]

    def hold(self, writer: int) -> Awaitable[httpx.Response]:
        """One writer asks for the place."""
        referral = self.referrals[writer]
        return self.desk.offer(referral, self.service["service"], self.client(writer))

    async def holds(self) -> Round:
        """Every writer asks for the place at once."""
        answers = await asyncio.gather(*(self.hold(n) for n in range(len(self.referrals))))
        return Round(
            statuses=Counter(one.status_code for one in answers),
            won=[self.named(one.json()) for one in answers if one.status_code == 201],
        )

    def named(self, offer: dict[str, Any]) -> dict[str, Any]:
        """An offer with the organisation that it is asked of."""
        return offer | {"organisation": self.service["organisation"]}

    async def reply(self, writer: int, offer: dict[str, Any], step: str) -> httpx.Response:
        """The service accepts, the desk withdraws or puts on the waiting list."""
        provider = step == "accept"
        return await self.desk.ask(
            "provider" if provider else "coordinator",
            "POST",
            f"/api/offers/{offer['id']}/{step}",
            organisation=self.service["organisation"] if provider else None,
            client=self.client(writer),
        )

    async def report(self, writer: int, figures: dict[str, float], now: datetime) -> httpx.Response:
        """The service reports the same beds once more, as of a moment."""
        body = {
            "staffed": int(figures["total"]),
            "occupied": int(figures["used"]),
            "closed": int(figures["closed"]),
            "as_of": now.astimezone(UTC).isoformat(),
        }
        return await self.desk.ask(
            "provider",
            "PUT",
            f"/api/capacity/{self.service['service']}",
            body,
            organisation=self.service["organisation"],
            headers={"if-match": f'"{int(figures["version"])}"'},
            client=self.client(writer),
        )

    async def wrong(self) -> list[str]:
        """What is not exact in the figures of the service now."""
        return [row["what"] for row in await self.desk.rows(WRONG, self.service["service"])]
