"""Everything below /fhir that the service sends out, walked by role."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import msgspec
from desk import Desk, Sent
from in_every_state import Made
from subscriber import subscription

from fhir.subscription.topics import Topic

ROLES = ("gp", "coordinator", "privacy-officer")
FOLLOWED = frozenset({"ServiceRequest", "Task", "Patient"})
"""What changes in a referral, and whom it is about."""
PAGE = 25
CREATED = 201
NOBODY = "0190a0a0-0000-7000-8000-000000000000"


SHAPED = (
    *(f"/fhir/Task?_summary={how}" for how in ("true", "text", "data", "count", "false")),
    "/fhir/Patient?_summary=true",
    "/fhir/ServiceRequest?_elements=status,subject",
    "/fhir/Task?_include=Task:focus&_count=5",
    "/fhir/Task?_sort=-_lastUpdated&_count=3",
    "/fhir/Task?status=entered-in-error",
    "/fhir/Task?nonsense=1",
    "/fhir/AuditEvent?_count=50",
)
"""Answers in another shape: parts of resources, others beside them, nothing found."""


async def sent_out(desk: Desk, made: Made) -> AsyncIterator[tuple[str, bytes]]:
    """Every resource and Bundle that each role may get, with the request that got it."""
    answer = await desk.client.get("/fhir/metadata")
    yield "metadata", answer.content
    claims = claimed(answer.json())
    async for one in _of_referrals(desk, made.referrals, claims):
        yield one
    async for one in _of_tasks(desk, made.tasks, claims["Task"]):
        yield one
    for kind, identity in [*await _published(desk), *await _of_capacity(desk)]:
        async for one in _about(desk, "gp", kind, identity, claims[kind]):
            yield one
    for path in SHAPED:
        async for one in _got(desk, "coordinator", path):
            yield one
    for role in ROLES:
        for kind, can in claims.items():
            async for one in _of_type(desk, role, kind, can):
                yield one


async def _of_referrals(
    desk: Desk, made: dict[str, Sent], claims: dict[str, set[str]]
) -> AsyncIterator[tuple[str, bytes]]:
    """What came of each referral, to its referrer."""
    for name, sent in made.items():
        yield f"POST /fhir {name}", msgspec.json.encode(sent.answer)
        role = "transfer-nurse" if name == "rich" else "gp"
        for kind, identity in sent.places:
            if kind in FOLLOWED or name == "rich":
                async for one in _about(desk, role, kind, identity, claims.get(kind, set())):
                    yield one


async def _of_tasks(
    desk: Desk, tasks: list[tuple[str, str | None]], can: set[str]
) -> AsyncIterator[tuple[str, bytes]]:
    """Tasks that ask for something, to the desk and to the organisation that was asked."""
    for task, organisation in tasks:
        async for one in _about(desk, "coordinator", "Task", task, can):
            yield one
        if organisation is not None:
            path = f"/fhir/Task/{task}"
            answer = await desk.ask("provider", "GET", path, organisation=organisation)
            yield f"provider GET {path}", answer.content


async def _published(desk: Desk) -> list[tuple[str, str]]:
    """What is there without anyone having sent it, and what is created by itself."""
    follow = subscription(Topic.TASK, "https://ehr.example/hook")
    made = await desk.ask("gp", "POST", "/fhir/Subscription", follow)
    assert made.status_code == CREATED, made.text
    return [("Questionnaire", "referral"), ("Subscription", made.json()["id"])]


async def _of_capacity(desk: Desk) -> list[tuple[str, str]]:
    """A service of each unit with its figures, and the site of the first."""
    items = (await desk.get("/api/capacity"))["items"]
    services = [next(one for one in items if one["unit"] == unit) for unit in ("bed", "hour/week")]
    found = [
        (kind, one["service"])
        for one in services
        for kind in ("HealthcareService", "MeasureReport")
    ]
    shown = await desk.get(f"/fhir/HealthcareService/{services[0]['service']}")
    places = [one["reference"].split("/")[-1] for one in shown.get("location", ())]
    return found + [("Location", one) for one in places]


def claimed(statement: dict[str, Any]) -> dict[str, set[str]]:
    """The interactions that a CapabilityStatement claims, by type."""
    return {
        one["type"]: {each["code"] for each in one["interaction"]}
        for one in statement["rest"][0]["resource"]
    }


async def _of_type(
    desk: Desk, role: str, kind: str, can: set[str]
) -> AsyncIterator[tuple[str, bytes]]:
    """A page of what is found, each of it read, and the history of the type."""
    if "history-type" in can:
        async for one in _got(desk, role, f"/fhir/{kind}/_history?_count={PAGE}"):
            yield one
    if "search-type" not in can:
        return
    async for name, body in _got(desk, role, f"/fhir/{kind}?_count={PAGE}"):
        yield name, body
        for found in msgspec.json.decode(body).get("entry", ())[:2]:
            identity = found["resource"].get("id", NOBODY)
            async for one in _about(desk, role, kind, identity, can):
                yield one


async def _about(
    desk: Desk, role: str, kind: str, identity: str, can: set[str]
) -> AsyncIterator[tuple[str, bytes]]:
    """One resource: as it is, as it first was, and all that it has been."""
    paths = {
        "read": f"/fhir/{kind}/{identity}",
        "vread": f"/fhir/{kind}/{identity}/_history/1",
        "history-instance": f"/fhir/{kind}/{identity}/_history",
    }
    wanted = [path for code, path in paths.items() if code in can]
    if kind == "Subscription":
        wanted += [f"/fhir/{kind}/{identity}/{operation}" for operation in ("$status", "$events")]
    for path in wanted:
        async for one in _got(desk, role, path):
            yield one


async def _got(desk: Desk, role: str, path: str) -> AsyncIterator[tuple[str, bytes]]:
    answer = await desk.ask(role, "GET", path)
    assert answer.status_code < 500, (path, answer.text)
    yield f"{role} GET {path}", answer.content


REFUSED: tuple[tuple[str, str, str, bytes | None, dict[str, str]], ...] = (
    ("gp", "POST", "/fhir", b"{", {}),
    ("gp", "POST", "/fhir", b'{"resourceType":"Bundle","type":"transaction","entry":[{}]}', {}),
    ("gp", "POST", "/fhir", b"{}", {"content-type": "text/csv"}),
    ("gp", "POST", "/fhir/Patient", b'{"resourceType":"Patient","gender":"x","foo":[{}]}', {}),
    ("gp", "POST", "/fhir/Dragon", b'{"resourceType":"Dragon"}', {}),
    ("gp", "PATCH", "/fhir/Patient/1", b"[]", {}),
    ("gp", "GET", f"/fhir/Task/{NOBODY}", None, {}),
    ("gp", "GET", "/fhir/Task?status=%00", None, {}),
    ("gp", "GET", "/fhir/Task?_count=x", None, {}),
    ("gp", "GET", "/fhir/Patient?birthdate=1940-01-01", None, {}),
    ("gp", "GET", "/fhir/Task", None, {"accept": "application/fhir+xml"}),
    ("gp", "GET", "/fhir/Task", None, {"authorization": "Bearer x"}),
    ("provider", "POST", "/fhir", b"{}", {}),
    ("gp", "PUT", f"/fhir/Patient/{NOBODY}", b'{"resourceType":"Patient"}', {}),
    ("gp", "POST", "/fhir/ServiceRequest/$validate", b'{"resourceType":"ServiceRequest"}', {}),
)
"""Requests that are refused, each in its own way: role, method, path, body, headers."""


async def refusals(desk: Desk) -> AsyncIterator[tuple[str, bytes]]:
    """The OperationOutcome of each kind of refusal, in both languages."""
    for role, method, path, body, headers in REFUSED:
        for language in ("nl", "en"):
            answer = await desk.ask(
                role, method, path, body, headers={"accept-language": language} | headers
            )
            assert answer.status_code < 500, (path, answer.text)
            yield f"{role} {method} {path} {answer.status_code}", answer.content
