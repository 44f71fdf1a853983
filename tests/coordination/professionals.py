"""Several people of one role: who proposes and who agrees must be told apart."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import msgspec
from desk import Desk

from coordination.auth.keys import Keys
from coordination.auth.tokens import Tokens
from coordination.demo.actors import actor
from coordination.demo.region import Region
from coordination.permissions import Role


class Professionals:
    """Requests by someone with a name, a role and an organisation.

    Args:
        desk: sends them.
        region: knows the organisations.
        keys: sign their tokens.
    """

    def __init__(self, desk: Desk, region: Region, keys: Keys) -> None:
        self.desk = desk
        self._organisations = region.organisations
        self._tokens = Tokens(keys)

    def elsewhere(self, role: str) -> str:
        """Another organisation of a role than the one that the desk's own requests come from."""
        first = actor(Role(role), self._organisations)[1]
        return next(
            one.id for one in self._organisations if one.kind == first.kind and one.id != first.id
        )

    async def ask(
        self,
        who: str,
        path: str,
        body: Any = None,
        *,
        organisation: str | None = None,
        subregions: frozenset[str] | None = None,
    ) -> httpx.Response:
        """A POST by ``gp`` or, to tell two of them apart, ``gp:aaltje``."""
        role, _, name = who.partition(":")
        one, _ = actor(Role(role), self._organisations, organisation)
        regions = one.subregions if subregions is None else subregions
        one = msgspec.structs.replace(one, id=name or f"invented-{role}", subregions=regions)
        token = self._tokens.issue(one, datetime.now(UTC), timedelta(hours=1))
        headers = {"authorization": f"Bearer {token}"}
        return await self.desk.ask(role, "POST", path, body, headers=headers)

    async def depart(self, who: str, referral: str, **body: Any) -> httpx.Response:
        """A departure, for a reason that needs no words unless one is given."""
        path = f"/api/referrals/{referral}/departures"
        return await self.ask(who, path, {"reason": "seen-in-person"} | body)

    async def departed(self, who: str, referral: str, **body: Any) -> dict[str, Any]:
        """A departure that must be taken."""
        answer = await self.depart(who, referral, **body)
        assert answer.status_code == 201, answer.text
        made: dict[str, Any] = answer.json()
        return made

    async def decide(
        self, who: str, departure: dict[str, Any], step: str, body: Any = None
    ) -> httpx.Response:
        """confirm, reject or withdraw."""
        return await self.ask(who, f"/api/departures/{departure['id']}/{step}", body)
