"""Several services asked at once: who accepts first has the person, and nothing stays held."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest
from desk import Desk, bsn, fresh

pytest_plugins = ["desk_fixture"]
NOWHERE = "0190a0a0-0000-7000-8000-000000000000"


async def ask(desk: Desk, referral: str, services: list[str], **more: Any) -> httpx.Response:
    body = {"services": services} | more
    return await desk.ask("coordinator", "POST", f"/api/referrals/{referral}/offers", body)


async def state(desk: Desk, referral: str) -> str:
    return str((await desk.get(f"/api/referrals/{referral}"))["state"])


async def test_several_are_asked_at_once_in_the_order_given(desk: Desk) -> None:
    sent = await desk.refer(fresh("elv-low"))
    chosen = (await desk.matches(sent.id))[:3]
    names = [one["service"] for one in reversed(chosen)]
    before = [await desk.figures(one) for one in names]
    answer = await ask(desk, sent.id, names)
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert made["refused"] == []
    assert [one["service"] for one in made["offers"]] == names
    assert {one["state"] for one in made["offers"]} == {"requested"}
    for name, old in zip(names, before, strict=True):
        assert (await desk.figures(name))["held"] == old["held"] + 1
    assert await state(desk, sent.id) == "offered"


async def test_the_first_to_accept_has_the_person_whatever_the_others_said(desk: Desk) -> None:
    sent = await desk.refer(fresh("elv-low"))
    chosen = (await desk.matches(sent.id))[:4]
    before = [await desk.figures(one["service"]) for one in chosen]
    made = (await ask(desk, sent.id, [one["service"] for one in chosen])).json()["offers"]
    offers = [
        one | {"organisation": of["organisation"]} for one, of in zip(made, chosen, strict=True)
    ]
    moment = {"starts_at": await desk.value("SELECT (now() + interval '1 day')::text")}
    moment["starts_at"] = moment["starts_at"].replace(" ", "T").replace("+00", "Z")
    assert (await desk.reply(offers[1], "counter", moment)).json()["state"] == "countered"
    assert (await desk.reply(offers[2], "queue")).json()["state"] == "waiting"
    assert (await desk.reply(offers[0], "accept")).json()["state"] == "accepted"
    shown = (await desk.get(f"/api/referrals/{sent.id}"))["offers"]
    ended = {one["service"]: (one["state"], one["reason"]) for one in shown}
    assert [ended[one["service"]] for one in chosen] == [
        ("accepted", None),
        ("withdrawn", "not-selected"),
        ("withdrawn", "not-selected"),
        ("withdrawn", "not-selected"),
    ]
    for one, old in list(zip(chosen, before, strict=True))[1:]:
        assert await desk.figures(one["service"]) == old
    told = await desk.rows(
        "SELECT recipient::text, payload->>'offer' AS offer FROM outbox"
        " WHERE topic = 'offer.withdrawn' AND payload->>'reason' = 'not-selected'"
        " AND payload->>'offer' = ANY($1)",
        [one["id"] for one in offers],
    )
    assert {(row["recipient"], row["offer"]) for row in told} == {
        (one["organisation"], one["id"]) for one in offers[1:]
    }


async def test_one_of_four_that_accept_together_wins(desk: Desk) -> None:
    for _ in range(5):
        sent = await desk.refer(fresh("elv-low"))
        chosen = (await desk.matches(sent.id))[:4]
        before = [await desk.figures(one["service"]) for one in chosen]
        made = (await ask(desk, sent.id, [one["service"] for one in chosen])).json()["offers"]
        offers = [
            one | {"organisation": of["organisation"]} for one, of in zip(made, chosen, strict=True)
        ]
        answers = await asyncio.gather(*(desk.reply(one, "accept") for one in offers))
        assert sorted(one.status_code for one in answers) == [200, 409, 409, 409]
        moved = []
        for one, old in zip(chosen, before, strict=True):
            new = await desk.figures(one["service"])
            moved.append((new["held"] - old["held"], new["reserved"] - old["reserved"]))
        assert sorted(moved) == [(0, 0), (0, 0), (0, 0), (0, 1)]


async def test_what_can_not_be_asked_is_told_and_the_rest_is_asked(desk: Desk) -> None:
    sent = await desk.refer(fresh("elv-low"))
    chosen = (await desk.matches(sent.id))[:3]
    await desk.room(chosen[1]["service"], 0)
    await desk.offered(sent.id, chosen[2])
    names = [one["service"] for one in chosen]
    answer = await ask(desk, sent.id, [names[1], names[0], NOWHERE, names[2]])
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert [one["service"] for one in made["offers"]] == [names[0]]
    assert [one["service"] for one in made["refused"]] == [names[1], NOWHERE, names[2]]
    assert [one["path"] for one in made["refused"][0]["errors"]] == ["full"]
    assert all(one["detail"] for one in made["refused"])
    await desk.room(names[1], 1)


async def test_when_nobody_can_be_asked_each_reason_is_told(desk: Desk) -> None:
    sent = await desk.refer(fresh("elv-low"))
    names = [one["service"] for one in (await desk.matches(sent.id))[:2]]
    for name in names:
        await desk.room(name, 0)
    counts = await desk.counts()
    answer = await ask(desk, sent.id, names)
    assert answer.status_code == 409
    assert answer.json()["type"] == "urn:naober:problem:none-possible"
    assert [one["path"] for one in answer.json()["errors"]] == ["services[0]", "services[1]"]
    assert await desk.counts() == counts
    for name in names:
        await desk.room(name, 2)
    unknown = await ask(desk, sent.id, [NOWHERE])
    assert unknown.status_code == 422
    assert await state(desk, sent.id) == "triaged"


async def test_a_question_that_makes_no_sense_is_refused_with_its_cure(desk: Desk) -> None:
    sent = await desk.refer(fresh("elv-low"))
    one = (await desk.matches(sent.id))[0]["service"]
    path = f"/api/referrals/{sent.id}/offers"
    wrong: list[tuple[Any, int]] = [
        ({}, 400),
        ({"services": []}, 400),
        ({"services": [f"0190a0a0-0000-7000-8000-{n:012}" for n in range(11)]}, 400),
        ({"services": [one, one]}, 422),
        ({"service": one, "services": [one]}, 400),
        ({"service": one, "purpose": "holiday"}, 400),
        ({"service": one, "hours_per_week": 4}, 422),
        ({"service": one, "purpose": "bridge", "hours_per_week": 0}, 400),
        ({"service": one, "purpose": "bridge", "hours_per_week": 169}, 400),
        ({"service": one, "urgency": "U1"}, 400),
    ]
    counts = await desk.counts()
    for body, status in wrong:
        answer = await desk.ask("coordinator", "POST", path, body)
        assert answer.status_code == status, (body, answer.text)
        assert answer.json()["detail"]
    assert await desk.counts() == counts


async def test_many_that_are_asked_by_many_desks_never_wait_for_each_other(desk: Desk) -> None:
    """Each asks the same services in another order; nobody gets more than there is."""
    deadlocks = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
    sent = [await desk.refer(fresh("elv-low", bsn())) for _ in range(8)]
    names = [one["service"] for one in (await desk.matches(sent[0].id))[:5]]
    for name in names:
        await desk.room(name, 3)
    before = [await desk.figures(name) for name in names]
    crossed = await desk.value(deadlocks)
    orders = [names[n % 5 :] + names[: n % 5] for n in range(8)]
    answers = await asyncio.gather(
        *(ask(desk, one.id, order) for one, order in zip(sent, orders, strict=True))
    )
    made = [one["id"] for answer in answers for one in answer.json().get("offers", [])]
    assert len(made) == 15, "three at each of five"
    for name, old in zip(names, before, strict=True):
        assert (await desk.figures(name))["held"] == old["held"] + 3
    paths = [f"/api/offers/{one}/withdraw" for one in made]
    gone = await asyncio.gather(*(desk.ask("coordinator", "POST", path) for path in paths))
    assert {one.status_code for one in gone} == {200}
    assert [await desk.figures(name) for name in names] == before
    assert await desk.value(deadlocks) == crossed


@pytest.mark.parametrize("step", ["withdraw", "accept", "queue"])
async def test_a_step_that_is_done_twice_is_done_once(desk: Desk, step: str) -> None:
    sent = await desk.refer(fresh("elv-low"))
    offer = await desk.offered(sent.id)
    role = "coordinator" if step == "withdraw" else "provider"
    first = await desk.reply(offer, step, role=role)
    assert first.status_code == 200, first.text
    figures = await desk.figures(offer["service"])
    counts = await desk.counts()
    again = await desk.reply(offer, step, role=role)
    assert (again.status_code, again.json()) == (200, first.json())
    assert await desk.figures(offer["service"]) == figures
    assert await desk.counts() == counts
