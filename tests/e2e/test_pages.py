"""The worklist in a real browser: it renews itself, keys reach it, and axe finds nothing."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from conftest import TokenFor
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from referrals import refer
from served import Served, serving

from coordination.gate import COOKIE
from coordination.web import assets

pytest_plugins = ["served_fixture"]
pytestmark = pytest.mark.browser

CHROMIUMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WAIT = 10_000  # milliseconds
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def left_out(reason: str) -> None:
    """Leaves the test out with a reason; where CI=true that is a failure."""
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def chromium() -> str:
    found = next(filter(None, map(shutil.which, CHROMIUMS)), None)
    if not found:
        left_out("no Chromium here (Debian: apt-get install chromium)")
    assert found
    return found


@pytest.fixture(scope="session")
def axe() -> Path:
    if not assets.up_to_date():
        left_out("no assets here (python -m coordination.web.assets)")
    return assets.AXE


@pytest.fixture(scope="module")  # it runs a loop of its own, in which no other test can wait
def browser(chromium: str, axe: Path) -> Iterator[Browser]:  # noqa: ARG001 - pages need their assets
    with sync_playwright() as playwright:
        one = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield one
        one.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    one = browser.new_context(locale="nl-NL", viewport={"width": 1280, "height": 800})
    one.set_default_timeout(WAIT)
    yield one
    one.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A page of which the browser itself may not complain."""
    complaints: list[str] = []
    one = context.new_page()
    one.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    one.on("pageerror", lambda error: complaints.append(str(error)))
    yield one
    assert complaints == []


def sign_in(page: Page, served: Served, token: str) -> None:
    page.goto(f"{served.url}/signin")
    page.get_by_label("Uw toegangscode").fill(token)
    page.get_by_role("button", name="Log in").click()


def remember(context: BrowserContext, served: Served, token: str) -> None:
    """Signs in without the form."""
    context.add_cookies([{"name": COOKIE, "value": token, "url": served.url}])


def violations(page: Page, axe: Path) -> list[str]:
    """What axe finds against WCAG 2.2 AA, with the elements."""
    page.evaluate(axe.read_text())  # by the debugger, which the page's own policy does not bind
    found: dict[str, Any] = page.evaluate(
        "tags => axe.run({runOnly: {type: 'tag', values: tags}})", WCAG
    )
    return [
        f"{one['id']}: {one['help']}: {[node['html'][:200] for node in one['nodes']]}"
        for one in found["violations"]
    ]


def test_a_coordinator_signs_in_and_sees_who_waits(
    page: Page, served: Served, token: TokenFor
) -> None:
    referral = refer(served.url, token, "seh", "Verzonnen-Browser")
    sign_in(page, served, token("coordinator"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Werklijst")
    line = page.locator(f"#r-{referral}")
    expect(line).to_contain_text("U2 - binnen 1 uur")
    expect(line).to_contain_text("Spoedeisende hulp (SEH)")
    line.get_by_role("link").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Spoedeisende hulp (SEH)")
    expect(page.get_by_text("Verzonnen-Browser")).to_be_visible()


def test_a_referral_appears_without_reloading_and_keeps_the_focus(
    page: Page, context: BrowserContext, served: Served, token: TokenFor
) -> None:
    first = refer(served.url, token, "seh")
    remember(context, served, token("coordinator"))
    with page.expect_response(lambda answer: "/events" in answer.url):
        page.goto(f"{served.url}/worklist")
    page.evaluate("window.same = true")
    link = page.locator(f"#r-{first} a")
    link.focus()
    second = refer(served.url, token, "112")
    expect(page.locator(f"#r-{second}")).to_contain_text("U1 - direct, levensgevaar")
    expect(page.locator("#sum")).to_contain_text("U1 - direct, levensgevaar")
    assert page.evaluate("window.same") is True, "the page was not loaded again"
    expect(link).to_be_focused()


def test_the_places_on_the_list_follow_what_is_reported(
    page: Page, context: BrowserContext, served: Served, token: TokenFor
) -> None:
    referral = refer(served.url, token, "elv-high")
    remember(context, served, token("coordinator"))
    headers = {"authorization": f"Bearer {token('coordinator')}"}
    at = f"{served.url}/api/referrals/{referral}/matches"
    match = httpx.get(at, headers=headers).json()["matches"][0]
    with page.expect_response(lambda answer: "/events" in answer.url):
        page.goto(f"{served.url}/worklist")
    places = page.locator(f"#r-{referral} .number")
    before = int(places.inner_text())
    own = {"authorization": f"Bearer {token('provider', match['organisation'])}"}
    service = f"{served.url}/api/capacity/{match['service']}"
    now = httpx.get(service, headers=own)
    full = {"unit": "bed", "staffed": 1, "occupied": 1, "closed": 0} | {
        "as_of": datetime.now(UTC).isoformat(),
        "valid_until": (datetime.now(UTC) + timedelta(hours=8)).isoformat(),
    }
    given = own | {"if-match": now.headers["etag"]}
    httpx.put(service, json=full, headers=given).raise_for_status()
    expect(places).to_have_text(str(before - 1))


def test_an_open_referral_follows_what_happens_to_it(
    page: Page, context: BrowserContext, served: Served, token: TokenFor
) -> None:
    referral = refer(served.url, token, "elv-low")
    remember(context, served, token("coordinator"))
    with page.expect_response(lambda answer: "/events" in answer.url):
        page.goto(f"{served.url}/referrals/{referral}")
    page.get_by_text("Waarop dit steunt").first.click()
    page.get_by_role("button", name="Vraag deze plek").first.click()
    expect(page.get_by_text("De plek is gevraagd")).to_be_visible()
    expect(page.locator("#sum")).to_contain_text("plek gevraagd")
    page.get_by_text("Waarop dit steunt").first.click()

    headers = {"authorization": f"Bearer {token('coordinator')}"}
    at = f"{served.url}/api/referrals/{referral}"
    offer = httpx.get(at, headers=headers).json()["offers"][0]["id"]
    httpx.post(f"{served.url}/api/offers/{offer}/withdraw", headers=headers).raise_for_status()
    expect(page.locator("#sum")).to_contain_text("advies klaar")
    expect(page.locator("details[open]").first).to_be_visible()


def test_a_page_says_so_when_it_can_not_be_renewed(
    context: BrowserContext, url: str, keys_file: Path, token: TokenFor
) -> None:
    with serving(url, keys_file) as other:
        remember(context, other, token("coordinator"))
        page = context.new_page()
        with page.expect_response(lambda answer: "/events" in answer.url):
            page.goto(f"{other.url}/worklist")
        expect(page.locator("#line")).to_be_empty()
        other.process.terminate()
        other.process.wait(8)
        expect(page.locator("#line")).to_contain_text("Wat u ziet kan oud zijn")
        expect(page.locator("#list")).to_be_visible()


def test_keys_alone_reach_the_first_referral(
    page: Page, context: BrowserContext, served: Served, token: TokenFor
) -> None:
    refer(served.url, token, "112")
    remember(context, served, token("coordinator"))
    page.goto(f"{served.url}/worklist")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Naar de inhoud")).to_be_focused()
    page.keyboard.press("Enter")
    first = page.locator("#list tbody a").first
    for _ in range(4):
        page.keyboard.press("Tab")
        if first.evaluate("link => link === document.activeElement"):
            break
    expect(first).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Bel 112")).to_have_attribute("href", "tel:112")


def test_without_scripts_everything_is_there(
    browser: Browser, served: Served, token: TokenFor
) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    sign_in(page, served, token("coordinator"))
    referral = refer(served.url, token, "112")
    page.get_by_role("link", name="Vernieuw").click()
    expect(page.locator(f"#r-{referral}")).to_be_visible()
    page.locator(f"#r-{referral} a").click()
    page.get_by_label("Waarom").select_option("no-longer-needed")
    page.get_by_role("button", name="Trek in").click()
    expect(page.get_by_text("De verwijzing is ingetrokken.")).to_be_visible()
    context.close()


@pytest.mark.parametrize("width", [1280, 360])
def test_axe_finds_nothing_on_the_pages_of_the_desk(
    page: Page, context: BrowserContext, served: Served, token: TokenFor, axe: Path, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    referrals = [refer(served.url, token, kind) for kind in ("112", "elv-low", "human-triage")]
    page.goto(f"{served.url}/signin")
    assert violations(page, axe) == []
    remember(context, served, token("coordinator"))
    for path in ("/worklist", "/offers", *(f"/referrals/{one}" for one in referrals)):
        page.goto(served.url + path)
        assert violations(page, axe) == [], path
    page.goto(f"{served.url}/referrals/{referrals[1]}")
    page.get_by_role("button", name="Vraag deze plek").first.click()
    assert violations(page, axe) == [], "a referral with an offer"


def test_axe_finds_nothing_on_the_pages_of_a_provider(
    context: BrowserContext, served: Served, token: TokenFor, axe: Path
) -> None:
    referral = refer(served.url, token, "grz")
    headers = {"authorization": f"Bearer {token('coordinator')}"}
    at = f"{served.url}/api/referrals/{referral}"
    match = httpx.get(f"{at}/matches", headers=headers).json()["matches"][0]
    asked = {"service": match["service"]}
    offer = httpx.post(f"{at}/offers", headers=headers, json=asked).json()["id"]
    remember(context, served, token("provider", match["organisation"]))
    page = context.new_page()
    page.goto(f"{served.url}/offers")
    card = page.locator(f"#o-{offer}")
    expect(card).to_contain_text("U4 - binnen 24 uur")
    assert violations(page, axe) == []
    card.get_by_role("button", name="Zeg de plek toe").click()
    page.locator(f"#o-{offer}").get_by_role("link").click()
    expect(page.get_by_role("heading", name="Persoon en vraag")).to_be_visible()
    assert violations(page, axe) == [], "the person, once promised"
    page.goto(f"{served.url}/worklist")
    expect(page.get_by_role("alert")).to_contain_text("U mag deze pagina niet gebruiken")
    assert violations(page, axe) == [], "a refusal"
