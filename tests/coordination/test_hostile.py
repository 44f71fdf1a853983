"""Whatever is sent, the answer is a refusal that can be read, never a fault of ours."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import msgspec
import pytest
from desk import Desk, first, fresh

pytest_plugins = ["desk_fixture"]


def changed(kind: str, **elements: Any) -> bytes:
    bundle = fresh("elv-low")
    first(bundle, kind).update(elements)
    return json.dumps(bundle).encode()


def twice() -> bytes:
    text = json.dumps(fresh("elv-low"))
    return text.replace('"status": "active"', '"status": "active", "status": "draft"').encode()


HOSTILE: dict[str, bytes] = {
    "empty": b"",
    "blank": b"  \n ",
    "not JSON": b"{'resourceType': 'Bundle'}",
    "half": json.dumps(fresh("elv-low")).encode()[:-40],
    "an array": b"[]",
    "a number": b"42",
    "null": b"null",
    "an empty object": b"{}",
    "deep": b'{"a":' * 5000 + b"1" + b"}" * 5000,
    "deep in arrays": b'{"resourceType":"Bundle","entry":' + b"[" * 9000 + b"]" * 9000 + b"}",
    "many": b'{"resourceType":"Bundle","entry":[' + b"{}," * 100_000 + b"{}]}",
    "huge": b'{"resourceType":"Bundle","x":"' + b"a" * 2_000_000 + b'"}',
    "a NUL": b'{"resourceType":"Bundle","id":"\x00"}',
    "an escaped NUL": changed("Patient", language="nl\x00"),
    "not UTF-8": b'{"resourceType":"Bundle","id":"\xff\xfe"}',
    "a lone surrogate": b'{"resourceType":"Bundle","id":"\\ud800"}',
    "a lone surrogate inside": json.dumps(fresh("elv-low"))
    .encode()
    .replace(b"Zuidwolde", b"Zuid\\ud800wolde"),
    "an element twice": twice(),
    "a numeric type": b'{"resourceType":5,"type":"transaction"}',
    "a type that is a list": b'{"resourceType":["Bundle"]}',
    "no type": b'{"gender":"female"}',
    "an unknown type": b'{"resourceType":"Dragon"}',
    "entries that are text": b'{"resourceType":"Bundle","type":"transaction","entry":"x"}',
    "entries of null": b'{"resourceType":"Bundle","type":"transaction","entry":[null]}',
    "an entry without a resource": b'{"resourceType":"Bundle","type":"transaction","entry":[{}]}',
    "a resource of a number": changed("Patient", resourceType=7),
    "a name that is a text": changed("Patient", name="Jan"),
    "a birth date of a number": changed("Patient", birthDate=1944),
    "a huge number": json.dumps(fresh("elv-low")).encode().replace(b"36.8", b"9" * 400),
    "a huge exponent": json.dumps(fresh("elv-low")).encode().replace(b"36.8", b"1e400"),
    "not a number": json.dumps(fresh("elv-low")).encode().replace(b"36.8", b"NaN"),
    "a time of year 0": changed("ServiceRequest", authoredOn="0000-01-01T00:00:00Z"),
    "a first moment": changed("ServiceRequest", authoredOn="0001-01-01T00:00:00+14:00"),
    "a last moment": changed("ServiceRequest", authoredOn="9999-12-31T23:59:59-12:00"),
    "a birth in year 1": changed("Patient", birthDate="0001"),
    "a date without a day": changed("ServiceRequest", authoredOn="2026-02-30"),
    "a form of numbers": changed("QuestionnaireResponse", item=[1, 2]),
    "a nested form": changed("QuestionnaireResponse", item=[{"linkId": "a", "item": [{}]}]),
    "a subject that is a list": changed("ServiceRequest", subject=[]),
}
MAY_PASS = {"a birth in year 1", "a first moment", "a last moment"}
"""Odd, but valid FHIR."""


@pytest.mark.parametrize("path", ["/fhir", "/api/triage", "answers", "/fhir/Patient"])
@pytest.mark.parametrize("name", HOSTILE)
async def test_a_hostile_body_is_refused_in_words(desk: Desk, name: str, path: str) -> None:
    role = "coordinator" if path == "/api/triage" else "gp"
    if path == "answers":
        path = f"/api/referrals/{await referral(desk)}/answers"
    before = await desk.counts()
    answer = await desk.ask(role, "POST", path, HOSTILE[name])
    allowed = {400, 413, 422} | ({200} if name in MAY_PASS and path != "/fhir/Patient" else set())
    assert answer.status_code in allowed, answer.text
    if answer.status_code != 200:
        body = answer.json()
        if path.startswith("/fhir"):
            assert body["resourceType"] == "OperationOutcome"
            assert body["issue"][0]["diagnostics"]
        else:
            assert answer.headers["content-type"] == "application/problem+json"
            assert body["status"] == answer.status_code
            assert body["detail"]
        assert await desk.counts() == before


async def referral(desk: Desk) -> str:
    found = await desk.value("SELECT id FROM referral WHERE state = 'triaged' LIMIT 1")
    return str(found) if found else (await desk.refer(fresh("elv-low"))).id


@pytest.mark.parametrize("media", ["text/plain", "application/xml", "multipart/form-data", ""])
async def test_another_format_is_refused_by_name(desk: Desk, media: str) -> None:
    answer = await desk.ask(
        "gp", "POST", "/fhir", fresh("elv-low"), headers={"content-type": media}
    )
    assert answer.status_code == 415
    assert answer.json()["issue"][0]["code"] == "not-supported"


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"null", b"\xff", b'"x"', b"{}", b'{"reason":1}', b'{"reason":null}',
             b'{"reason":"other","extra":1}', b'{"reason":"' + b"x" * 2_000_000 + b'"}',
             b'{"a":' * 5000 + b"1" + b"}" * 5000]
)  # fmt: skip
async def test_a_hostile_reason_is_refused_in_words(desk: Desk, body: bytes) -> None:
    sent = await desk.refer(fresh("elv-low"))
    answer = await desk.ask("gp", "POST", f"/api/referrals/{sent.id}/cancel", body)
    assert answer.status_code in {400, 413, 422}, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    made = await desk.ask("coordinator", "POST", f"/api/referrals/{sent.id}/offers", body)
    assert made.status_code in {400, 413, 422}, made.text


ADDRESSES = [
    "/fhir/Task?status=%00", "/fhir/Task?identifier=a|%00", "/fhir/Task?identifier=%ff|%fe",
    "/fhir/Task?patient=x", "/fhir/Task?_count=-1", "/fhir/Task?_count=x", "/fhir/Task?_before=x",
    "/fhir/Task?_count=99999999999999999999", "/fhir/Task?owner=HealthcareService/",
    "/fhir/Patient/%00", "/fhir/%00", "/fhir/Patient/..%2f..", "/fhir/Task/" + "x" * 5000,
    "/fhir/Task?status=requested&status=accepted", "/fhir/Task?status=" + "x," * 3000,
    "/api/worklist?size=0", "/api/worklist?size=x", "/api/worklist?size=99999999999999999999",
    "/api/worklist?next=x", "/api/worklist?next=%00", "/api/worklist?next=k5",
    "/api/worklist?next=kwPAwA", "/api/referrals/x", "/api/referrals/%00/matches",
    "/api/capacity?kind=x", "/api/capacity?subregion=%00", "/api/capacity?organisation=x",
    "/api/offers?state=x", "/api/capacity/x", "/api/offers?state=requested&state=%00",
]  # fmt: skip


@pytest.mark.parametrize("path", ADDRESSES)
async def test_a_hostile_address_is_refused_or_finds_nothing(desk: Desk, path: str) -> None:
    answer = await desk.ask("coordinator", "GET", path)
    assert answer.status_code in {200, 400, 404}, answer.text
    if answer.status_code == 200 and path.startswith("/fhir"):
        assert answer.json()["resourceType"] == "Bundle"


def mark(*parts: Any) -> str:
    """A mark of the worklist that it never made."""
    return base64.urlsafe_b64encode(msgspec.msgpack.encode(parts)).decode().rstrip("=")


@pytest.mark.parametrize(
    "forged",
    [
        mark(3, datetime(2026, 1, 1), UUID(int=1)),  # noqa: DTZ001 - without a time zone
        mark(10**12, datetime(2026, 1, 1, tzinfo=UTC), UUID(int=1)),
        mark(-(10**12), datetime(2026, 1, 1, tzinfo=UTC), UUID(int=1)),
        mark(3, datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14))).isoformat(), UUID(int=1)),
        mark(3, "9999-12-31T23:59:59-12:00", UUID(int=1)),
        mark("a", None, 3),
        mark(),
    ],
)
async def test_a_forged_page_mark_is_refused(desk: Desk, forged: str) -> None:
    answer = await desk.ask("coordinator", "GET", f"/api/worklist?next={forged}")
    assert answer.status_code == 400, answer.text
    assert answer.json()["errors"][0]["path"] == "next"


@pytest.mark.parametrize(
    "media",
    ["text/plain", "application/xml", "multipart/form-data", "application/x-msgpack", "x", "",
     "application/x-www-form-urlencoded", "application/json; charset=utf-16"],
)  # fmt: skip
async def test_json_under_another_name_is_no_fault_of_ours(desk: Desk, media: str) -> None:
    sent = await desk.refer(fresh("elv-low"))
    for role, path in (
        ("gp", f"/api/referrals/{sent.id}/cancel"),
        ("coordinator", f"/api/referrals/{sent.id}/offers"),
        ("coordinator", "/api/triage"),
        ("gp", f"/api/referrals/{sent.id}/answers"),
    ):
        answer = await desk.ask(role, "POST", path, b"{", headers={"content-type": media})
        assert answer.status_code in {400, 415, 422}, (path, answer.text)
        assert answer.headers["content-type"] == "application/problem+json"
