"""What a client says in headers, of formats and versions, is heeded or refused in words."""

from __future__ import annotations

from email.utils import format_datetime, parsedate_to_datetime
from typing import Any
from uuid import uuid4

import pytest
import structlog
from desk import FHIR, Desk, fresh
from structlog.testing import LogCapture

from coordination import gate
from coordination.edge import FHIR_MEDIA

pytest_plugins = ["desk_fixture"]
NOBODY = "0190a0a0-0000-7000-8000-000000000000"


@pytest.fixture(scope="module")
async def patient(desk: Desk) -> str:
    """The address of a Patient."""
    return f"/fhir/Patient/{(await desk.refer(fresh('elv-low'))).id_of('Patient')}"


def outcome(answer: Any, status: int) -> dict[str, Any]:
    """The first issue of a refusal, which is in FHIR's form whatever was asked."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == FHIR_MEDIA
    body = answer.json()
    assert body["resourceType"] == "OperationOutcome"
    issue: dict[str, Any] = body["issue"][0]
    assert issue["details"]["coding"][0]["code"]
    return issue


@pytest.mark.parametrize(
    "accept",
    [
        "application/fhir+json",
        "application/json",
        "text/json",
        "*/*",
        "application/*",
        "application/fhir+json; fhirVersion=4.0",
        'application/fhir+json;fhirVersion="4.0"; charset=utf-8',
        "application/fhir+xml, application/fhir+json;q=0.2",
        "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
        "",
    ],
)
async def test_who_takes_json_gets_fhir_json(desk: Desk, patient: str, accept: str) -> None:
    for path in (patient, "/fhir/metadata"):
        answer = await desk.ask("gp", "GET", path, headers={"accept": accept})
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-type"] == FHIR_MEDIA


@pytest.mark.parametrize(
    "accept",
    [
        "application/fhir+xml",
        "application/xml",
        "text/html",
        "application/fhir+turtle",
        "application/fhir+json; fhirVersion=3.0",
        "application/fhir+json; fhirVersion=5.0",
        "application/fhir+json;q=0",
        "application/fhir+xml, application/json;q=0.0",
    ],
)
async def test_who_takes_nothing_that_we_make_is_told_so(
    desk: Desk, patient: str, accept: str
) -> None:
    asked: list[tuple[str, str, Any]] = [
        ("GET", patient, None),
        ("GET", "/fhir/metadata", None),
        ("GET", "/fhir/Patient", None),
        ("POST", "/fhir", fresh("elv-low")),
        ("POST", "/fhir/Patient", {"resourceType": "Patient"}),
    ]
    before = await desk.counts()
    for method, path, body in asked:
        answer = await desk.ask("gp", method, path, body, headers={"accept": accept})
        assert outcome(answer, 406)["code"] == "not-supported"
    assert await desk.counts() == before


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ("json", 200),
        ("application/json", 200),
        ("text/json", 200),
        ("application/fhir%2Bjson", 200),
        ("application/fhir+json", 200),
        ("application/fhir%2Bjson;fhirVersion=4.0", 200),
        ("xml", 406),
        ("application/fhir%2Bxml", 406),
        ("html", 406),
        ("application/fhir%2Bjson;fhirVersion=3.0", 406),
    ],
)
async def test_the_format_of_the_address_goes_before_accept(
    desk: Desk, patient: str, asked: str, status: int
) -> None:
    accept = "application/fhir+xml" if status == 200 else FHIR
    answer = await desk.ask("gp", "GET", f"{patient}?_format={asked}", headers={"accept": accept})
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == FHIR_MEDIA


@pytest.mark.parametrize(
    "media",
    [
        "application/fhir+xml",
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/fhir+json; fhirVersion=3.0",
        "application/fhir+json; charset=iso-8859-1",
        "application/json-patch+json",
    ],
)
async def test_a_body_in_another_format_is_refused(desk: Desk, media: str) -> None:
    for path in ("/fhir", "/fhir/Patient"):
        answer = await desk.ask("gp", "POST", path, b"{}", headers={"content-type": media})
        assert outcome(answer, 415)["code"] == "not-supported"


@pytest.mark.parametrize(
    "media",
    ["application/json", "text/json", "application/fhir+json;charset=UTF-8;fhirVersion=4.0"],
)
async def test_json_by_another_name_is_taken(desk: Desk, media: str) -> None:
    answer = await desk.ask(
        "gp", "POST", "/fhir/Patient", {"resourceType": "Patient"}, headers={"content-type": media}
    )
    assert answer.status_code == 201, answer.text


async def test_a_resource_is_laid_out_for_a_reader_who_asks(desk: Desk, patient: str) -> None:
    plain = await desk.ask("gp", "GET", patient)
    pretty = await desk.ask("gp", "GET", f"{patient}?_pretty=true")
    assert b"\n" not in plain.content
    assert pretty.content.startswith(b'{\n  "')
    assert pretty.json() == plain.json()


async def test_a_version_that_one_has_is_not_sent_again(desk: Desk, patient: str) -> None:
    first = await desk.ask("gp", "GET", patient)
    tag, modified = first.headers["etag"], first.headers["last-modified"]
    assert tag == f'W/"{first.json()["meta"]["versionId"]}"'
    for headers in (
        {"if-none-match": tag},
        {"if-none-match": tag.removeprefix("W/")},
        {"if-none-match": f'W/"9", {tag}'},
        {"if-none-match": "*"},
        {"if-modified-since": modified},
        {"if-none-match": tag, "if-modified-since": "Thu, 01 Jan 1970 00:00:00 GMT"},
    ):
        again = await desk.ask("gp", "GET", patient, headers=headers)
        assert (again.status_code, again.content) == (304, b""), headers
        assert again.headers["etag"] == tag
    earlier = format_datetime(parsedate_to_datetime(modified).replace(year=2001), usegmt=True)
    for headers in (
        {"if-none-match": 'W/"9"'},
        {"if-none-match": "nonsense"},
        {"if-modified-since": earlier},
        {"if-modified-since": "nonsense"},
        {"if-none-match": 'W/"9"', "if-modified-since": modified},
    ):
        again = await desk.ask("gp", "GET", patient, headers=headers)
        assert again.status_code == 200, headers
        assert again.json() == first.json()


async def test_where_time_changes_what_is_shown_it_is_always_sent(desk: Desk) -> None:
    service = (await desk.get("/api/capacity"))["items"][0]["service"]
    path = f"/fhir/HealthcareService/{service}"
    tag = (await desk.ask("gp", "GET", path)).headers["etag"]
    again = await desk.ask("gp", "GET", path, headers={"if-none-match": tag})
    assert again.status_code == 200


@pytest.mark.parametrize(
    ("prefer", "got"),
    [
        (None, "Patient"),
        ("return=representation", "Patient"),
        ("return=minimal", None),
        ("respond-async, return=minimal", None),
        ("return=OperationOutcome", "OperationOutcome"),
        ("nonsense", "Patient"),
    ],
)
async def test_who_creates_gets_back_what_they_like(
    desk: Desk, prefer: str | None, got: str | None
) -> None:
    body = {"resourceType": "Patient", "id": "mine"}
    headers = {"prefer": prefer} if prefer else {}
    made = await desk.ask("gp", "POST", "/fhir/Patient", body, headers=headers)
    assert made.status_code == 201, made.text
    assert (made.json()["resourceType"] if made.content else None) == got
    where, _, number = made.headers["location"].partition("/_history/")
    assert where.startswith("http://naober.test/fhir/Patient/")
    assert not where.endswith("/mine")
    assert made.headers["etag"] == f'W/"{number}"'
    assert parsedate_to_datetime(made.headers["last-modified"])
    assert (await desk.ask("gp", "GET", where)).headers["etag"] == made.headers["etag"]


async def test_a_refusal_speaks_the_language_that_is_asked(desk: Desk) -> None:
    told = set()
    for language in ("nl", "en-GB,en;q=0.9"):
        answer = await desk.ask(
            "gp", "GET", f"/fhir/Patient/{NOBODY}", headers={"accept-language": language}
        )
        issue = outcome(answer, 404)
        told.add(issue["details"]["text"])
        assert issue["details"]["coding"][0]["code"] == "not-found"
    assert len(told) == 2
    stranger = await desk.client.get("/fhir/Patient", headers={"accept-language": "en"})
    assert outcome(stranger, 401)["details"]["text"] == "Sign in first."


@pytest.mark.parametrize("status", [200, 404])
async def test_both_ids_of_a_request_come_back_and_stand_in_the_log(
    desk: Desk, patient: str, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = {"x-request-id": f"r-{uuid4()}", "x-correlation-id": f"c-{uuid4()}"}
    path = patient if status == 200 else f"/fhir/Patient/{NOBODY}"
    lines = LogCapture()
    watched = structlog.wrap_logger(
        None,
        processors=[structlog.contextvars.merge_contextvars, lines],
        wrapper_class=structlog.make_filtering_bound_logger("debug"),
    )
    monkeypatch.setattr(gate, "log", watched)  # that of the tests tells only what is wrong
    answer = await desk.ask("gp", "GET", path, headers=names)
    assert answer.status_code == status
    assert {name: answer.headers[name] for name in names} == names
    line = next(one for one in lines.entries if one["event"] == "answered")
    assert [line["request"], line["correlation"]] == list(names.values())
