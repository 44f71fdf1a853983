"""From a match to a place: every step, who sees whom, and who wins the last place."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from desk import Desk, first, form, fresh, resources, yes_or_no

from coordination.auth.keys import Keys
from coordination.auth.tokens import Tokens
from coordination.permissions import Actor, Role

pytest_plugins = ["desk_fixture"]


async def task_status(desk: Desk, task: str, role: str = "coordinator", **more: Any) -> str:
    found = await desk.get(f"/fhir/Task/{task}", role, **more)
    assert found["businessStatus"]["coding"][0]["code"]
    return str(found["status"])


async def request_status(desk: Desk, referral: str) -> str:
    return str((await desk.get(f"/fhir/ServiceRequest/{referral}"))["status"])


async def state(desk: Desk, referral: str) -> str:
    return str((await desk.get(f"/api/referrals/{referral}"))["state"])


async def test_a_referral_is_followed_from_triage_to_placed(desk: Desk) -> None:
    sent = await desk.refer(fresh("elv-low"))
    task = sent.id_of("Task")
    assert await state(desk, sent.id) == "triaged"
    assert await task_status(desk, task) == "accepted"

    offer = await desk.offered(sent.id)
    before = await desk.figures(offer["service"])
    own = {"role": "provider", "organisation": offer["organisation"]}
    assert await state(desk, sent.id) == "offered"
    assert await task_status(desk, offer["id"], **own) == "requested"

    accepted = await desk.reply(offer, "accept")
    assert (accepted.status_code, accepted.json()["state"]) == (200, "accepted")
    after = await desk.figures(offer["service"])
    assert (after["held"], after["reserved"]) == (before["held"] - 1, before["reserved"] + 1)
    assert await state(desk, sent.id) == "accepted"
    assert await task_status(desk, offer["id"], **own) == "accepted"
    assert await task_status(desk, task) == "accepted"
    assert await request_status(desk, sent.id) == "active"

    assert (await desk.reply(offer, "start")).json()["state"] == "completed"
    assert await state(desk, sent.id) == "placed"
    assert await task_status(desk, offer["id"], **own) == "completed"
    assert await task_status(desk, task) == "completed"
    assert await request_status(desk, sent.id) == "completed"
    assert await desk.figures(offer["service"]) == after


async def test_a_provider_knows_nobody_before_it_accepts_and_the_person_after(desk: Desk) -> None:
    bundle = fresh("elv-low")
    name = first(bundle, "Patient")["name"][0]["family"]
    sent = await desk.refer(bundle)
    offer = await desk.offered(sent.id)
    organisation = offer["organisation"]

    async def seen(path: str) -> Any:
        return await desk.ask("provider", "GET", path, organisation=organisation)

    for path in ("/api/offers", f"/fhir/Task/{offer['id']}", "/fhir/Task"):
        text = (await seen(path)).text
        assert offer["id"] in text
        assert all(word not in text for word in (name, *(one for _, one in sent.places)))
    listed = next(o for o in (await seen("/api/offers")).json()["items"] if o["id"] == offer["id"])
    assert listed["referral"] is None
    task = (await seen(f"/fhir/Task/{offer['id']}")).json()
    assert task["intent"] == "plan"
    assert not {"for", "focus"} & task.keys()
    hidden = [f"/api/referrals/{sent.id}"]
    hidden += [f"/fhir/{kind}/{identity}" for kind, identity in sent.places]
    for path in hidden:
        assert (await seen(path)).status_code == 404, path
    for find in (f"patient={sent.id_of('Patient')}", f"focus={sent.id}"):
        assert (await seen(f"/fhir/Task?{find}")).json()["total"] == 0

    await desk.reply(offer, "accept")
    for path in hidden:
        assert (await seen(path)).status_code == 200, path
    assert (await seen(f"/api/referrals/{sent.id}")).json()["person"]["family"] == name
    task = (await seen(f"/fhir/Task/{offer['id']}")).json()
    assert (task["intent"], task["for"]["reference"]) == (
        "order",
        f"Patient/{sent.id_of('Patient')}",
    )


async def test_a_change_of_the_figures_counts_in_nobody_who_was_promised_a_place_since(
    desk: Desk,
) -> None:
    """Who reports that someone left has not counted who is still to come."""
    sent = await desk.refer(fresh("elv-low"))
    service = (await desk.matches(sent.id))[0]
    await desk.room(service["service"], 1)
    offer = await desk.offered(sent.id, service)
    assert (await desk.reply(offer, "accept")).status_code == 200
    path, organisation = f"/api/capacity/{service['service']}", service["organisation"]
    before = await desk.get(path)

    async def change(**more: Any) -> dict[str, Any]:
        version = (await desk.get(path))["version"]
        answer = await desk.ask(
            "provider", "PUT", path, {"change": {"closed": 0}} | more,
            organisation=organisation, headers={"if-match": f'"{version}"'},
        )  # fmt: skip
        assert answer.status_code == 200, answer.text
        shown: dict[str, Any] = answer.json()
        return shown

    changed = await change()
    assert (changed["reserved"], changed["free"]) == (before["reserved"], 0)
    assert (changed["as_of"], changed["valid_until"]) == (before["as_of"], before["valid_until"])
    counted = await change(as_of=datetime.now(UTC).isoformat())
    assert counted["reserved"] == 0


async def test_who_needs_more_by_now_than_was_asked_is_not_accepted_on_the_old_question(
    desk: Desk,
) -> None:
    """Who said yes did not know of the isolation."""
    sent = await desk.refer(fresh("elv-low"))
    offer = await desk.offered(sent.id)
    path = f"/api/referrals/{sent.id}/answers"
    same = await desk.ask("gp", "POST", path, form(yes_or_no("isolation", value=True)))
    assert (same.status_code, same.json()["kind"]) == (200, "elv-low")
    answer = await desk.reply(offer, "accept")
    assert (answer.status_code, answer.json()["type"]) == (
        409,
        "urn:naober:problem:advice-changed",
    )
    assert (await desk.reply(offer, "withdraw", role="coordinator")).status_code == 200


async def test_the_desk_of_another_subregion_never_sees_the_offer(desk: Desk, keys: Keys) -> None:
    sent = await desk.refer(fresh("elv-low"))
    offer = await desk.offered(sent.id)
    home = await desk.value("SELECT subregion FROM referral WHERE id = $1::text::uuid", sent.id)

    async def listed(path: str, *subregions: str) -> bool:
        who = Actor("somewhere", Role.COORDINATOR, UUID(int=1), frozenset(subregions))
        issued = Tokens(keys).issue(who, datetime.now(UTC), timedelta(minutes=5))
        answer = await desk.client.get(path, headers={"authorization": f"Bearer {issued}"})
        assert answer.status_code == 200
        return offer["id"] in answer.text

    elsewhere = sorted({"assen", "emmen", "hoogeveen", "meppel"} - {home})
    assert await listed("/api/offers", home)
    assert not await listed("/api/offers", *elsewhere)
    assert not await listed("/api/offers?state=requested", *elsewhere)


async def test_another_provider_never_sees_the_offer(desk: Desk) -> None:
    sent = await desk.refer(fresh("elv-low"))
    offer = await desk.offered(sent.id)
    others = {one["organisation"] for one in (await desk.get("/api/capacity"))["items"]}
    other = min(others - {offer["organisation"]})
    for method, path in (
        ("GET", f"/fhir/Task/{offer['id']}"),
        ("POST", f"/api/offers/{offer['id']}/accept"),
        ("POST", f"/api/offers/{offer['id']}/start"),
    ):
        answer = await desk.ask("provider", method, path, organisation=other)
        assert answer.status_code == 404, path
    decline = await desk.ask(
        "provider",
        "POST",
        f"/api/offers/{offer['id']}/decline",
        {"reason": "other"},
        organisation=other,
    )
    assert decline.status_code == 404


async def test_a_decline_needs_a_code_and_gives_the_place_back(desk: Desk) -> None:
    sent = await desk.refer(fresh("elv-low"))
    service = (await desk.matches(sent.id))[0]
    before = await desk.figures(service["service"])
    offer = await desk.offered(sent.id, service)
    refused = await desk.reply(offer, "decline", {"reason": "no idea"})
    assert refused.status_code == 422
    assert "at-capacity" in refused.json()["detail"]
    done = await desk.reply(offer, "decline", {"reason": "care-too-complex"})
    assert (done.json()["state"], done.json()["reason"]) == ("declined", "care-too-complex")
    assert await desk.figures(service["service"]) == before
    assert await state(desk, sent.id) == "triaged"
    assert await task_status(desk, offer["id"]) == "rejected"
    again = await desk.offer(sent.id, service["service"])
    assert again.status_code == 201


@pytest.mark.parametrize("accepted", [False, True])
async def test_the_desk_takes_back_what_was_asked_or_accepted(
    desk: Desk, *, accepted: bool
) -> None:
    sent = await desk.refer(fresh("elv-low"))
    service = (await desk.matches(sent.id))[0]
    before = await desk.figures(service["service"])
    offer = await desk.offered(sent.id, service)
    if accepted:
        assert (await desk.reply(offer, "accept")).status_code == 200
    gone = await desk.reply(offer, "withdraw", role="coordinator")
    assert (gone.status_code, gone.json()["state"]) == (200, "withdrawn")
    assert await desk.figures(service["service"]) == before
    assert await state(desk, sent.id) == "triaged"
    assert await task_status(desk, offer["id"]) == "cancelled"
    assert (await desk.reply(offer, "accept")).status_code == 409
    path = f"/api/referrals/{sent.id}"
    hidden = await desk.ask("provider", "GET", path, organisation=service["organisation"])
    assert hidden.status_code == 404


async def test_an_offer_expires_by_the_clock_of_the_database(desk: Desk) -> None:
    sent = await desk.refer(fresh("elv-low"))
    service = (await desk.matches(sent.id))[0]
    before = await desk.figures(service["service"])
    offer = await desk.offered(sent.id, service)
    await desk.rows(
        "UPDATE offer SET expires_at = now() - interval '1 second' WHERE id = $1::text::uuid",
        offer["id"],
    )
    late = await desk.reply(offer, "accept")
    assert late.status_code == 409
    for _ in range(30):
        if await desk.figures(service["service"]) == before:
            break
        await asyncio.sleep(0.1)
    assert await desk.figures(service["service"]) == before
    assert await state(desk, sent.id) == "triaged"
    assert await task_status(desk, offer["id"]) == "cancelled"
    assert (await desk.reply(offer, "accept")).status_code == 409
    history = (await desk.get(f"/api/referrals/{sent.id}"))["history"]
    assert [one["event"] for one in history] == ["refer", "offer", "expire"]
    assert history[-1]["detail"]["reason"] == "no-answer-in-time"


async def test_the_desk_takes_back_an_offer_that_is_due_but_not_swept_yet(desk: Desk) -> None:
    sent = await desk.refer(fresh("elv-low"))
    offer = await desk.offered(sent.id)
    await desk.rows(
        "UPDATE offer SET expires_at = now() - interval '1 second' WHERE id = $1::text::uuid",
        offer["id"],
    )
    reason = {"reason": "patient-refuses"}
    gone = await desk.ask("gp", "POST", f"/api/referrals/{sent.id}/cancel", reason)
    assert (gone.status_code, gone.json()["state"]) == (200, "cancelled")


async def test_accepting_twice_is_once(desk: Desk) -> None:
    sent = await desk.refer(fresh("elv-low"))
    offer = await desk.offered(sent.id)
    first_time = await desk.reply(offer, "accept")
    figures = await desk.figures(offer["service"])
    history = (await desk.get(f"/api/referrals/{sent.id}"))["history"]
    second = await desk.reply(offer, "accept")
    assert (second.status_code, second.json()) == (200, first_time.json())
    assert await desk.figures(offer["service"]) == figures
    assert (await desk.get(f"/api/referrals/{sent.id}"))["history"] == history
    assert (await desk.reply(offer, "decline", {"reason": "other"})).status_code == 409


async def test_a_step_that_is_repeated_is_in_the_audit_log_as_a_look(desk: Desk) -> None:
    sent = await desk.refer(fresh("elv-low"))
    offer = await desk.offered(sent.id)
    accept, withdraw = ("accept", "provider"), ("withdraw", "coordinator")
    for step, role in (accept, accept, withdraw, withdraw):
        assert (await desk.reply(offer, step, role=role)).status_code == 200
    rows = await desk.rows(
        "SELECT action, outcome, role, referral_id, detail->>'repeated' AS repeated FROM audit"
        " WHERE entity = $1 AND action <> 'offer' ORDER BY id",
        f"offer/{offer['id']}",
    )
    assert {str(row["referral_id"]) for row in rows} == {sent.id}
    assert [(row["action"], row["outcome"], row["role"], row["repeated"]) for row in rows] == [
        ("accept", "done", "provider", None),
        ("read-offers", "done", "provider", "accept"),
        ("withdraw", "done", "coordinator", None),
        ("read-offers", "done", "coordinator", "withdraw"),
    ]


async def test_the_offers_that_lose_end_and_give_back_what_they_held(desk: Desk) -> None:
    sent = await desk.refer(fresh("elv-low"))
    chosen = (await desk.matches(sent.id))[:3]
    assert len(chosen) == 3
    before = [await desk.figures(one["service"]) for one in chosen]
    offers = [await desk.offered(sent.id, one) for one in chosen]
    await desk.reply(offers[1], "accept")
    for place in (0, 2):
        assert await desk.figures(chosen[place]["service"]) == before[place]
        assert await task_status(desk, offers[place]["id"]) == "cancelled"
        assert (await desk.reply(offers[place], "accept")).status_code == 409
    shown = (await desk.get(f"/api/referrals/{sent.id}"))["offers"]
    assert [one["state"] for one in shown] == ["withdrawn", "accepted", "withdrawn"]
    assert (await desk.offer(sent.id, chosen[0]["service"])).status_code == 409


async def test_one_of_two_offers_that_are_accepted_together_wins(desk: Desk) -> None:
    sent = await desk.refer(fresh("elv-low"))
    chosen = (await desk.matches(sent.id))[:2]
    before = [await desk.figures(one["service"]) for one in chosen]
    offers = [await desk.offered(sent.id, one) for one in chosen]
    answers = await asyncio.gather(*(desk.reply(one, "accept") for one in offers))
    assert sorted(one.status_code for one in answers) == [200, 409]
    after = [await desk.figures(one["service"]) for one in chosen]
    moved = [
        (new["held"] - old["held"], new["reserved"] - old["reserved"])
        for new, old in zip(after, before, strict=True)
    ]
    assert sorted(moved) == [(0, 0), (0, 1)]


async def test_a_service_is_not_asked_twice_for_the_same_referral(desk: Desk) -> None:
    sent = await desk.refer(fresh("elv-low"))
    service = (await desk.matches(sent.id))[0]
    await desk.room(service["service"], 2)
    offer = await desk.offered(sent.id, service)
    held = await desk.figures(service["service"])
    again = await desk.offer(sent.id, service["service"])
    assert again.status_code == 409
    assert again.json()["type"] == "urn:naober:problem:asked-already"
    assert await desk.figures(service["service"]) == held
    await desk.reply(offer, "withdraw", role="coordinator")
    both = await asyncio.gather(*(desk.offer(sent.id, service["service"]) for _ in range(4)))
    assert sorted(one.status_code for one in both) == [201, 409, 409, 409]


async def test_a_cancelled_referral_frees_every_place_and_says_so(desk: Desk) -> None:
    sent = await desk.refer(fresh("elv-low"))
    chosen = (await desk.matches(sent.id))[:2]
    before = [await desk.figures(one["service"]) for one in chosen]
    offers = [await desk.offered(sent.id, one) for one in chosen]
    path = f"/api/referrals/{sent.id}/cancel"
    assert (await desk.ask("gp", "POST", path, {"reason": "bored"})).status_code == 422
    gone = await desk.ask("gp", "POST", path, {"reason": "admitted-to-hospital"})
    assert gone.status_code == 200
    assert (gone.json()["state"], gone.json()["reason"]) == ("cancelled", "admitted-to-hospital")
    assert [await desk.figures(one["service"]) for one in chosen] == before
    assert await request_status(desk, sent.id) == "revoked"
    task = await desk.get(f"/fhir/Task/{sent.id_of('Task')}")
    assert task["status"] == "cancelled"
    assert task["statusReason"]["coding"][0]["code"] == "admitted-to-hospital"
    for offer in offers:
        assert await task_status(desk, offer["id"]) == "cancelled"
    assert (await desk.ask("gp", "POST", path, {"reason": "other"})).status_code == 200
    assert (await desk.offer(sent.id, chosen[0]["service"])).status_code == 409
    late = await desk.ask("gp", "POST", f"/api/referrals/{sent.id}/answers", b"{}")
    assert late.status_code in {400, 409, 422}


async def test_an_accepted_place_is_free_again_when_the_referral_is_cancelled(desk: Desk) -> None:
    sent = await desk.refer(fresh("elv-low"))
    service = (await desk.matches(sent.id))[0]
    before = await desk.figures(service["service"])
    offer = await desk.offered(sent.id, service)
    await desk.reply(offer, "accept")
    path = f"/api/referrals/{sent.id}/cancel"
    gone = await desk.ask("coordinator", "POST", path, {"reason": "deceased"})
    assert gone.status_code == 200
    assert await desk.figures(service["service"]) == before
    assert (await desk.reply(offer, "start")).status_code == 409


async def test_steps_that_make_no_sense_are_refused(desk: Desk) -> None:
    sent = await desk.refer(fresh("elv-low"))
    offer = await desk.offered(sent.id)
    assert (await desk.reply(offer, "start")).status_code == 409
    await desk.reply(offer, "accept")
    await desk.reply(offer, "start")
    for step, body in (("decline", {"reason": "other"}), ("accept", None)):
        assert (await desk.reply(offer, step, body)).status_code == 409, step
    assert (await desk.reply(offer, "withdraw", role="coordinator")).status_code == 409
    assert (await desk.reply(offer, "start")).status_code == 200
    unknown = {"id": "0190a0a0-0000-7000-8000-000000000000", "organisation": offer["organisation"]}
    assert (await desk.reply(unknown, "accept")).status_code == 404
    nowhere = await desk.offer(sent.id, unknown["id"])
    assert nowhere.status_code == 409


async def test_an_unknown_service_is_named_as_the_fault(desk: Desk) -> None:
    sent = await desk.refer(fresh("elv-low"))
    answer = await desk.offer(sent.id, "0190a0a0-0000-7000-8000-000000000000")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["path"] == "service"


async def test_a_service_of_another_kind_is_refused_with_the_reason(desk: Desk) -> None:
    sent = await desk.refer(fresh("elv-low"))
    others = (await desk.get("/api/capacity?kind=nursing-planned"))["items"]
    answer = await desk.offer(sent.id, others[0]["service"])
    assert answer.status_code == 409
    assert answer.json()["errors"]


async def test_care_that_is_not_placed_here_is_not_offered(desk: Desk) -> None:
    sent = await desk.refer(fresh("gp-today"))
    service = (await desk.get("/api/capacity"))["items"][0]["service"]
    answer = await desk.offer(sent.id, service)
    assert answer.status_code == 422
    assert answer.json()["type"] == "urn:naober:problem:not-placed-here"


@pytest.mark.parametrize("kind", ["elv-low", "nursing-planned"])
async def test_one_of_sixteen_wins_the_last_place_in_every_round(desk: Desk, kind: str) -> None:
    sent = await asyncio.gather(*(desk.refer(fresh(kind)) for _ in range(16)))
    service = (await desk.matches(sent[0].id))[0]
    need = (await desk.get(f"/api/referrals/{sent[0].id}"))["advice"]
    assert need["kind"] == kind
    amount = float(
        await desk.value(
            "SELECT CASE WHEN c.unit = 'bed' THEN 1 ELSE (r.need->>'hours_per_week')::float END"
            " FROM referral r, capacity c"
            " WHERE r.id = $1::text::uuid AND c.service_id = $2::text::uuid",
            sent[0].id,
            service["service"],
        )
    )
    assert amount > 0
    await desk.room(service["service"], amount)
    before = await desk.figures(service["service"])
    for _ in range(20):
        answers = await asyncio.gather(*(desk.offer(one.id, service["service"]) for one in sent))
        codes = sorted(one.status_code for one in answers)
        assert codes == [201] + [409] * 15
        now = await desk.figures(service["service"])
        assert now["held"] == pytest.approx(before["held"] + amount)
        won = next(one for one in answers if one.status_code == 201).json()
        offer = won | {"organisation": service["organisation"]}
        assert (await desk.reply(offer, "withdraw", role="coordinator")).status_code == 200
        assert await desk.figures(service["service"]) == before


async def test_who_must_answer_first_needs_information_again_once_an_offer_ends(
    desk: Desk,
) -> None:
    bundle = fresh("elv-low")
    sent = await desk.refer(bundle)
    offer = await desk.offered(sent.id)
    pulse = next(
        one
        for one in resources(bundle, "Observation")
        if one["code"]["coding"][0]["code"] == "8867-4"
    )
    unsure = {
        "resourceType": "Observation",
        "status": "final",
        "code": pulse["code"],
        "effectiveDateTime": datetime.now(UTC).isoformat(timespec="seconds"),
        "valueQuantity": pulse["valueQuantity"] | {"comparator": "<"},
    }
    answer = await desk.ask("gp", "POST", f"/api/referrals/{sent.id}/answers", unsure)
    assert answer.json()["status"] == "provisional", answer.text
    assert await state(desk, sent.id) == "offered"
    late = await desk.reply(offer, "accept")
    assert late.json()["type"] == "urn:naober:problem:advice-changed"
    await desk.reply(offer, "decline", {"reason": "other"})
    assert await state(desk, sent.id) == "needs-info"


async def test_a_place_that_no_longer_suits_is_not_accepted(desk: Desk) -> None:
    """A red flag while a provider thinks: this person needs something else, and sooner."""
    sent = await desk.refer(fresh("elv-low"))
    offer = await desk.offered(sent.id)
    path = f"/api/referrals/{sent.id}/answers"
    flag = form(yes_or_no("red-flag.stroke", value=True))
    advice = (await desk.ask("gp", "POST", path, flag)).json()
    assert advice["kind"] != "elv-low", advice
    late = await desk.reply(offer, "accept")
    assert late.status_code == 409
    ended = (await desk.get(f"/api/referrals/{sent.id}"))["offers"]
    assert [(one["state"], one["reason"]) for one in ended] == [("withdrawn", "advice-changed")]
