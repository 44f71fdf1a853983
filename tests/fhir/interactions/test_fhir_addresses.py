"""Each address says which methods it takes, and takes those; of an operation which there are."""

from __future__ import annotations

from typing import Any

import pytest
from desk import Desk, fresh
from one_of_each import reader

from fhir.claims import CLAIMS
from fhir.interactions.addresses import allowed

pytest_plugins = ["desk_fixture", "claims_fixture"]
EVERY = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
PLACES = (
    "", "/_search", "/_history", "/{id}", "/{id}/_history", "/{id}/_history/1", "/$validate",
    "/{id}/$validate", "/{id}/$status",
)  # fmt: skip


def methods(header: str) -> set[str]:
    return set(header.split(", "))


@pytest.mark.parametrize("kind", [*CLAIMS, "Dragon"])
async def test_an_address_takes_what_it_says_it_allows_and_nothing_else(
    desk: Desk, there: dict[str, dict[str, Any]], kind: str
) -> None:
    resource = there.get(kind, {"resourceType": kind, "id": "x"})
    role = reader(kind) if kind in CLAIMS else "gp"
    for place in PLACES:
        path = f"/fhir/{kind}{place.format(id=resource['id'])}"
        options = await desk.ask(role, "OPTIONS", path)
        if not allowed(path):
            assert options.status_code == 404, path
            continue
        assert options.status_code == 204
        said = methods(options.headers["allow"])
        assert said == set(allowed(path))
        for method in EVERY:
            if method in said:
                continue
            by = "gp" if method == "DELETE" else role  # who may subscribe may delete that
            answer = await desk.ask(by, method, path, {} if method in EVERY[2:5] else None)
            assert answer.status_code == 405, (method, path, answer.text)
            assert methods(answer.headers["allow"]) == said


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/fhir", {"POST", "OPTIONS"}),
        ("/fhir/metadata", {"GET", "HEAD", "OPTIONS"}),
        ("/fhir/Task/x", {"GET", "HEAD", "PUT", "OPTIONS"}),
        ("/fhir/Subscription/x", {"GET", "HEAD", "PUT", "DELETE", "OPTIONS"}),
        ("/fhir/Practitioner", {"GET", "HEAD", "OPTIONS"}),
        ("/fhir/Subscription/x/$events", {"GET", "HEAD", "POST", "OPTIONS"}),
    ],
)
async def test_options_names_the_methods_of_an_address(
    desk: Desk, path: str, said: set[str]
) -> None:
    answer = await desk.ask("gp", "OPTIONS", path)
    assert (answer.status_code, methods(answer.headers["allow"])) == (204, said)
    refused = await desk.ask("gp", "PATCH", path, {})
    assert (refused.status_code, methods(refused.headers["allow"])) == (405, said)


async def test_head_says_all_but_the_body(desk: Desk) -> None:
    sent = await desk.refer(fresh("elv-low"))
    path = f"/fhir/Patient/{sent.id_of('Patient')}"
    for one in (path, f"{path}/_history", "/fhir/Task?_count=1", "/fhir/metadata"):
        read, head = await desk.ask("gp", "GET", one), await desk.ask("gp", "HEAD", one)
        assert (head.status_code, head.content) == (200, b"")
        assert head.headers.get("etag") == read.headers.get("etag")
        assert head.headers["content-type"] == read.headers["content-type"]
    missed = await desk.ask("transfer-nurse", "HEAD", path)
    assert (missed.status_code, missed.content) == (404, b"")


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(
    "path",
    ["$export", "Patient/$everything", "Patient/x/$everything", "Task/x/$status", "Patient/$x-9"],
)
async def test_an_operation_that_is_not_done_is_refused_with_those_that_are(
    desk: Desk, method: str, path: str
) -> None:
    answer = await desk.ask("gp", method, f"/fhir/{path}", {} if method == "POST" else None)
    assert answer.status_code == 404
    (issue,) = answer.json()["issue"]
    assert issue["code"] == "not-supported"
    assert issue["details"]["coding"][0]["code"] == "operation-unknown"
    for one in ("$validate", "$status", "$events"):
        assert one in issue["diagnostics"]


async def test_a_body_that_is_too_large_is_told_how_large_it_may_be(desk: Desk) -> None:
    answer = await desk.ask("gp", "POST", "/fhir/Patient", b" " * 2_000_000)
    assert answer.status_code == 413
    (issue,) = answer.json()["issue"]
    assert "1048576 bytes" in issue["diagnostics"]
