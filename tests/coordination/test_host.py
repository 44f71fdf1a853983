"""Links lead to where others reach the service, and no header puts another address in them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, cast

import httpx
import msgspec
import pytest
from desk import Desk, fresh

from coordination.app import Service
from coordination.errors import Refused, Wrong
from coordination.host import check_host
from coordination.settings import Settings, SettingsError, read

pytest_plugins = ["desk_fixture"]
PUBLIC = "https://zorg.example/naober"


@pytest.fixture(scope="module")
async def public(settings: Settings, url: str) -> AsyncIterator[httpx.AsyncClient]:
    """A process that knows where others reach it."""
    named = msgspec.structs.replace(settings, public_url=f"{PUBLIC}/", pool=2)
    service = Service(named, url)
    transport = httpx.ASGITransport(app=cast("Any", service.app), raise_app_exceptions=False)
    async with (
        service.parts.live.running(),
        httpx.AsyncClient(transport=transport, base_url="http://inside.test") as client,
    ):
        yield client
    await service.parts.database.close()


@pytest.mark.parametrize(
    "host",
    ["naober.example", "naober.example:8443", "127.0.0.1:8080", "[::1]", "[::1]:8080", "a_b", "x."],
)
def test_a_host_is_a_name_or_an_address_with_or_without_a_port(host: str) -> None:
    check_host([(b"accept", b"*/*"), (b"host", host.encode())])


@pytest.mark.parametrize(
    "host",
    [
        "", " ", "a b", "evil.example/x", "user@evil.example", 'a"b', "a<b", "a:b", "a:1:2", "::1",
        "[::1", "a?x", "a#x", "a,b", "a:123456", ".a", "-a", "x" * 300, "é.example", "a\r\nx: y",
    ],
)  # fmt: skip
def test_what_is_no_host_is_refused(host: str) -> None:
    with pytest.raises(Refused) as refused:
        check_host([(b"host", host.encode())])
    assert (refused.value.wrong, refused.value.code) == (Wrong.INVALID, "host")


def test_a_host_stands_there_once_or_not_at_all() -> None:
    check_host([])
    with pytest.raises(Refused):
        check_host([(b"host", b"a.example"), (b"host", b"a.example")])


@pytest.mark.parametrize("path", ["/fhir/Task", "/fhir/metadata", "/api/worklist", "/"])
async def test_a_request_with_no_right_host_is_not_looked_at(desk: Desk, path: str) -> None:
    answer = await desk.ask("gp", "GET", path, headers={"host": 'evil.example/"x'})
    assert answer.status_code == 400
    assert "evil" not in answer.text + str(answer.headers)


async def test_without_a_setting_links_begin_as_the_request_calls_it(desk: Desk) -> None:
    headers = {"host": "zorg.example:8443"}
    found = (await desk.ask("gp", "GET", "/fhir/HealthcareService", headers=headers)).json()
    links = [one["url"] for one in (*found["link"],)] + [one["fullUrl"] for one in found["entry"]]
    assert len(links) > 2
    assert {link.split("/fhir/")[0] for link in links} == {"http://zorg.example:8443"}


async def test_with_it_every_link_begins_with_it(desk: Desk, public: httpx.AsyncClient) -> None:
    headers = {"host": "evil.example", "x-forwarded-host": "evil.example", "forwarded": "host=evil"}
    patient = {"resourceType": "Patient", "gender": "female"}
    form = {"content-type": "application/x-www-form-urlencoded"}
    search = {"request": {"method": "GET", "url": "Task?_count=1"}}
    made = await desk.ask("gp", "POST", "/fhir/Patient", patient, headers=headers, client=public)
    for _ in range(2):
        await desk.refer(fresh("elv-low"), client=public)
    asked = [
        made,
        await desk.ask("gp", "GET", "/fhir/Task?_count=1", headers=headers, client=public),
        await desk.ask(
            "gp", "POST", "/fhir/Task/_search", b"_count=1", headers=headers | form, client=public
        ),
        await desk.ask("gp", "GET", "/fhir/Task/_history?_count=1", headers=headers, client=public),
        await desk.ask("gp", "GET", "/fhir/metadata", headers=headers, client=public),
        await desk.ask(
            "gp", "POST", "/fhir", {"resourceType": "Bundle", "type": "batch", "entry": [search]},
            headers=headers, client=public,
        ),
    ]  # fmt: skip
    for answer in asked:
        assert answer.status_code in {200, 201}, answer.text
        assert "evil" not in answer.text + str(answer.headers)
    assert made.headers["location"].startswith(f"{PUBLIC}/fhir/Patient/")
    page = asked[1].json()
    links = [*(one["url"] for one in page["link"]), page["entry"][0]["fullUrl"]]
    assert len(links) == 3
    assert all(link.startswith(f"{PUBLIC}/fhir/Task") for link in links)
    following = page["link"][1]["url"].removeprefix(PUBLIC)
    assert (await desk.ask("gp", "GET", following, client=public)).status_code == 200
    assert asked[4].json()["implementation"]["url"] == f"{PUBLIC}/fhir"


async def test_a_session_keeps_to_https_where_others_reach_it_so(
    desk: Desk, public: httpx.AsyncClient
) -> None:
    for client, safe in ((public, True), (desk.client, False)):
        answer = await client.post("/signin", data={"token": desk.token("coordinator", None)})
        assert answer.status_code == 303
        assert ("; secure" in answer.headers["set-cookie"].lower()) is safe


@pytest.mark.parametrize(
    ("address", "right"),
    [
        ("", True), (PUBLIC, True), ("https://zorg.example/", True), ("http://127.0.0.1:80", True),
        ("zorg.example", False), ("ftp://zorg.example", False), ("https://", False),
        ("https://a b", False), ("https://x@zorg.example", False), ("https://a.example?x", False),
    ],
)  # fmt: skip
def test_the_setting_is_an_address(address: str, right: bool) -> None:  # noqa: FBT001 - a table
    if right:
        assert read({"NAOBER_PUBLIC_URL": address}).public_url == address
        return
    with pytest.raises(SettingsError, match="NAOBER_PUBLIC_URL"):
        read({"NAOBER_PUBLIC_URL": address})
