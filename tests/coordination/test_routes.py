"""Every route refuses whoever it does not know, lets in whom the table says, and tells so."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx
import jwt
import pytest
from desk import Desk, form, fresh, yes_or_no
from litestar.routes import HTTPRoute

from coordination.app import Service
from coordination.auth.keys import Keys
from coordination.auth.tokens import Tokens
from coordination.demo.actors import HOME
from coordination.gate import OPEN, OPEN_FOLDER
from coordination.permissions import _MAY, Action, Actor, Role

pytest_plugins = ["desk_fixture"]
NOBODY = "0190a0a0-0000-7000-8000-000000000000"
RULES: dict[tuple[str, str], tuple[Action, Any]] = {
    ("POST", "/api/triage"): (Action.TRY_TRIAGE, {}),
    ("GET", "/api/worklist"): (Action.READ_WORKLIST, None),
    ("GET", "/api/referrals/{referral}"): (Action.READ_REFERRAL, None),
    ("POST", "/api/referrals/{referral}/answers"): (
        Action.ANSWER,
        form(yes_or_no("isolation", value=True)),
    ),
    ("POST", "/api/referrals/{referral}/confirmations"): (
        Action.CONFIRM_FACT,
        {"fact": "isolation", "value": True, "role": "gp"},
    ),
    ("POST", "/api/referrals/{referral}/departures"): (
        Action.DEPART,
        {"reason": "patient-wish", "urgency": "U2"},
    ),
    ("POST", "/api/departures/{departure}/confirm"): (Action.CONFIRM_DEPARTURE, None),
    ("POST", "/api/departures/{departure}/reject"): (Action.REJECT_DEPARTURE, None),
    ("POST", "/api/departures/{departure}/withdraw"): (Action.WITHDRAW_DEPARTURE, None),
    ("POST", "/api/referrals/{referral}/cancel"): (Action.CANCEL, {"reason": "other"}),
    ("GET", "/api/referrals/{referral}/matches"): (Action.READ_MATCHES, None),
    ("POST", "/api/referrals/{referral}/offers"): (Action.OFFER, {"service": NOBODY}),
    ("POST", "/api/referrals/{referral}/wait"): (Action.WAIT, None),
    ("POST", "/api/referrals/{referral}/stop-waiting"): (Action.WAIT, None),
    ("GET", "/api/referrals/{referral}/alternatives"): (Action.READ_MATCHES, None),
    ("GET", "/api/waiting"): (Action.READ_WAITING, None),
    ("GET", "/api/guarantee"): (Action.READ_WAITING, None),
    ("GET", "/api/proposal"): (Action.READ_PROPOSAL, None),
    ("POST", "/api/proposal/refresh"): (Action.READ_PROPOSAL, None),
    ("POST", "/api/proposals/{proposal}/confirm"): (
        Action.CONFIRM_PROPOSAL,
        {"referrals": [NOBODY]},
    ),
    ("GET", "/api/offers"): (Action.READ_OFFERS, None),
    ("POST", "/api/offers/{offer}/accept"): (Action.REPLY_TO_OFFER, None),
    ("POST", "/api/offers/{offer}/decline"): (Action.REPLY_TO_OFFER, {"reason": "other"}),
    ("POST", "/api/offers/{offer}/withdraw"): (Action.WITHDRAW, None),
    ("POST", "/api/offers/{offer}/start"): (Action.REPLY_TO_OFFER, None),
    ("POST", "/api/offers/{offer}/counter"): (
        Action.REPLY_TO_OFFER,
        {"starts_at": "2040-01-01T12:00:00Z"},
    ),
    ("POST", "/api/offers/{offer}/agree"): (Action.OFFER, None),
    ("POST", "/api/offers/{offer}/queue"): (Action.QUEUE_OFFER, None),
    ("POST", "/api/offers/{offer}/leave"): (Action.REPLY_TO_OFFER, {"to": "hospital"}),
    ("POST", "/api/offers/{offer}/return"): (Action.REPLY_TO_OFFER, None),
    ("POST", "/api/offers/{offer}/end"): (Action.REPLY_TO_OFFER, {"destination": "home"}),
    ("GET", "/api/delivered"): (Action.READ_CAPACITY, None),
    ("GET", "/api/capacity"): (Action.READ_CAPACITY, None),
    ("GET", "/api/capacity/{service}"): (Action.READ_CAPACITY, None),
    ("PUT", "/api/capacity/{service}"): (
        Action.REPORT_CAPACITY,
        {"unit": "bed", "staffed": 1, "occupied": 0},
    ),
    ("POST", "/api/capacity/reports"): (Action.REPORT_CAPACITY, {"service": NOBODY}),
    ("GET", "/api/capacity/{service}/reports"): (Action.READ_CAPACITY, None),
    ("GET", "/api/capacity/sheet"): (Action.REPORT_CAPACITY, None),
    ("POST", "/api/capacity/sheet"): (Action.REPORT_CAPACITY, b"Dienst"),
    ("GET", "/api/services"): (Action.READ_SERVICE, None),
    ("GET", "/api/services/{service}"): (Action.READ_SERVICE, None),
    ("PUT", "/api/services/{service}"): (
        Action.CHANGE_SERVICE,
        {"name": "x", "unit": "bed", "kinds": ["elv-low"], "site": {"name": "x", "pc4": "7901"}},
    ),
    ("GET", "/api/organisations"): (Action.READ_SERVICE, None),
    ("GET", "/api/contacts"): (Action.MANAGE_CONTACTS, None),
    ("POST", "/api/contacts"): (Action.MANAGE_CONTACTS, {"channel": "webhook", "address": "x"}),
    ("DELETE", "/api/contacts/{contact}"): (Action.MANAGE_CONTACTS, None),
    ("POST", "/api/contacts/{contact}/test"): (Action.MANAGE_CONTACTS, None),
    ("GET", "/api/deliveries"): (Action.MANAGE_CONTACTS, None),
    ("POST", "/api/deliveries/{delivery}/resend"): (Action.MANAGE_CONTACTS, None),
    ("GET", "/api/subscriptions/{subscription}/notifications"): (Action.SUBSCRIBE, None),
    ("POST", "/api/subscriptions/{subscription}/notifications/{notification}/resend"): (
        Action.SUBSCRIBE,
        None,
    ),
    ("GET", "/metrics"): (Action.READ_METRICS, None),
    ("POST", "/fhir"): (Action.READ_FHIR, {}),
    ("POST", "/fhir/Bundle"): (Action.READ_FHIR, {}),
    ("POST", "/fhir/{kind}"): (Action.READ_FHIR, {}),
    ("GET", "/fhir/{kind}"): (Action.READ_FHIR, None),
    ("POST", "/fhir/$validate"): (Action.VALIDATE, {}),
    ("POST", "/fhir/{kind}/$validate"): (Action.VALIDATE, {}),
    ("POST", "/fhir/{kind}/{identity}/$validate"): (Action.VALIDATE, {}),
    ("POST", "/fhir/{kind}/_search"): (Action.READ_FHIR, None),
    ("GET", "/fhir/{kind}/_history"): (Action.READ_FHIR, None),
    ("GET", "/fhir/{kind}/{identity}"): (Action.READ_FHIR, None),
    ("GET", "/fhir/{kind}/{identity}/$status"): (Action.SUBSCRIBE, None),
    ("POST", "/fhir/{kind}/{identity}/$status"): (Action.SUBSCRIBE, None),
    ("GET", "/fhir/{kind}/{identity}/$events"): (Action.SUBSCRIBE, None),
    ("POST", "/fhir/{kind}/{identity}/$events"): (Action.SUBSCRIBE, None),
    ("GET", "/fhir/{kind}/{identity}/_history"): (Action.READ_FHIR, None),
    ("GET", "/fhir/{kind}/{identity}/_history/{number}"): (Action.READ_FHIR, None),
    ("PUT", "/fhir/{kind}/{identity}"): (Action.READ_FHIR, {}),
    ("DELETE", "/fhir/{kind}/{identity}"): (Action.SUBSCRIBE, None),
}
RULES |= {
    ("HEAD", path): rule
    for (method, path), rule in RULES.items()
    if method == "GET" and path.startswith("/fhir")
}


def concrete(path: str) -> str:
    """A route's path with something in its places."""
    for name in ("proposal", "subscription", "notification"):
        path = path.replace(f"{{{name}}}", NOBODY)
    for name in ("referral", "offer", "departure", "service", "identity", "contact", "delivery"):
        path = path.replace(f"{{{name}}}", NOBODY)
    kind = "Subscription" if path.endswith(("$status", "$events")) else "Task"
    return path.replace("{kind}", kind).replace("{number}", "1")


def routes(service: Service) -> list[tuple[str, str]]:
    return [
        (method, route.path_format)
        for route in service.litestar.routes
        if isinstance(route, HTTPRoute)
        for method in route.methods
        if method != "OPTIONS"
    ]


def is_open(path: str) -> bool:
    return path in OPEN or path.startswith(OPEN_FOLDER)


async def test_every_route_but_the_open_ones_refuses_a_stranger(
    service: Service, desk: Desk
) -> None:
    closed = [(method, path) for method, path in routes(service) if not is_open(path)]
    assert len(closed) > 20
    for method, path in [*closed, ("GET", "/nowhere"), ("OPTIONS", "/api/worklist")]:
        for headers in ({}, {"authorization": "Bearer x"}, {"authorization": "Basic eDp5"}):
            answer = await desk.client.request(method, concrete(path), headers=headers)
            assert answer.status_code == 401, (method, path)
            assert answer.headers["www-authenticate"].startswith("Bearer")


async def test_a_stranger_can_only_see_what_is_said_to_be_open(desk: Desk) -> None:
    assert {path for path in OPEN if not path.startswith(("/signin", "/favicon"))} == {
        "/health/live",
        "/health/ready",
        "/openapi.json",
        "/fhir/metadata",
    }
    for path in ("/health/live", "/health/ready", "/openapi.json", "/fhir/metadata"):
        assert (await desk.client.get(path)).status_code == 200, path


async def test_each_role_may_do_what_the_table_says_and_no_more(
    service: Service, desk: Desk
) -> None:
    programs = {
        (method, path)
        for method, path in routes(service)
        if path.startswith(("/api/", "/fhir", "/metrics")) and not is_open(path)
    }
    assert programs == set(RULES), "a route is missing from the table above"
    for (method, path), (action, body) in RULES.items():
        for role in HOME:
            answer = await desk.ask(role, method, concrete(path), body, headers={"if-match": '"1"'})
            said = (role, method, path, answer.text[:300])
            assert answer.status_code < 500, said
            if role in _MAY[action]:
                assert answer.status_code not in {401, 403}, said
            else:
                assert answer.status_code == 403, said


def test_every_action_stands_in_the_table() -> None:
    assert set(_MAY) == set(Action)


def forged(keys: Keys, **claims: Any) -> dict[str, str]:
    good = {
        "iss": "naober",
        "sub": "x",
        "role": "coordinator",
        "org": NOBODY,
        "regions": [],
        "exp": datetime.now(UTC) + timedelta(hours=1),
    }
    kept = {name: value for name, value in (good | claims).items() if value is not None}
    token = jwt.encode(kept, bytes.fromhex(keys.token), algorithm="HS256")
    return {"authorization": f"Bearer {token}"}


@pytest.mark.parametrize(
    "claims",
    [
        {"exp": datetime.now(UTC) - timedelta(seconds=1)},
        {"exp": None},
        {"iss": "someone-else"},
        {"sub": None},
        {"sub": 5},
        {"role": "king"},
        {"role": None},
        {"org": "x"},
        {"org": 5},
        {"regions": None},
        {"regions": 5},
    ],
)
async def test_a_token_with_a_claim_that_is_not_ours_is_refused(
    desk: Desk, keys: Keys, claims: dict[str, Any]
) -> None:
    fine = await desk.client.get("/api/worklist", headers=forged(keys))
    assert fine.status_code == 200
    answer = await desk.client.get("/api/worklist", headers=forged(keys, **claims))
    assert answer.status_code == 401


async def test_a_changed_or_unsigned_token_is_refused(desk: Desk) -> None:
    token = desk.token("coordinator")
    head, body, signature = token.split(".")
    claims = json.loads(base64.urlsafe_b64decode(body + "=="))
    raised = base64.urlsafe_b64encode(json.dumps(claims | {"sub": "root"}).encode())
    unsigned = jwt.encode(claims, "", algorithm="none")
    other = jwt.encode(claims, b"k" * 32, algorithm="HS256")
    longer = jwt.encode(claims, b"k" * 64, algorithm="HS512")
    for wrong in (
        f"{head}.{raised.decode().rstrip('=')}.{signature}",
        f"{head}.{body}.",
        f"{head}.{body}.{signature[:-2]}aa",
        unsigned,
        other,
        longer,
        "x.y.z",
        "é",
        "a" * 5000,
    ):
        header = [(b"authorization", f"Bearer {wrong}".encode())]
        answer = await desk.client.get("/api/worklist", headers=header)
        assert answer.status_code == 401, wrong[:40]


def test_a_token_that_was_good_is_refused_once_it_expires(keys: Keys) -> None:
    tokens, now = Tokens(keys), datetime(2026, 3, 1, tzinfo=UTC)
    actor = Actor("x", Role.GP, UUID(NOBODY))
    token = tokens.issue(actor, now, timedelta(minutes=1))
    assert tokens.read(token, now + timedelta(seconds=59)) == actor
    with pytest.raises(Exception, match="expired"):
        tokens.read(token, now + timedelta(seconds=60))


ERRORS = [
    ("GET", "/api/worklist", "", 401),
    ("GET", "/api/worklist", "provider", 403),
    ("GET", f"/api/referrals/{NOBODY}", "gp", 404),
    ("GET", "/api/nowhere", "gp", 404),
    ("DELETE", "/api/worklist", "gp", 405),
    ("GET", "/api/worklist?size=0", "gp", 400),
    ("POST", "/api/triage", "coordinator", 400),
    ("PUT", f"/api/capacity/{NOBODY}", "provider", 428),
    ("GET", "/fhir/Task", "", 401),
    ("GET", "/fhir/Task", "analyst", 403),
    ("GET", f"/fhir/Task/{NOBODY}", "gp", 404),
    ("GET", "/fhir/Dragon", "gp", 404),
    ("GET", "/fhir/a/b/c/d", "gp", 404),
    ("DELETE", f"/fhir/Task/{NOBODY}", "gp", 405),
    ("POST", "/fhir", "gp", 400),
    ("GET", "/fhir/Task?nonsense=1", "gp", 400),
]


@pytest.mark.parametrize(("method", "path", "role", "status"), ERRORS)
async def test_a_refusal_has_the_form_of_its_side_and_the_request_id(
    desk: Desk, method: str, path: str, role: str, status: int
) -> None:
    name = f"test-{uuid4().hex}"
    headers = {"x-request-id": name, "x-correlation-id": "c-1"}
    body = {"unit": "bed", "staffed": 1, "occupied": 0} if method == "PUT" else None
    if method == "POST":
        body = b"{"  # type: ignore[assignment]
    if role:
        answer = await desk.ask(role, method, path, body, headers=headers)
    else:
        answer = await desk.client.request(method, path, headers=headers)
    assert answer.status_code == status, answer.text
    assert answer.headers["x-request-id"] == name
    assert answer.headers["x-correlation-id"] == "c-1"
    found = answer.json()
    if path.startswith("/fhir"):
        assert answer.headers["content-type"].startswith("application/fhir+json")
        assert found["resourceType"] == "OperationOutcome"
        assert found["issue"][0]["severity"] == "error"
    else:
        assert answer.headers["content-type"] == "application/problem+json"
        assert found["status"] == status
        assert all(found[part] for part in ("type", "title", "detail"))
        assert isinstance(found["errors"], list)
    refusals = await desk.rows("SELECT * FROM audit WHERE request_id = $1", name)
    assert len(refusals) == (1 if status in {401, 403, 404} else 0)
    if refusals:
        assert (refusals[0]["outcome"], refusals[0]["role"]) == (str(status), role)


async def test_a_request_id_that_could_do_harm_is_replaced(desk: Desk) -> None:
    for odd in ("a b", "x" * 65, "<script>", "a;b", ""):
        answer = await desk.client.get("/health/live", headers={"x-request-id": odd})
        assert UUID(answer.headers["x-request-id"])


async def test_who_looks_at_a_person_is_written_down(desk: Desk) -> None:
    sent = await desk.refer(fresh("elv-low"))
    offer = await desk.offered(sent.id)
    await desk.reply(offer, "accept")
    own = offer["organisation"]
    looks: list[tuple[str, str, str | None]] = [
        ("coordinator", "/api/worklist", None),
        ("gp", "/api/worklist", None),
        ("coordinator", f"/api/referrals/{sent.id}", None),
        ("provider", f"/api/referrals/{sent.id}", own),
        ("coordinator", f"/api/referrals/{sent.id}/matches", None),
        ("provider", "/api/offers", own),
        ("gp", f"/fhir/Patient/{sent.id_of('Patient')}", None),
        ("provider", f"/fhir/Patient/{sent.id_of('Patient')}", own),
        ("coordinator", f"/fhir/Task?patient={sent.id_of('Patient')}", None),
        ("gp", f"/fhir/ServiceRequest?patient={sent.id_of('Patient')}", None),
    ]
    for role, path, organisation in looks:
        name = uuid4().hex
        answer = await desk.ask(
            role, "GET", path, organisation=organisation, headers={"x-request-id": name}
        )
        assert answer.status_code == 200, path
        rows = await desk.rows("SELECT * FROM audit WHERE request_id = $1", name)
        assert len(rows) == 1, path
        assert rows[0]["action"].startswith("read")
        assert (rows[0]["role"], rows[0]["outcome"]) == (role, "done")
        assert rows[0]["actor"]
        assert rows[0]["organisation_id"]


@pytest.mark.parametrize(
    "change", ["UPDATE audit SET actor = 'x'", "DELETE FROM audit", "TRUNCATE audit"]
)
async def test_the_audit_log_can_not_be_changed(desk: Desk, change: str) -> None:
    before = await desk.value("SELECT count(*) FROM audit")
    with pytest.raises(asyncpg.RaiseError, match="append-only"):
        await desk.rows(change)
    assert await desk.value("SELECT count(*) FROM audit") >= before > 0


async def test_every_answer_has_headers_that_keep_browsers_careful(desk: Desk) -> None:
    answers: list[httpx.Response] = [
        await desk.client.get("/health/live"),
        await desk.client.get("/api/worklist"),
        await desk.ask("gp", "GET", "/api/worklist"),
    ]
    for answer in answers:
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["x-frame-options"] == "DENY"
        assert "default-src 'self'" in answer.headers["content-security-policy"]


async def test_what_is_read_of_a_person_is_kept_by_no_cache(desk: Desk) -> None:
    sent = await desk.refer(fresh("elv-low"))
    for path in (f"/api/referrals/{sent.id}", f"/fhir/Patient/{sent.id_of('Patient')}"):
        answer = await desk.ask("gp", "GET", path)
        assert answer.headers["cache-control"] == "no-store"


async def test_the_openapi_document_names_every_route_for_programs(
    service: Service, desk: Desk
) -> None:
    document = (await desk.client.get("/openapi.json")).json()
    told = {
        (method.upper(), path) for path, methods in document["paths"].items() for method in methods
    }
    assert {one for one in RULES if not one[1].startswith("/fhir")} <= told
    for method, path in told:
        assert (method, path) in routes(service)
    for path, methods in document["paths"].items():
        if path.startswith("/api"):
            for one in methods.values():
                assert {"401", "403"} <= one["responses"].keys(), path


@pytest.mark.parametrize(
    "path",
    [
        "/static/../api/worklist",
        "/static/%2e%2e/api/worklist",
        "/static/..%2fapi%2fworklist",
        "/static//api/worklist",
        "//api/worklist",
        "/api//worklist",
        "/api/worklist/",
        "/API/worklist",
        "/health/live/../../api/worklist",
        "/health/live;/../api/worklist",
        "/fhir/metadata/../Task",
        "/signin/../api/worklist",
        "/openapi.json/../api/worklist",
    ],
)
async def test_no_way_of_writing_an_address_gets_past_the_gate(desk: Desk, path: str) -> None:
    url = httpx.URL("http://naober.test").copy_with(raw_path=path.encode())
    answer = await desk.client.send(httpx.Request("GET", url))
    assert answer.status_code in {400, 401, 404}, answer.text
    assert "items" not in answer.text
