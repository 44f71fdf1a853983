"""A professional confirms one unknown fact, by value and role: it frees that fact and no other."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import msgspec
import pytest
from desk import Desk, Sent, form, fresh, without_answer, yes_or_no
from professionals import Professionals

from coordination.auth.keys import Keys
from coordination.demo.region import Region
from coordination.errors import Refused
from coordination.referrals.confirming import ROLES, value_of
from fhir.picture.facts import FACT
from triage.picture import FACTS, FIELD_OF_LINK, Origin, Picture
from triage.span import Span

pytest_plugins = ["desk_fixture"]
FLAG = "red-flag.chest-pain"


@pytest.fixture(scope="module")
async def people(desk: Desk, region: Region, keys: Keys) -> Professionals:
    return Professionals(desk, region, keys)


async def unasked(desk: Desk, kind: str = "elv-low") -> Sent:
    """A referral in which nobody told of red flags."""
    bundle = fresh(kind)
    without_answer(bundle, "red-flags-none")
    return await desk.refer(bundle)


async def confirm(desk: Desk, sent: Sent, who: str = "gp", **body: Any) -> httpx.Response:
    whole = {"fact": FLAG, "value": False, "role": "gp"} | body
    return await desk.ask(who, "POST", f"/api/referrals/{sent.id}/confirmations", whole)


async def confirmed(desk: Desk, sent: Sent, **body: Any) -> dict[str, Any]:
    answer = await confirm(desk, sent, **body)
    assert answer.status_code == 200, answer.text
    advice: dict[str, Any] = answer.json()
    return advice


async def pictures(desk: Desk, sent: Sent) -> list[Picture]:
    rows = await desk.rows(
        "SELECT picture::text FROM advice WHERE referral_id = $1 ORDER BY id", UUID(sent.id)
    )
    return [msgspec.json.decode(row["picture"], type=Picture) for row in rows]


def asked(advice: dict[str, Any]) -> set[str]:
    return {one["fact"] for one in advice["questions"]}


async def test_a_confirmation_frees_one_fact_and_nothing_else(desk: Desk) -> None:
    sent = await unasked(desk)
    before = (await desk.get(f"/api/referrals/{sent.id}"))["advice"]
    advice = await confirmed(desk, sent, role="gp", reason="seen-in-person")
    assert asked(before) - asked(advice) == {FLAG}
    assert advice["status"] == "provisional"
    was, now = await pictures(desk, sent)
    field = FIELD_OF_LINK[FLAG]
    assert {one for one in FACTS if getattr(was, one) != getattr(now, one)} == {field}
    assert getattr(now, field) is False
    assert {one for one in now.origins if was.origins.get(one) != now.origins[one]} == {field}
    origin = now.origins[field]
    assert origin.source.startswith("Confirmation/")
    assert origin.by == "gp"
    assert origin.observed is not None


async def test_who_confirmed_what_in_which_role_is_told_without_its_value(desk: Desk) -> None:
    sent = await unasked(desk)
    name = uuid4().hex
    answer = await desk.ask(
        "coordinator",
        "POST",
        f"/api/referrals/{sent.id}/confirmations",
        {"fact": FLAG, "value": False, "role": "triagist", "reason": "asked-by-phone"},
        headers={"x-request-id": name},
    )
    assert answer.status_code == 200
    (row,) = await desk.rows("SELECT * FROM audit WHERE request_id = $1", name)
    assert (row["action"], row["actor"]) == ("confirm-fact", "demo-coordinator")
    detail = msgspec.json.decode(row["detail"])
    assert row["entity"] == f"confirmation/{detail['confirmation']}"
    assert (detail["fact"], detail["role"], detail["reason"]) == (
        FLAG,
        "triagist",
        "asked-by-phone",
    )
    assert "value" not in detail
    event = (await desk.get(f"/api/referrals/{sent.id}"))["history"][-1]
    assert (event["event"], event["role"]) == ("confirm-fact", "coordinator")
    _, now = await pictures(desk, sent)
    assert now.origins[FIELD_OF_LINK[FLAG]].source == f"Confirmation/{detail['confirmation']}"


async def test_once_every_question_is_confirmed_a_place_is_offered(desk: Desk) -> None:
    sent = await unasked(desk)
    shown = await desk.get(f"/api/referrals/{sent.id}")
    assert (shown["status"], shown["state"]) == ("provisional", "needs-info")
    advice = shown["advice"]
    while advice["questions"]:
        fact = advice["questions"][0]["fact"]
        advice = await confirmed(desk, sent, fact=fact)
    assert (advice["status"], advice["kind"]) == ("final", "elv-low")
    assert (await desk.get(f"/api/referrals/{sent.id}"))["state"] == "triaged"
    assert await desk.offered(sent.id)
    events = [one["event"] for one in (await desk.get(f"/api/referrals/{sent.id}"))["history"]]
    assert events[0] == "refer"
    assert events.count("confirm-fact") == len(events) - 2


async def test_a_vital_sign_that_grew_old_meanwhile_is_unknown_again(desk: Desk) -> None:
    sent = await unasked(desk)
    assert "pulse" not in asked((await desk.get(f"/api/referrals/{sent.id}"))["advice"])
    (was,) = await pictures(desk, sent)
    before = was.origins["pulse"]
    assert before.observed is not None
    old = Origin(before.source, before.observed - timedelta(hours=2), before.by)
    aged = msgspec.structs.replace(was, origins=was.origins | {"pulse": old})
    await desk.rows(
        "UPDATE advice SET picture = $2 WHERE referral_id = $1",
        UUID(sent.id),
        msgspec.json.encode(aged).decode(),
    )
    advice = await confirmed(desk, sent)
    assert FLAG not in asked(advice)
    assert "pulse" in asked(advice)
    assert "pulse" not in asked(await confirmed(desk, sent, fact="pulse", value=72))


async def test_a_red_flag_that_is_confirmed_raises_the_urgency(desk: Desk) -> None:
    sent = await unasked(desk)
    before = (await desk.get(f"/api/referrals/{sent.id}"))["urgency"]
    advice = await confirmed(desk, sent, value=True, role="nurse")
    assert advice["urgency"] < before
    assert (await desk.get(f"/api/referrals/{sent.id}"))["urgency"] == advice["urgency"]


@pytest.mark.parametrize("role", ROLES)
async def test_every_professional_role_denies_a_red_flag(desk: Desk, role: str) -> None:
    sent = await unasked(desk)
    assert FLAG not in asked(await confirmed(desk, sent, role=role))


@pytest.mark.parametrize("role", ["lay", "", "GP", "coordinator"])
async def test_nobody_confirms_who_is_no_professional(desk: Desk, role: str) -> None:
    sent = await unasked(desk)
    for value in (True, False):
        refused = await desk.ask(
            "gp",
            "POST",
            f"/api/referrals/{sent.id}/confirmations",
            {"fact": FLAG, "value": value, "role": role},
        )
        assert refused.status_code == 422
        assert [one["path"] for one in refused.json()["errors"]] == ["role"]
    assert len(await pictures(desk, sent)) == 1


@pytest.mark.parametrize(
    ("body", "element"),
    [
        ({"fact": "isolation"}, "fact"),  # a fact, and not asked
        ({"fact": "intended-destination", "value": "home"}, "fact"),
        ({"fact": "favourite-colour"}, "fact"),
        ({"fact": ""}, "fact"),
        ({"fact": "red_flag_chest_pain"}, "fact"),
        ({"value": 1}, "value"),
        ({"value": "no"}, "value"),
        ({"value": ["false"]}, "value"),
        ({"reason": "because"}, "reason"),
    ],
)
async def test_what_can_not_be_confirmed_is_refused_by_its_element(
    desk: Desk, body: dict[str, Any], element: str
) -> None:
    sent = await unasked(desk)
    before = await desk.counts()
    refused = await confirm(desk, sent, **body)
    assert refused.status_code == 422, refused.text
    assert [one["path"] for one in refused.json()["errors"]] == [element]
    assert await desk.counts() == before


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", {}, {"fact": FLAG, "role": "gp"}, {"fact": FLAG, "value": None,
     "role": "gp"}, {"fact": FLAG, "value": {}, "role": "gp"}, {"fact": FLAG, "value": False,
     "role": "gp", "by": "me"}],
)  # fmt: skip
async def test_a_confirmation_that_can_not_be_read_is_refused(desk: Desk, body: Any) -> None:
    sent = await unasked(desk)
    path = f"/api/referrals/{sent.id}/confirmations"
    assert (await desk.ask("gp", "POST", path, body)).status_code == 400


async def test_the_intended_destination_is_locked_once_it_is_told(desk: Desk) -> None:
    bundle = fresh("elv-low")
    without_answer(bundle, "intended-destination")
    sent = await desk.refer(bundle)
    await confirmed(desk, sent, fact="intended-destination", value="seh")
    refused = await confirm(desk, sent, fact="intended-destination", value="home")
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["message"].startswith("locked")


async def test_a_fact_is_confirmed_once_of_two_at_a_time(desk: Desk) -> None:
    sent = await unasked(desk)
    both = await asyncio.gather(confirm(desk, sent), confirm(desk, sent, "coordinator"))
    assert sorted(one.status_code for one in both) == [200, 422]
    assert len(await pictures(desk, sent)) == 2


async def test_who_may_not_answer_may_not_confirm(desk: Desk, people: Professionals) -> None:
    sent = await unasked(desk)
    assert (await confirm(desk, sent, "provider")).status_code == 403
    path = f"/api/referrals/{sent.id}/confirmations"
    body = {"fact": "favourite-colour", "value": False, "role": "gp"}
    strange = people.elsewhere("gp")
    assert (await people.ask("gp", path, body, organisation=strange)).status_code == 404
    away = frozenset({"nowhere"})
    assert (await people.ask("coordinator", path, body, subregions=away)).status_code == 404


async def test_what_has_ended_is_confirmed_no_more(desk: Desk) -> None:
    sent = await unasked(desk)
    path = f"/api/referrals/{sent.id}/cancel"
    assert (await desk.ask("gp", "POST", path, {"reason": "other"})).status_code == 200
    assert (await confirm(desk, sent)).status_code == 409


async def test_an_answer_of_a_lay_person_does_not_undo_a_confirmation(desk: Desk) -> None:
    sent = await unasked(desk)
    await confirmed(desk, sent, value=True)
    lay = {"linkId": "urgency-role", "answer": [{"valueCoding": {
        "system": "https://naober.example/fhir/CodeSystem/role", "code": "lay"}}]}  # fmt: skip
    path = f"/api/referrals/{sent.id}/answers"
    body = form(yes_or_no(FLAG, value=False), lay)
    assert (await desk.ask("gp", "POST", path, body)).status_code == 200
    assert getattr((await pictures(desk, sent))[-1], FIELD_OF_LINK[FLAG]) is True


def wrong(field: str, value: Any) -> str:
    with pytest.raises(Refused) as refused:
        value_of(FACT[field], value)
    (fault,) = refused.value.faults
    assert fault.path == "value"
    return fault.message


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("pulse", 300.5),
        ("pulse", -1),
        ("pulse", 1e300),
        ("pulse", True),
        ("pulse", "80"),
        ("temperature", 98.6),  # Fahrenheit
        ("age", 80.5),
        ("consciousness", "awake"),
        ("consciousness", True),
        ("sex", "x"),
        ("wlz_indication", ["none"]),
        ("equipment", "oxygen"),
        ("equipment", ["oxygen", "sauna"]),
        ("equipment", [["oxygen"]]),
        ("red_flag_stroke", 0.0),
        ("cfs", 3.5),
        ("barthel", 21),
        ("barthel", 7.5),
    ],
)
def test_a_value_that_is_none_of_the_fact_is_refused(field: str, value: Any) -> None:
    assert wrong(field, value)


@pytest.mark.parametrize(
    ("field", "value", "held"),
    [
        ("pulse", 80.0, 80),
        ("temperature", 38, 38.0),
        ("on_oxygen", True, True),
        ("sex", "female", "female"),
        ("consciousness", "A", "A"),
        ("equipment", ["oxygen", "infusion"], frozenset({"oxygen", "infusion"})),
        ("equipment", [], frozenset()),
        ("barthel", 12.0, Span(12, 12)),
    ],
)
def test_a_value_is_held_as_the_picture_holds_it(field: str, value: Any, held: Any) -> None:
    made = value_of(FACT[field], value)
    assert made == held
    whole = Picture(**{field: made})
    again = msgspec.json.decode(msgspec.json.encode(whole), type=Picture)
    assert getattr(again, field) == held


@pytest.mark.parametrize("field", FACTS)
def test_every_fact_has_a_value_that_can_be_confirmed(field: str) -> None:
    fact = FACT[field]
    options: list[Any] = [True, fact.low, "female"]
    if fact.codes is not None:
        options = [[next(iter(fact.codes)).value]] if fact.many else [next(iter(fact.codes)).value]
    held = []
    for option in options:
        try:
            held.append(value_of(fact, option))
        except Refused:
            continue
    assert len(held) == 1
    msgspec.json.decode(msgspec.json.encode(Picture(**{field: held[0]})), type=Picture)
