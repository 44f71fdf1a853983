"""The same person twice is noticed: the highest urgency counts for both, and one place is open."""

from __future__ import annotations

import asyncio
from typing import Any

from desk import Desk, bsn, first, fresh

pytest_plugins = ["desk_fixture"]


async def worklist(desk: Desk) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    page: dict[str, Any] = {"next": ""}
    while page["next"] is not None:
        page = await desk.get(f"/api/worklist?size=200&next={page['next']}")
        found |= {item["referral"]: item for item in page["items"]}
    return found


async def test_both_referrals_of_one_person_name_each_other(desk: Desk) -> None:
    person = bsn()
    one = await desk.refer(fresh("elv-low", person))
    other = await desk.refer(fresh("nursing-planned", person), role="transfer-nurse")
    for this, that in ((one, other), (other, one)):
        shown = await desk.get(f"/api/referrals/{this.id}")
        assert [each["referral"] for each in shown["same_person"]] == [that.id]
    items = await worklist(desk)
    assert [items[each.id]["same_person"] for each in (one, other)] == [1, 1]
    seen_by_gp = await desk.get(f"/api/referrals/{one.id}", "gp")
    assert seen_by_gp["same_person"] == []


async def test_the_highest_urgency_of_a_person_counts_for_every_referral(desk: Desk) -> None:
    person = bsn()
    calm = await desk.refer(fresh("fall-prevention", person))
    alone = (await worklist(desk))[calm.id]["urgency"]
    urgent = await desk.refer(fresh("gp-today", person))
    items = await worklist(desk)
    assert items[urgent.id]["urgency"] < alone
    assert items[calm.id]["urgency"] == items[urgent.id]["urgency"]
    later = await desk.refer(fresh("fall-prevention", person))
    assert (await worklist(desk))[later.id]["urgency"] == items[urgent.id]["urgency"]


async def test_two_that_arrive_together_are_noticed_all_the_same(desk: Desk) -> None:
    for _ in range(5):
        person = bsn()
        sent = await asyncio.gather(
            desk.refer(fresh("fall-prevention", person)),
            desk.refer(fresh("seh", person)),
            desk.refer(fresh("elv-low", person)),
        )
        shown = await asyncio.gather(*(desk.get(f"/api/referrals/{one.id}") for one in sent))
        assert len({one["urgency"] for one in shown}) == 1
        assert [len(one["same_person"]) for one in shown] == [2, 2, 2]
        people = await desk.rows(
            "SELECT DISTINCT person_id FROM referral WHERE id = ANY($1::uuid[])",
            [one.id for one in sent],
        )
        assert len(people) == 1


async def test_a_second_place_for_the_same_person_is_not_promised(desk: Desk) -> None:
    person = bsn()
    one, other = [await desk.refer(fresh("elv-low", person)) for _ in range(2)]
    services = (await desk.matches(one.id))[:2]
    offers = [
        await desk.offered(sent.id, service)
        for sent, service in zip((one, other), services, strict=True)
    ]
    held = await desk.figures(services[1]["service"])
    assert (await desk.reply(offers[0], "accept")).status_code == 200
    second = await desk.reply(offers[1], "accept")
    assert second.status_code == 409
    assert second.json()["type"] == "urn:naober:problem:placed-already"
    assert one.id not in second.text
    assert await desk.figures(services[1]["service"]) == held
    assert (await desk.reply(offers[1], "withdraw", role="coordinator")).status_code == 200
    assert (await desk.offer(other.id, services[1]["service"])).status_code == 409


async def test_of_two_places_for_one_person_accepted_together_one_counts(desk: Desk) -> None:
    for _ in range(5):
        person = bsn()
        sent = [await desk.refer(fresh("elv-low", person)) for _ in range(2)]
        services = (await desk.matches(sent[0].id))[:2]
        for service in services:
            await desk.room(service["service"], 1)
        offers = [
            await desk.offered(each.id, service)
            for each, service in zip(sent, services, strict=True)
        ]
        answers = await asyncio.gather(*(desk.reply(offer, "accept") for offer in offers))
        assert sorted(one.status_code for one in answers) == [200, 409]
        for offer in offers:
            await desk.reply(offer, "withdraw", role="coordinator")


async def test_someone_else_with_the_same_name_is_someone_else(desk: Desk) -> None:
    sent = [await desk.refer(fresh("elv-low")) for _ in range(2)]
    for one in sent:
        assert (await desk.get(f"/api/referrals/{one.id}"))["same_person"] == []


async def test_without_a_bsn_name_birth_date_and_postcode_make_the_person(desk: Desk) -> None:
    def nameless(family: str) -> dict[str, Any]:
        bundle = fresh("elv-low")
        patient = first(bundle, "Patient")
        del patient["identifier"]
        patient["name"] = [{"family": family, "given": ["Trijntje"]}]
        return bundle

    mark = bsn()
    one = await desk.refer(nameless(f"Proefpersoon {mark}"))
    same = await desk.refer(nameless(f"proefpersoon {mark}"))
    other = await desk.refer(nameless(f"Proefpersoon anders {mark}"))
    shown = await desk.get(f"/api/referrals/{one.id}")
    assert [each["referral"] for each in shown["same_person"]] == [same.id]
    assert (await desk.get(f"/api/referrals/{other.id}"))["same_person"] == []
