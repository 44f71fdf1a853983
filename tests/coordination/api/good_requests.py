"""For every operation of the JSON interface one request that succeeds."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import msgspec
from desk import FHIR, Desk, form, fresh, without_answer, yes_or_no
from professionals import Professionals
from subscriber import subscription

from coordination.app import Service
from coordination.places import proposing
from fhir.subscription.topics import Topic


class Good(msgspec.Struct, frozen=True, kw_only=True):
    """A request that succeeds.

    Attributes:
        role: whose.
        organisation: of that role, or None for its first.
        params: what stands in the path.
        headers: besides the token.
        body: as it is sent, or None.
        media: its type.
    """

    role: str = "coordinator"
    organisation: str | None = None
    params: dict[str, str] = {}
    headers: dict[str, str] = {}
    body: Any = None
    media: str | None = None


Make = Callable[[], Awaitable[Good]]
BEFORE = {
    "agree": ("counter",),
    "start": ("accept",),
    "leave": ("accept", "start"),
    "return": ("accept", "start", "leave"),
    "end": ("accept", "start"),
}
"""What must have been done with an offer before a step of it."""
DESK_STEPS = frozenset({"withdraw", "agree"})
NO_ADDRESS = "https://127.0.0.1:9"
"""Nobody listens there, and the process under test may send alerts to nowhere else."""


def json_body(body: Any) -> dict[str, Any]:
    return {"body": body, "media": "application/json"}


class GoodRequests:
    """Makes what a request needs, and says how it is asked.

    Args:
        desk: makes referrals and offers.
        people: professionals with a name.
        service: of this process; it looks for proposals.
        client: HTTP to the process under test.
    """

    def __init__(
        self, desk: Desk, people: Professionals, service: Service, client: httpx.AsyncClient
    ) -> None:
        self.desk = desk
        self.people = people
        self.service = service
        self.client = client
        self._makers: dict[tuple[str, str], Make] = {
            ("POST", "/api/triage"): self._triage,
            ("POST", "/api/referrals/{referral}/answers"): self._answers,
            ("POST", "/api/referrals/{referral}/confirmations"): self._confirmation,
            ("POST", "/api/referrals/{referral}/departures"): self._departure,
            ("POST", "/api/referrals/{referral}/cancel"): self._cancel,
            ("POST", "/api/referrals/{referral}/offers"): self._ask,
            ("POST", "/api/referrals/{referral}/stop-waiting"): self._waits,
            ("POST", "/api/departures/{departure}/confirm"): self._proposed,
            ("POST", "/api/departures/{departure}/reject"): self._rejected,
            ("POST", "/api/departures/{departure}/withdraw"): self._taken_back,
            ("GET", "/api/proposal"): self._proposal,
            ("POST", "/api/proposals/{proposal}/confirm"): self._confirmed,
            ("PUT", "/api/capacity/{service}"): self._report,
            ("GET", "/api/capacity/{service}/reports"): self._service,
            ("POST", "/api/capacity/reports"): self._reports,
            ("GET", "/api/capacity/sheet"): self._template,
            ("POST", "/api/capacity/sheet"): self._sheet,
            ("PUT", "/api/services/{service}"): self._described,
            ("POST", "/api/contacts"): self._new_contact,
            ("DELETE", "/api/contacts/{contact}"): self._contact,
            ("POST", "/api/contacts/{contact}/test"): self._contact,
            ("POST", "/api/deliveries/{delivery}/resend"): self._delivery,
            ("GET", "/api/subscriptions/{subscription}/notifications"): self._subscription,
            (
                "POST",
                "/api/subscriptions/{subscription}/notifications/{notification}/resend",
            ): self._notification,
        }

    async def make(self, method: str, path: str) -> Good:
        """The request for an operation: its own, or what its path says."""
        maker = self._makers.get((method, path))
        if maker is not None:
            return await maker()
        if "{offer}" in path:
            return await self._offer(path.rpartition("/")[2])
        if "{referral}" in path:
            return await self._referral()
        if "{service}" in path:
            return await self._service()
        return Good()

    async def _referral(self) -> Good:
        return Good(params={"referral": (await self.desk.refer(fresh("elv-low"))).id})

    async def _with(self, body: Any, role: str = "coordinator") -> Good:
        return msgspec.structs.replace(await self._referral(), role=role, **json_body(body))

    async def _triage(self) -> Good:
        return Good(body=fresh("elv-low"), media=FHIR)

    async def _answers(self) -> Good:
        body = form(yes_or_no("isolation", value=False))
        return msgspec.structs.replace(await self._referral(), body=body, media=FHIR)

    async def _confirmation(self) -> Good:
        bundle = fresh("elv-low")
        without_answer(bundle, "red-flags-none")
        sent = await self.desk.refer(bundle)
        body = {"fact": "red-flag.stroke", "value": False, "role": "gp"}
        return Good(role="gp", params={"referral": sent.id}, **json_body(body))

    async def _departure(self) -> Good:
        return await self._with({"reason": "seen-in-person", "urgency": "U2"})

    async def _cancel(self) -> Good:
        return await self._with({"reason": "other"})

    async def _free(self, referral: str) -> dict[str, Any]:
        service = (await self.desk.matches(referral))[0]
        await self.desk.room(service["service"], 5)
        return service

    async def _ask(self) -> Good:
        made = await self._referral()
        service = await self._free(made.params["referral"])
        return msgspec.structs.replace(made, **json_body({"service": service["service"]}))

    async def _waits(self) -> Good:
        made = await self._referral()
        path = f"/api/referrals/{made.params['referral']}/wait"
        assert (await self.desk.ask("coordinator", "POST", path)).status_code == 200
        return made

    async def _departed(self, who: str) -> dict[str, str]:
        sent = await self.desk.refer(fresh("seh"))
        made = await self.people.departed(who, sent.id, kind="gp-today", urgency="U3")
        assert made["state"] == "proposed"
        return {"departure": made["id"]}

    async def _proposed(self) -> Good:
        return Good(role="gp", params=await self._departed("gp:aaltje"))

    async def _rejected(self) -> Good:
        params = await self._departed("gp:aaltje")
        return Good(role="gp", params=params, **json_body({"reason": None}))

    async def _taken_back(self) -> Good:
        return Good(role="gp", params=await self._departed("gp:demo-gp"))

    async def _made(self) -> tuple[str, str]:
        made = await self._waits()
        referral = made.params["referral"]
        await self._free(referral)
        await asyncio.sleep(0.1)
        await proposing.look(self.service.parts.database, self.service.parts.live, timedelta(0))
        return (await self.desk.get("/api/proposal"))["id"], referral

    async def _proposal(self) -> Good:
        await self._made()
        return Good()

    async def _confirmed(self) -> Good:
        proposal, referral = await self._made()
        return Good(params={"proposal": proposal}, **json_body({"referrals": [referral]}))

    async def _offer(self, step: str) -> Good:
        sent = await self.desk.refer(fresh("elv-low"))
        offer = await self.desk.offered(sent.id, await self._free(sent.id))
        later = (datetime.now(UTC) + timedelta(days=1)).isoformat()
        bodies: dict[str, Any] = {
            "counter": {"starts_at": later},
            "leave": {"to": "hospital"},
            "decline": {"reason": "other"},
            "end": {"destination": "home"},
        }
        for one in BEFORE.get(step, ()):
            answer = await self.desk.reply(offer, one, bodies.get(one))
            assert answer.status_code == 200, answer.text
        desk = step in DESK_STEPS
        return Good(
            role="coordinator" if desk else "provider",
            organisation=None if desk else offer["organisation"],
            params={"offer": offer["id"]},
            **(json_body(bodies[step]) if step in bodies else {}),
        )

    async def _own(self) -> dict[str, Any]:
        """A service with beds, with what may be read of it."""
        items = (await self.desk.get("/api/capacity"))["items"]
        found: dict[str, Any] = next(one for one in items if one["unit"] == "bed")
        return found

    async def _service(self) -> Good:
        one = await self._own()
        params = {"service": one["service"]}
        return Good(role="provider", organisation=one["organisation"], params=params)

    async def _report(self) -> Good:
        one, made = await self._own(), await self._service()
        path = f"/api/capacity/{one['service']}"
        read = await self.desk.ask("coordinator", "GET", path)
        body = {"staffed": one["staffed"], "occupied": one["occupied"], "closed": one["closed"]}
        return msgspec.structs.replace(
            made, headers={"If-Match": read.headers["etag"]}, **json_body(body)
        )

    async def _reports(self) -> Good:
        one = await self._own()
        line = {name: one[name] for name in ("service", "staffed", "occupied", "closed")}
        return Good(
            role="provider",
            organisation=one["organisation"],
            body=msgspec.json.encode(line).decode() + "\n",
            media="application/x-ndjson",
        )

    async def _template(self) -> Good:
        return Good(role="provider")

    async def _sheet(self) -> Good:
        sheet = await self.desk.ask("provider", "GET", "/api/capacity/sheet")
        return Good(role="provider", body=sheet.text, media="text/csv")

    async def _described(self) -> Good:
        made = await self._service()
        path = f"/api/services/{made.params['service']}"
        read = await self.desk.ask("coordinator", "GET", path)
        return msgspec.structs.replace(
            made,
            headers={"If-Match": read.headers["etag"]},
            **json_body(read.json()["profile"]),
        )

    async def _new_contact(self) -> Good:
        body = {"channel": "webhook", "address": f"{NO_ADDRESS}/new"}
        return Good(role="provider", **json_body(body))

    async def _contact(self) -> Good:
        count = await self.desk.value("SELECT count(*) FROM contact")
        body = {"channel": "webhook", "address": f"{NO_ADDRESS}/{count}", "topics": []}
        made = await self.desk.ask("provider", "POST", "/api/contacts", body, client=self.client)
        assert made.status_code == 201, made.text
        return Good(role="provider", params={"contact": made.json()["id"]})

    async def _delivery(self) -> Good:
        contact = (await self._contact()).params["contact"]
        sent = await self.desk.ask("provider", "POST", f"/api/contacts/{contact}/test")
        assert sent.status_code == 202, sent.text
        identity = sent.json()["id"]
        await self.desk.rows(
            "UPDATE delivery SET dead_at = now() WHERE id = $1::text::uuid", identity
        )
        return Good(role="provider", params={"delivery": identity})

    async def _subscription(self) -> Good:
        body = subscription(Topic.TASK, f"{NO_ADDRESS}/in")
        made = await self.desk.ask("gp", "POST", "/fhir/Subscription", body, client=self.client)
        assert made.status_code == 201, made.text
        return Good(role="gp", params={"subscription": made.json()["id"]})

    async def _notification(self) -> Good:
        """A handshake that was given up, of a subscription that has begun."""
        params = (await self._subscription()).params
        identity = params["subscription"]
        await self.desk.rows(
            "UPDATE subscription SET started_at = now() WHERE id = $1::text::uuid", identity
        )
        (row,) = await self.desk.rows(
            "UPDATE notification SET dead_at = now() WHERE subscription_id = $1::text::uuid"
            " RETURNING id::text AS id",
            identity,
        )
        return Good(role="gp", params=params | {"notification": row["id"]})
