"""The pages: who sees what, what a form does, and what a page never lets through."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from desk import Desk, first, fresh, without_answer

from coordination.gate import COOKIE
from coordination.web import words
from triage.need import Kind
from triage.urgency import Urgency

pytest_plugins = ["desk_fixture"]


@pytest.fixture(autouse=True)
def _forgetful(client: httpx.AsyncClient) -> Iterator[None]:
    """Each test, and every one after these, begins without a session."""
    yield
    client.cookies.clear()


def signed_in(desk: Desk, role: str, organisation: str | None = None) -> dict[str, str]:
    """What a browser sends of its own after signing in."""
    return {
        "cookie": f"{COOKIE}={desk.token(role, organisation)}",
        "accept": "text/html",
        "sec-fetch-site": "same-origin",
    }


async def page(desk: Desk, role: str, path: str, **more: Any) -> httpx.Response:
    return await desk.client.get(path, headers=signed_in(desk, role, **more))


async def send(
    desk: Desk, role: str, path: str, form: dict[str, str] | None = None, **more: Any
) -> httpx.Response:
    return await desk.client.post(path, data=form or {}, headers=signed_in(desk, role, **more))


async def test_a_good_token_signs_in_with_a_cookie_that_scripts_and_other_sites_can_not_use(
    desk: Desk,
) -> None:
    token = desk.token("coordinator")
    answer = await desk.client.post("/signin", data={"token": f"  Bearer {token}\n"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/worklist")
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith(f"{COOKIE}={token};")
    flags = {flag.strip().lower() for flag in cookie.split(";")[1:]}
    assert flags == {"httponly", "path=/", "samesite=strict"}


async def test_over_https_the_cookie_stays_there(desk: Desk) -> None:
    url = "https://naober.test/signin"
    answer = await desk.client.post(url, data={"token": desk.token("provider")})
    assert answer.headers["location"] == "/offers"
    assert "; secure" in answer.headers["set-cookie"].lower()


@pytest.mark.parametrize("given", ["", "onzin", "a.b.c", "é" * 5000])
async def test_a_bad_token_is_told_in_plain_words_and_sets_nothing(desk: Desk, given: str) -> None:
    answer = await desk.client.post("/signin", data={"token": given})
    assert answer.status_code == 422
    assert "Deze code klopt niet" in answer.text
    assert "set-cookie" not in answer.headers


async def test_another_site_can_not_sign_someone_in(desk: Desk) -> None:
    answer = await desk.client.post(
        "/signin",
        data={"token": desk.token("gp")},
        headers={"sec-fetch-site": "cross-site"},
    )
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


async def test_signing_out_forgets_the_session(desk: Desk) -> None:
    answer = await send(desk, "gp", "/signout")
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/signin")
    assert re.search(rf"{COOKIE}=[^;]*;.*Max-Age=0", answer.headers["set-cookie"])


@pytest.mark.parametrize("path", ["/", "/worklist", "/offers", "/referrals/" + "0" * 32])
async def test_who_is_not_signed_in_is_sent_to_the_form(desk: Desk, path: str) -> None:
    answer = await desk.client.get(path, headers={"accept": "text/html"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/signin")


async def test_a_page_that_renews_itself_after_the_session_goes_to_the_form_as_a_whole(
    desk: Desk,
) -> None:
    answer = await desk.client.get("/signin", headers={"hx-request": "true"})
    assert answer.headers["hx-redirect"] == "/signin"


@pytest.mark.parametrize(
    ("role", "where"),
    [("coordinator", "/worklist"), ("gp", "/worklist"), ("provider", "/offers")],
)
async def test_the_first_page_is_where_ones_work_is(desk: Desk, role: str, where: str) -> None:
    answer = await page(desk, role, "/")
    assert (answer.status_code, answer.headers["location"]) == (303, where)


async def test_a_role_without_pages_is_told_so(desk: Desk) -> None:
    answer = await page(desk, "analyst", "/")
    assert answer.status_code == 200
    assert "Nog geen pagina" in answer.text


async def test_the_desk_sees_each_referral_with_its_urgency_in_words(desk: Desk) -> None:
    sent = await desk.refer(fresh("grz"))
    found = await row(desk, "coordinator", sent.id)
    assert found is not None
    for text in ("U4 - binnen 24 uur", "Revalidatie voor ouderen (GRZ)", "advies klaar", "Assen"):
        assert text in found
    assert "Voorbeeld" not in found, "the list names nobody"


async def row(desk: Desk, role: str, referral: str) -> str | None:
    """The line of a referral on the pages of the list, or None."""
    path = "/worklist"
    while True:
        text = (await page(desk, role, path)).text
        line = re.search(rf'<tr[^>]*id="r-{referral}".*?</tr>', text, re.DOTALL)
        following = re.search(r'href="(/worklist\?next=[^"]+)" rel="next"', text)
        if line or not following:
            return line and line[0]
        path = following[1]


async def test_the_list_says_how_many_places_are_free_now(desk: Desk) -> None:
    sent = await desk.refer(fresh("elv-high"))
    listed = (await desk.get("/api/worklist?size=200"))["items"]
    places = next(one["places"] for one in listed if one["referral"] == sent.id)
    assert places > 0
    assert re.search(rf"number\">{places}</td>", await row(desk, "coordinator", sent.id) or "")


async def test_a_page_holds_twenty_and_leads_to_the_next(desk: Desk) -> None:
    for _ in range(21):
        await desk.refer(fresh("nursing-planned"))
    text = (await page(desk, "coordinator", "/worklist")).text
    assert len(re.findall(r'<tr [^>]*id="r-', text)) == 20
    assert 'rel="next"' in text


async def test_a_gp_sees_only_its_own(desk: Desk) -> None:
    own, other = (
        await desk.refer(fresh("respite")),
        await desk.refer(fresh("respite"), "transfer-nurse"),
    )
    assert await row(desk, "gp", own.id)
    assert await row(desk, "gp", other.id) is None
    assert (await page(desk, "gp", f"/referrals/{own.id}")).status_code == 200
    hidden = await page(desk, "gp", f"/referrals/{other.id}")
    assert hidden.status_code == 404
    assert "Voorbeeld" not in hidden.text


async def test_a_gp_sees_no_places_and_can_not_ask_for_one(desk: Desk) -> None:
    sent = await desk.refer(fresh("elv-low"))
    service = (await desk.matches(sent.id))[0]["service"]
    text = (await page(desk, "gp", f"/referrals/{sent.id}")).text
    assert "Vraag deze plek" not in text
    refused = await send(desk, "gp", f"/referrals/{sent.id}/offers", {"service": service})
    assert refused.status_code == 403


async def test_a_provider_can_not_see_the_worklist(desk: Desk) -> None:
    answer = await page(desk, "provider", "/worklist")
    assert answer.status_code == 403
    assert "U mag deze pagina niet gebruiken" in answer.text
    assert 'id="r-' not in answer.text


async def test_the_same_person_twice_is_marked(desk: Desk) -> None:
    bundle = fresh("observation")
    number = next(
        one["value"] for one in first(bundle, "Patient")["identifier"] if one["value"][:4] == "9999"
    )
    once = await desk.refer(bundle)
    again = await desk.refer(fresh("elv-low", number), "transfer-nurse")
    assert "zelfde persoon" in (await row(desk, "coordinator", once.id) or "")
    text = (await page(desk, "coordinator", f"/referrals/{once.id}")).text
    assert f"/referrals/{again.id}" in text
    assert f"/referrals/{again.id}" not in (await page(desk, "gp", f"/referrals/{once.id}")).text


async def test_an_advice_stands_there_with_its_reasons_and_what_it_is_not(desk: Desk) -> None:
    sent = await desk.refer(fresh("elv-high"))
    advice = (await desk.get(f"/api/referrals/{sent.id}"))["advice"]
    text = (await page(desk, "coordinator", f"/referrals/{sent.id}")).text
    assert advice["reasons"]
    for reason in advice["reasons"]:
        assert reason["rule"] in text
        assert reason["source"].partition("&")[0] in text
    assert "Naober adviseert. Een professional beslist." in text
    assert "nog niet door artsen ondertekend" in text
    assert "snel plek" in text, "the parts of the score"
    assert "andere plekken niet" in text


async def test_open_questions_are_asked_and_no_place_is_offered(desk: Desk) -> None:
    bundle = fresh("elv-low")
    without_answer(bundle, "stay-needed")
    sent = await desk.refer(bundle)
    advice = (await desk.get(f"/api/referrals/{sent.id}"))["advice"]
    assert advice["status"] == "provisional"
    text = (await page(desk, "coordinator", f"/referrals/{sent.id}")).text
    assert "Dit advies is voorlopig" in text
    assert all(question["text"][:20] in text for question in advice["questions"])


async def test_112_is_a_stop_screen(desk: Desk) -> None:
    sent = await desk.refer(fresh("112"))
    text = (await page(desk, "coordinator", f"/referrals/{sent.id}")).text
    assert '<a href="tel:112">Bel 112</a>' in text
    assert "Vraag deze plek" not in text


async def test_a_name_is_text_whatever_it_holds(desk: Desk) -> None:
    bundle = fresh("elv-low")
    name = first(bundle, "Patient")["name"][0]
    name["family"] = "<script>alert(1)</script>\"'&"
    name.pop("text", None)
    name.pop("_family", None)
    sent = await desk.refer(bundle)
    text = (await page(desk, "coordinator", f"/referrals/{sent.id}")).text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    assert "<script>alert" not in text


@pytest.mark.parametrize("path", ["/signin", "/worklist", "/nergens"])
async def test_no_page_runs_scripts_or_styles_of_others_or_of_its_own_text(
    desk: Desk, path: str
) -> None:
    answer = await page(desk, "coordinator", path)
    policy = answer.headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert answer.headers.get("cache-control") == "no-store" or path == "/nergens"
    assert not re.search(r"<script(?![^>]* src=)|<style| style=| on[a-z]+=|https?://", answer.text)


async def test_a_place_is_asked_accepted_and_filled_by_forms_alone(desk: Desk) -> None:
    sent = await desk.refer(fresh("elv-low"))
    here = f"/referrals/{sent.id}"
    match = (await desk.matches(sent.id))[0]
    asked = await send(desk, "coordinator", f"{here}/offers", {"service": match["service"]})
    assert (asked.status_code, asked.headers["location"]) == (303, f"{here}?said=offered")
    shown = await page(desk, "coordinator", f"{here}?said=offered")
    assert "De plek is gevraagd" in shown.text

    own = {"organisation": match["organisation"]}
    offer = (await desk.get(f"/api/referrals/{sent.id}"))["offers"][0]["id"]
    offers = (await page(desk, "provider", "/offers", **own)).text
    assert offer in offers
    assert "Voorbeeld-" not in offers, "nobody is named before the place is promised"
    assert (await page(desk, "provider", here, **own)).status_code == 404

    assert (await send(desk, "provider", f"/offers/{offer}/accept", **own)).status_code == 303
    assert "Voorbeeld-" in (await page(desk, "provider", here, **own)).text
    assert (await send(desk, "provider", f"/offers/{offer}/start", **own)).status_code == 303
    assert (await desk.get(f"/api/referrals/{sent.id}"))["state"] == "placed"


async def test_declining_asks_for_a_reason_and_withdrawing_frees_the_place(desk: Desk) -> None:
    sent = await desk.refer(fresh("elv-high"))
    here = f"/referrals/{sent.id}"
    offer = await desk.offered(sent.id)
    own = {"organisation": offer["organisation"]}
    path = f"/offers/{offer['id']}/decline"
    assert (await send(desk, "provider", path, {"reason": ""}, **own)).status_code == 422
    assert (await send(desk, "provider", path, {"reason": "other"}, **own)).status_code == 303

    second = await desk.offered(sent.id)
    gone = await send(desk, "coordinator", f"{here}/offers/{second['id']}/withdraw")
    assert gone.headers["location"] == f"{here}?said=withdrawn"
    late = await send(
        desk,
        "provider",
        f"/offers/{second['id']}/accept",
        organisation=second["organisation"],
    )
    assert late.status_code == 409
    assert "Er is intussen iets veranderd" in late.text

    ended = await send(desk, "coordinator", f"{here}/cancel", {"reason": "no-longer-needed"})
    assert ended.headers["location"] == f"{here}?said=cancelled"
    assert (await desk.get(f"/api/referrals/{sent.id}"))["state"] == "cancelled"
    again = await send(desk, "coordinator", f"{here}/cancel", {"reason": "verzonnen"})
    assert again.status_code == 422


async def test_a_full_service_is_refused_in_words_with_a_way_back(desk: Desk) -> None:
    sent = await desk.refer(fresh("respite"))
    match = (await desk.matches(sent.id))[0]
    await desk.room(match["service"], 0)
    answer = await send(
        desk, "coordinator", f"/referrals/{sent.id}/offers", {"service": match["service"]}
    )
    await desk.room(match["service"], 2)
    assert answer.status_code == 409
    assert "Er is geen bed vrij" in answer.text
    assert f'href="/referrals/{sent.id}"' in answer.text


@pytest.mark.parametrize("form", [{}, {"service": "geen-id"}])
async def test_a_form_that_lacks_something_says_so(desk: Desk, form: dict[str, str]) -> None:
    sent = await desk.refer(fresh("elv-low"))
    answer = await send(desk, "coordinator", f"/referrals/{sent.id}/offers", form)
    assert answer.status_code == 400
    assert "Niet alles is ingevuld" in answer.text


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
async def test_a_form_on_another_site_does_nothing(desk: Desk, site: str) -> None:
    sent = await desk.refer(fresh("elv-low"))
    headers = signed_in(desk, "coordinator") | {"sec-fetch-site": site}
    path = f"/referrals/{sent.id}/cancel"
    answer = await desk.client.post(path, data={"reason": "other"}, headers=headers)
    assert answer.status_code in {303, 403}
    assert "said" not in answer.headers.get("location", "")
    assert (await desk.get(f"/api/referrals/{sent.id}"))["state"] == "triaged"


async def test_files_are_kept_by_their_fingerprint_and_asked_for_by_name_only(desk: Desk) -> None:
    sheet = re.search(
        r'href="(/static/naober\.css\?v=\w+)"', (await desk.client.get("/signin")).text
    )
    assert sheet
    found = await desk.client.get(sheet[1])
    assert found.headers["content-type"].startswith("text/css")
    assert "immutable" in found.headers["cache-control"]
    plain = await desk.client.get("/static/naober.css")
    assert plain.headers["cache-control"] == "no-cache"
    same = {"if-none-match": found.headers["etag"]}
    assert (await desk.client.get("/static/naober.css", headers=same)).status_code == 304


@pytest.mark.parametrize(
    "path",
    ["../pages.py", "%2e%2e/pages.py", "..%2fpages.py", "vendor/stamp", "niets.css", "/etc/passwd"],
)
async def test_nothing_but_the_files_of_the_pages_is_served(desk: Desk, path: str) -> None:
    answer = await desk.client.get(f"/static/{path}")
    assert answer.status_code in {401, 404}
    assert "import" not in answer.text


def test_there_is_a_word_for_every_kind_and_every_class() -> None:
    assert words.KIND.keys() >= {kind.value for kind in Kind}
    assert words.URGENCY.keys() == {urgency.value for urgency in Urgency}
