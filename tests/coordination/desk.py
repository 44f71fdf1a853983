"""A desk for tests: fresh referrals, each role's requests, and the rows behind them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import msgspec
from conftest import TokenFor, scenario

from fhir.codes import BSN_SYSTEMS
from fhir.person import valid_bsn

FHIR = "application/fhir+json"
TIMES = frozenset({"authoredOn", "effectiveDateTime", "authored", "issued", "recordedDate"})
TABLES = ("person", "referral", "advice", "resource", "offer", "outbox", "capacity_report")
BY_ITSELF = ("referral.escalated", "capacity.reminder", "offer.reminder", "waiting.place-found")
"""Messages that leave at any time, without anyone asking."""
_BSNS = (str(number) for number in count(999_920_000) if valid_bsn(str(number)))


def bsn() -> str:
    """A test BSN that no other test has; numbers that begin with 9999 are nobody's."""
    number = next(_BSNS)
    assert number.startswith("9999")
    return number


def resources(bundle: dict[str, Any], kind: str) -> Iterator[dict[str, Any]]:
    """The resources of a type in a Bundle, to be changed in place."""
    for entry in bundle["entry"]:
        if entry["resource"]["resourceType"] == kind:
            yield entry["resource"]


def first(bundle: dict[str, Any], kind: str) -> dict[str, Any]:
    return next(resources(bundle, kind))


def fresh(kind: str, person: str | None = None) -> dict[str, Any]:
    """A scenario as if sent two minutes ago, about someone else and under a number of its own."""
    bundle: dict[str, Any] = scenario(kind)
    request = first(bundle, "ServiceRequest")
    shift = datetime.now(UTC) - timedelta(minutes=2)
    shift_by = shift - datetime.fromisoformat(request["authoredOn"])
    mark = uuid4().hex[:12]
    for entry in bundle["entry"]:
        resource = entry["resource"]
        for name in TIMES & resource.keys():
            if "T" in resource[name]:
                moved = datetime.fromisoformat(resource[name]) + shift_by
                resource[name] = moved.isoformat(timespec="seconds")
        if resource["resourceType"] in {"ServiceRequest", "Task"}:
            for identifier in resource.get("identifier", []):
                identifier["value"] = f"{identifier['value']}-{mark}"
    number = person or bsn()
    for identifier in first(bundle, "Patient")["identifier"]:
        if identifier["system"] in BSN_SYSTEMS:
            identifier["value"] = number
    return bundle


def entry(resource: dict[str, Any], full_url: str | None = None) -> dict[str, Any]:
    named = {"fullUrl": full_url} if full_url else {}
    return named | {
        "resource": resource,
        "request": {"method": "POST", "url": resource["resourceType"]},
    }


def answers_of(bundle: dict[str, Any]) -> list[dict[str, Any]]:
    """The items of the form in a referral, to be changed in place."""
    items: list[dict[str, Any]] = first(bundle, "QuestionnaireResponse")["item"]
    return items


def without_answer(bundle: dict[str, Any], link: str) -> dict[str, Any]:
    """Takes an answer out of the form, in place; the item that was there."""
    items = answers_of(bundle)
    taken = next(item for item in items if item["linkId"] == link)
    items.remove(taken)
    return taken


def form(*items: dict[str, Any], **elements: Any) -> dict[str, Any]:
    """A form with new answers, filled in now by a general practitioner."""
    return {
        "resourceType": "QuestionnaireResponse",
        "questionnaire": "https://naober.example/fhir/Questionnaire/referral|1",
        "status": "completed",
        "authored": datetime.now(UTC).isoformat(timespec="seconds"),
        "item": list(items),
    } | elements


def yes_or_no(link: str, *, value: bool) -> dict[str, Any]:
    return {"linkId": link, "answer": [{"valueBoolean": value}]}


class Sent:
    """A referral that was taken in: the answer, and where everything is now."""

    def __init__(self, answer: httpx.Response) -> None:
        assert answer.status_code == 200, answer.text
        self.answer = answer.json()
        self.places: list[tuple[str, str]] = []
        for one in self.answer["entry"]:
            kind, identity, *_ = one["response"]["location"].split("/")
            self.places.append((kind, identity))
        self.statuses = [one["response"]["status"] for one in self.answer["entry"]]

    def id_of(self, kind: str) -> str:
        return next(identity for of, identity in self.places if of == kind)

    @property
    def id(self) -> str:
        return self.id_of("ServiceRequest")


class Desk:
    """Requests by role, and a look at the rows themselves.

    Args:
        client: HTTP to the service.
        token: makes bearer tokens.
        connection: to the same database.
        url: of the database.
    """

    def __init__(
        self,
        client: httpx.AsyncClient,
        token: TokenFor,
        connection: asyncpg.Connection[Any],
        url: str,
    ) -> None:
        self.client = client
        self.token = token
        self.db = connection
        self.url = url
        self._one = asyncio.Lock()

    async def ask(
        self,
        role: str,
        method: str,
        path: str,
        body: Any = None,
        *,
        organisation: str | None = None,
        headers: dict[str, str] | None = None,
        client: httpx.AsyncClient | None = None,
    ) -> httpx.Response:
        """A request in a role; a body that is not bytes is sent as JSON."""
        content = body if isinstance(body, bytes | None) else msgspec.json.encode(body)
        given = {"authorization": f"Bearer {self.token(role, organisation)}"}
        if content is not None:
            given["content-type"] = FHIR if path.startswith("/fhir") else "application/json"
        return await (client or self.client).request(
            method, path, content=content, headers=given | (headers or {})
        )

    async def refer(
        self, bundle: Any, role: str = "gp", client: httpx.AsyncClient | None = None
    ) -> Sent:
        """Posts a referral that must be taken."""
        return Sent(await self.ask(role, "POST", "/fhir", bundle, client=client))

    async def get(self, path: str, role: str = "coordinator", **more: Any) -> Any:
        """What a role reads at a path, which must be there."""
        answer = await self.ask(role, "GET", path, **more)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def matches(self, referral: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = (await self.get(f"/api/referrals/{referral}/matches"))[
            "matches"
        ]
        return found

    async def offer(
        self, referral: str, service: str, client: httpx.AsyncClient | None = None
    ) -> httpx.Response:
        return await self.ask(
            "coordinator",
            "POST",
            f"/api/referrals/{referral}/offers",
            {"service": service},
            client=client,
        )

    async def offered(self, referral: str, service: dict[str, Any] | None = None) -> dict[str, Any]:
        """An offer that was made, at the best match or the one given, with its service."""
        chosen = service or (await self.matches(referral))[0]
        answer = await self.offer(referral, chosen["service"])
        assert answer.status_code == 201, answer.text
        made: dict[str, Any] = answer.json() | {
            "service": chosen["service"],
            "organisation": chosen["organisation"],
        }
        return made

    async def reply(
        self, offer: dict[str, Any], step: str, body: Any = None, role: str = "provider"
    ) -> httpx.Response:
        """accept, decline or start by the organisation that was asked; withdraw by the desk."""
        return await self.ask(
            role,
            "POST",
            f"/api/offers/{offer['id']}/{step}",
            body,
            organisation=offer["organisation"] if role == "provider" else None,
        )

    async def rows(self, sql: str, *values: Any) -> list[asyncpg.Record]:
        async with self._one:
            found: list[asyncpg.Record] = await self.db.fetch(sql, *values)
            return found

    async def value(self, sql: str, *values: Any) -> Any:
        async with self._one:
            return await self.db.fetchval(sql, *values)

    async def counts(self) -> dict[str, int]:
        """How many rows each table has that intake or placement writes."""
        counts = {table: await self.value(f"SELECT count(*) FROM {table}") for table in TABLES}
        asked = "SELECT count(*) FROM outbox WHERE topic <> ALL($1)"
        return counts | {"outbox": await self.value(asked, list(BY_ITSELF))}

    async def teams(self, pc4: str = "7921") -> list[dict[str, Any]]:
        """Teams for planned nursing that come to a postcode: that of the scenario elv-low."""
        rows = await self.rows(
            "SELECT id::text AS service, organisation_id::text AS organisation FROM service"
            " WHERE 'nursing-planned' = ANY(kinds) AND profile::jsonb->'area' ? $1 ORDER BY id",
            pc4,
        )
        return [dict(row) for row in rows]

    async def room(self, service: str, free: float) -> None:
        """Gives a service exactly so much room, fresh and not stopped."""
        await self.rows(
            "UPDATE capacity SET total = used + closed + held + reserved + $2::numeric,"
            " conflict = false, stop_reason = NULL, stop_until = NULL,"
            " valid_until = now() + interval '1 day' WHERE service_id = $1::text::uuid",
            service,
            free,
        )

    async def figures(self, service: str) -> dict[str, float]:
        row = (
            await self.rows(
                "SELECT total, used, closed, held, reserved, conflict, version FROM capacity"
                " WHERE service_id = $1::text::uuid",
                service,
            )
        )[0]
        return {name: float(value) for name, value in row.items()}
