"""The worklist in a real browser: it renews itself, keys reach it, and axe finds nothing."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from conftest import TokenFor
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from referrals import refer
from served import Served

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


@pytest.fixture(scope="session")
def browser(chromium: str, axe: Path) -> Iterator[Browser]:  # noqa: ARG001 - pages need their assets
    with sync_playwright() as playwright:
        one = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield one
        one.close()


class Complaints(list[str]):
    """What the browser complained of: a blocked script, a failed request, an error."""


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
def test_axe_finds_nothing_on_any_page(
    page: Page, context: BrowserContext, served: Served, token: TokenFor, axe: Path, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    referrals = [refer(served.url, token, kind) for kind in ("112", "elv-low", "human-triage")]
    page.goto(f"{served.url}/signin")
    assert violations(page, axe) == []
    page.get_by_label("Uw toegangscode").fill("onzin")
    context.on("page", lambda _: None)
    remember(context, served, token("coordinator"))
    for path in ("/worklist", "/offers", *(f"/referrals/{one}" for one in referrals)):
        page.goto(served.url + path)
        assert violations(page, axe) == [], path
    page.goto(f"{served.url}/referrals/{referrals[1]}")
    page.get_by_role("button", name="Vraag deze plek").first.click()
    assert violations(page, axe) == [], "a referral with an offer"
    page.goto(f"{served.url}/offers")
    assert violations(page, axe) == [], "the offers, as the desk sees them"
