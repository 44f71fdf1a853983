"""Best for all, as a proposal that a coordinator confirms person by person."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from desk import Desk, bsn, first, fresh, without_answer

from coordination.app import Service
from coordination.auth.keys import Keys
from coordination.auth.tokens import Tokens
from coordination.db.locks import Lock
from coordination.permissions import Actor, Role
from coordination.places import proposing

pytest_plugins = ["desk_fixture"]
NOBODY = "0190a0a0-0000-7000-8000-000000000000"
AT_ONCE = timedelta(0)


@pytest.fixture(scope="module", autouse=True)
async def as_it_was(desk: Desk) -> AsyncIterator[None]:
    """The figures and the services as they were, for the tests of the next module."""
    await desk.rows(
        "CREATE TEMP TABLE figures AS SELECT service_id, total, used, valid_until, stop_reason,"
        " conflict, releases FROM capacity"
    )
    yield
    await desk.rows(
        "UPDATE capacity c SET total = f.total, used = f.used, valid_until = f.valid_until,"
        " stop_reason = f.stop_reason, conflict = f.conflict, releases = f.releases, held = 0,"
        " reserved = 0 FROM figures f WHERE f.service_id = c.service_id"
    )
    await desk.rows("SELECT pg_notify('naober', 'capacity')")


@pytest.fixture(scope="module", autouse=True)
def rested() -> Iterator[None]:
    """The service's own clock makes one only where there is none at all: these tests make them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(proposing, "REST", timedelta(days=1))
        yield


@pytest.fixture(autouse=True)
async def nothing_free_and_nobody_waits(desk: Desk, service: Service) -> None:
    await desk.rows(
        "UPDATE offer SET state = 'withdrawn'"
        " WHERE state IN ('requested', 'countered', 'waiting', 'accepted')"
    )
    await desk.rows(
        "UPDATE referral SET state = 'closed' WHERE state NOT IN ('placed', 'closed', 'cancelled')"
    )
    await desk.rows(
        "UPDATE capacity SET held = 0, reserved = 0, conflict = false, stop_reason = NULL,"
        " releases = NULL, total = used + closed, valid_until = now() + interval '1 day'"
    )
    await desk.rows("DELETE FROM proposal")
    await made(desk, service)


async def look(service: Service, rest: timedelta = AT_ONCE) -> bool:
    return await proposing.look(service.parts.database, service.parts.live, rest)


async def made(desk: Desk, service: Service) -> None:
    """Sees to it that the newest proposal is of things as they are."""
    for _ in range(100):
        await look(service)
        answer = await desk.ask("coordinator", "GET", "/api/proposal")
        if answer.status_code == 200 and not answer.json()["changed"]:
            return
        await asyncio.sleep(0.02)
    raise AssertionError("things change all the time")


async def some_beds(desk: Desk, referral: str, most: int = 2) -> list[str]:
    """Services in which a person fits once there is room, best first; none has any now."""
    await desk.rows("UPDATE capacity SET total = used + closed + 1 WHERE unit = 'bed'")
    found = await desk.matches(referral)
    await desk.rows("UPDATE capacity SET total = used + closed WHERE unit = 'bed'")
    assert len(found) >= most
    return [one["service"] for one in found[:most]]


async def newest(desk: Desk, **more: Any) -> dict[str, Any]:
    found: dict[str, Any] = await desk.get("/api/proposal", **more)
    return found


async def confirm(desk: Desk, proposal: str, *referrals: str, **more: Any) -> list[dict[str, Any]]:
    answer = await desk.ask(
        "coordinator", "POST", f"/api/proposals/{proposal}/confirm",
        {"referrals": list(referrals)}, **more,
    )  # fmt: skip
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


def of(shown: dict[str, Any]) -> dict[str, Any]:
    return {one["referral"]: one for one in shown["items"]}


async def urgent(desk: Desk, referral: str, rank: int) -> None:
    await desk.rows(
        "UPDATE referral SET urgency = $2, version = version + 1 WHERE id = $1::uuid",
        UUID(referral),
        rank,
    )


async def test_there_is_none_until_the_running_service_makes_one(
    desk: Desk, service: Service
) -> None:
    await desk.rows("SELECT pg_advisory_lock($1)", Lock.PROPOSAL)
    await desk.rows("DELETE FROM proposal")
    answer = await desk.ask("coordinator", "GET", "/api/proposal")
    await desk.rows("SELECT pg_advisory_unlock($1)", Lock.PROPOSAL)
    assert answer.status_code == 404
    for _ in range(200):
        if await desk.value("SELECT count(*) FROM proposal"):
            break
        await asyncio.sleep(0.1)
    shown = await newest(desk)
    assert (shown["items"], shown["totals"]["placed"], shown["changed"]) == ([], 0, False)
    assert not await look(service)


async def test_the_last_bed_is_proposed_for_the_most_urgent_and_shown_beside_first_come(
    desk: Desk, service: Service
) -> None:
    early, late = await desk.refer(fresh("elv-low")), await desk.refer(fresh("elv-low"))
    await urgent(desk, early.id, 5)
    await urgent(desk, late.id, 3)
    bed = (await some_beds(desk, early.id))[0]
    await desk.room(bed, 1)
    assert await look(service)
    shown = await newest(desk)
    people = of(shown)
    assert list(people) == [late.id, early.id]
    assert people[late.id]["proposed"]["service"] == bed
    assert people[late.id]["proposed"]["expected"] is False
    assert people[late.id]["first_come"] is None
    assert people[early.id]["proposed"] is None
    assert people[early.id]["first_come"]["service"] == bed
    assert all(one["changes"] and one["waits"] for one in people.values())
    assert shown["totals"]["left_by_urgency"] == {"U5": 1}
    assert shown["first_come"]["left_by_urgency"] == {"U3": 1}
    assert people[late.id]["proposed"]["name"]
    assert await desk.value(
        "SELECT count(*) FROM audit WHERE action = 'read-proposal' AND entity = $1",
        f"proposal/{shown['id']}",
    )


async def test_nothing_stored_or_shown_names_anyone(desk: Desk, service: Service) -> None:
    bundle = fresh("elv-low")
    person = first(bundle, "Patient")
    names = [person["name"][0]["family"], person["birthDate"]]
    sent = await desk.refer(bundle)
    await desk.room((await some_beds(desk, sent.id))[0], 1)
    await look(service)
    stored = await desk.value("SELECT body::text FROM proposal ORDER BY made_at DESC LIMIT 1")
    answer = await desk.ask("coordinator", "GET", "/api/proposal")
    assert sent.id in stored
    assert not [name for name in names if name in stored or name in answer.text]


async def test_confirming_makes_the_offers_and_holds_the_places(
    desk: Desk, service: Service
) -> None:
    sent = [await desk.refer(fresh("elv-low")) for _ in range(3)]
    for bed in await some_beds(desk, sent[0].id):
        await desk.room(bed, 1)
    await look(service)
    shown = await newest(desk)
    people = of(shown)
    placed = [who for who, one in people.items() if one["proposed"]]
    left = next(who for who, one in people.items() if not one["proposed"])
    answers = await confirm(desk, shown["id"], *people)
    assert [one["referral"] for one in answers] == list(people)
    by_id = {one["referral"]: one for one in answers}
    for who in placed:
        assert by_id[who]["service"] == people[who]["proposed"]["service"]
        assert by_id[who]["code"] is None
        assert (await desk.figures(by_id[who]["service"]))["held"] == 1
        assert (await desk.get(f"/api/referrals/{who}"))["state"] == "offered"
        told = await desk.rows(
            "SELECT entity, detail::text FROM audit WHERE action = 'confirm-proposal'"
            " AND outcome = 'done' AND referral_id = $1::uuid",
            UUID(who),
        )
        assert [row["entity"] for row in told] == [f"proposal/{shown['id']}"]
        assert by_id[who]["offer"] in told[0]["detail"]
    assert (by_id[left]["offer"], by_id[left]["code"]) == (None, "no-place-proposed")
    assert await desk.value(
        "SELECT count(*) FROM audit WHERE action = 'refused' AND outcome = 'no-place-proposed'"
        " AND entity = $1",
        f"referral/{left}",
    )
    again = await confirm(desk, shown["id"], placed[0])
    assert again[0]["code"] == "asked-already"
    assert of(await newest(desk))[placed[0]]["waits"] is False
    assert await look(service)
    assert list(of(await newest(desk))) == [left]


async def test_someone_who_was_faster_undoes_nothing_for_the_others(
    desk: Desk, service: Service
) -> None:
    sent = [await desk.refer(fresh("elv-low")) for _ in range(2)]
    for bed in await some_beds(desk, sent[0].id):
        await desk.room(bed, 1)
    await look(service)
    shown = await newest(desk)
    people = of(shown)
    lost, kept = people
    faster = await desk.refer(fresh("elv-low"))
    answer = await desk.offer(faster.id, people[lost]["proposed"]["service"])
    assert answer.status_code == 201, answer.text
    answers = await confirm(desk, shown["id"], lost, kept)
    assert (answers[0]["offer"], answers[0]["code"]) == (None, "does-not-fit")
    assert answers[0]["errors"][0]["path"] == "full"
    assert answers[1]["offer"]


async def test_who_is_to_have_care_at_home_meanwhile_is_confirmed_all_the_same(
    desk: Desk, service: Service
) -> None:
    sent = await desk.refer(fresh("elv-low"))
    await desk.room((await some_beds(desk, sent.id))[0], 1)
    await made(desk, service)
    (team, *_) = await desk.teams()
    await desk.room(team["service"], 40)
    body = {"service": team["service"], "purpose": "bridge", "hours_per_week": 5}
    bridge = await desk.ask("coordinator", "POST", f"/api/referrals/{sent.id}/offers", body)
    assert bridge.status_code == 201, bridge.text
    (answer,) = await confirm(desk, (await newest(desk))["id"], sent.id)
    assert answer["offer"], answer
    (again,) = await confirm(desk, (await newest(desk))["id"], sent.id)
    assert again["code"] == "asked-already"


async def said_no(desk: Desk, referral: str, service: str) -> None:
    """Asks a service for someone, and has it decline."""
    organisation = await desk.value(
        "SELECT organisation_id::text FROM service WHERE id = $1::uuid", UUID(service)
    )
    offer = await desk.offered(referral, {"service": service, "organisation": organisation})
    answer = await desk.reply(offer, "decline", {"reason": "care-too-complex"})
    assert answer.status_code == 200, answer.text


async def places(desk: Desk, service: Service) -> dict[str, str | None]:
    """The service that is proposed for each person, of things as they are."""
    await made(desk, service)
    people = of(await newest(desk))
    return {who: (one["proposed"] or {}).get("service") for who, one in people.items()}


async def test_a_service_that_said_no_is_not_proposed_again_until_it_reports_anew(
    desk: Desk, service: Service
) -> None:
    sent = await desk.refer(fresh("elv-low"))
    bed = (await some_beds(desk, sent.id))[0]
    await desk.room(bed, 1)
    assert await places(desk, service) == {sent.id: bed}
    await said_no(desk, sent.id, bed)
    assert (await newest(desk))["changed"] is True
    assert await places(desk, service) == {sent.id: None}
    assert of(await newest(desk))[sent.id]["first_come"] is None
    other = await desk.refer(fresh("elv-low"))
    assert await places(desk, service) == {sent.id: None, other.id: bed}
    await urgent(desk, sent.id, 1)
    await desk.rows(
        "UPDATE capacity SET as_of = clock_timestamp(), version = version + 1"
        " WHERE service_id = $1::uuid",
        UUID(bed),
    )
    assert await places(desk, service) == {sent.id: bed, other.id: None}


async def test_who_was_declined_is_proposed_another_place_if_there_is_one(
    desk: Desk, service: Service
) -> None:
    sent = await desk.refer(fresh("elv-low"))
    first_choice, second_choice = await some_beds(desk, sent.id)
    await desk.room(first_choice, 1)
    await desk.room(second_choice, 1)
    before = (await places(desk, service))[sent.id]
    assert before in {first_choice, second_choice}
    await said_no(desk, sent.id, before)
    after = second_choice if before == first_choice else first_choice
    assert await places(desk, service) == {sent.id: after}
    (answer,) = await confirm(desk, (await newest(desk))["id"], sent.id)
    assert answer["service"] == after, answer


@pytest.mark.parametrize(
    "other",
    ["purpose = 'bridge'", """need = jsonb_set(need::jsonb, '{kind}', '"nursing-planned"')"""],
    ids=["until there is a bed", "for other care"],
)
async def test_a_no_to_something_else_does_not_count(
    desk: Desk, service: Service, other: str
) -> None:
    sent = await desk.refer(fresh("elv-low"))
    bed = (await some_beds(desk, sent.id))[0]
    await desk.room(bed, 1)
    await said_no(desk, sent.id, bed)
    assert await places(desk, service) == {sent.id: None}
    await desk.rows(f"UPDATE offer SET {other} WHERE referral_id = $1::uuid", UUID(sent.id))
    await desk.rows("UPDATE referral SET version = version + 1 WHERE id = $1::uuid", UUID(sent.id))
    assert await places(desk, service) == {sent.id: bed}


async def test_what_was_declined_after_it_was_proposed_can_not_be_confirmed(
    desk: Desk, service: Service
) -> None:
    sent = await desk.refer(fresh("elv-low"))
    bed = (await some_beds(desk, sent.id))[0]
    await desk.room(bed, 1)
    await made(desk, service)
    shown = await newest(desk)
    assert of(shown)[sent.id]["proposed"]["service"] == bed
    await said_no(desk, sent.id, bed)
    (answer,) = await confirm(desk, shown["id"], sent.id)
    assert (answer["offer"], answer["code"]) == (None, "declined-already")
    assert (await desk.figures(bed))["held"] == 0
    assert await desk.value(
        "SELECT count(*) FROM audit WHERE action = 'refused' AND outcome = 'declined-already'"
        " AND entity = $1",
        f"referral/{sent.id}",
    )


async def test_a_place_that_is_only_expected_can_not_be_confirmed_yet(
    desk: Desk, service: Service
) -> None:
    sent = await desk.refer(fresh("elv-low"))
    bed = (await some_beds(desk, sent.id))[0]
    at = (datetime.now(UTC) + timedelta(hours=30)).isoformat()
    await desk.rows(
        """UPDATE capacity SET releases = json_build_array(
             json_build_object('at', $2::text, 'amount', 1)) WHERE service_id = $1::uuid""",
        UUID(bed),
        at,
    )
    await look(service)
    shown = await newest(desk)
    proposed = shown["items"][0]["proposed"]
    assert (proposed["service"], proposed["expected"]) == (bed, True)
    assert datetime.fromisoformat(proposed["start"]) >= datetime.fromisoformat(at)
    answers = await confirm(desk, shown["id"], sent.id)
    assert answers[0]["code"] == "not-free-yet"


async def test_who_is_on_the_list_of_a_service_goes_before_anyone_who_is_not(
    desk: Desk, service: Service
) -> None:
    sent = await desk.refer(fresh("elv-low"))
    bed = (await some_beds(desk, sent.id))[0]
    await desk.room(bed, 1)
    offer = await desk.offer(sent.id, bed)
    queued = await desk.ask("coordinator", "POST", f"/api/offers/{offer.json()['id']}/queue")
    assert queued.status_code == 200, queued.text
    other = await desk.refer(fresh("elv-low"))
    assert await look(service)
    people = of(await newest(desk))
    assert sent.id not in people
    assert people[other.id]["proposed"] is None


async def test_who_has_two_referrals_takes_part_once_with_the_more_urgent_one(
    desk: Desk, service: Service
) -> None:
    number = bsn()
    await desk.refer(fresh("grz", number))
    second = await desk.refer(fresh("elv-low", number))
    await urgent(desk, second.id, 2)
    await look(service)
    assert list(of(await newest(desk))) == [second.id]


async def test_who_needs_no_place_or_has_open_questions_takes_no_part(
    desk: Desk, service: Service
) -> None:
    await desk.refer(fresh("gp-planned"))
    bundle = fresh("elv-low")
    without_answer(bundle, "red-flags-none")
    unsure = await desk.refer(bundle)
    assert (await desk.get(f"/api/referrals/{unsure.id}"))["status"] == "provisional"
    await look(service)
    assert (await newest(desk))["items"] == []


async def test_a_new_one_is_made_when_things_changed_and_not_otherwise(
    desk: Desk, service: Service
) -> None:
    assert not await look(service)
    sent = await desk.refer(fresh("elv-low"))
    assert (await newest(desk))["changed"] is True
    assert not await look(service, rest=timedelta(minutes=1))
    assert await look(service)
    assert (await newest(desk))["changed"] is False
    await desk.room((await some_beds(desk, sent.id))[0], 1)
    await desk.rows("UPDATE capacity SET version = version + 1 WHERE total > used + closed")
    assert (await newest(desk))["changed"] is True
    assert await look(service)
    assert not await look(service)
    await desk.rows("UPDATE proposal SET made_at = made_at - interval '6 minutes'")
    assert await look(service)


async def test_one_process_makes_it_and_the_others_leave_it(desk: Desk, service: Service) -> None:
    await desk.refer(fresh("elv-low"))
    await desk.rows("UPDATE proposal SET made_at = made_at - interval '1 minute'")
    before = await desk.value("SELECT count(*) FROM proposal")
    await desk.rows("SELECT pg_advisory_lock($1)", Lock.PROPOSAL)
    assert not await look(service)
    await desk.rows("SELECT pg_advisory_unlock($1)", Lock.PROPOSAL)
    done = await asyncio.gather(*(look(service, timedelta(seconds=5)) for _ in range(5)))
    assert done.count(True) == 1
    assert await desk.value("SELECT count(*) FROM proposal") == before + 1


async def test_a_coordinator_may_ask_for_a_new_one(desk: Desk) -> None:
    await desk.refer(fresh("elv-low"))
    await desk.rows("UPDATE proposal SET made_at = made_at - interval '1 minute'")
    assert (await newest(desk))["changed"] is True
    mark = {"x-request-id": uuid4().hex}
    answer = await desk.ask("coordinator", "POST", "/api/proposal/refresh", headers=mark)
    assert (answer.status_code, answer.json()) == (202, {"accepted": True})
    rows = await desk.rows(
        "SELECT action, outcome, role, entity, detail::text AS detail FROM audit"
        " WHERE request_id = $1",
        mark["x-request-id"],
    )
    assert [tuple(row) for row in rows] == [
        ("read-proposal", "done", "coordinator", "proposal", '{"refresh":true}')
    ]
    for _ in range(200):
        if not (await newest(desk))["changed"]:
            break
        await asyncio.sleep(0.05)
    assert len((await newest(desk))["items"]) == 1


async def test_a_coordinator_sees_and_confirms_only_people_of_its_own_subregions(
    desk: Desk, service: Service, keys: Keys
) -> None:
    sent = await desk.refer(fresh("elv-low"))
    home = await desk.value("SELECT subregion FROM referral WHERE id = $1::uuid", UUID(sent.id))
    await desk.room((await some_beds(desk, sent.id))[0], 1)
    await look(service)

    def as_desk_of(subregion: str) -> dict[str, str]:
        who = Actor("elsewhere", Role.COORDINATOR, UUID(NOBODY), frozenset({subregion}))
        issued = Tokens(keys).issue(who, datetime.now(UTC), timedelta(minutes=5))
        return {"authorization": f"Bearer {issued}"}

    elsewhere = next(name for name in ("assen", "meppel") if name != home)
    there = await newest(desk, headers=as_desk_of(elsewhere))
    assert (there["items"], there["totals"]["placed"]) == ([], 1)
    refused = await confirm(desk, there["id"], sent.id, NOBODY, headers=as_desk_of(elsewhere))
    assert [one["code"] for one in refused] == ["not-found", "not-found"]
    assert refused[0]["detail"] == refused[1]["detail"]
    assert list(of(await newest(desk, headers=as_desk_of(home)))) == [sent.id]


async def test_a_long_proposal_is_read_page_by_page(desk: Desk, service: Service) -> None:
    sent = {(await desk.refer(fresh("elv-low"))).id for _ in range(5)}
    await look(service)
    shown = await newest(desk)
    read, mark = [], None
    while True:
        page = await desk.get("/api/proposal?size=2" + (f"&next={mark}" if mark else ""))
        assert page["id"] == shown["id"]
        read += [one["referral"] for one in page["items"]]
        if len(read) == 2:
            await desk.refer(fresh("elv-low"))
            await look(service)  # a newer one does not disturb who reads the one before
        mark = page["next"]
        if mark is None:
            break
    assert (len(read), set(read)) == (5, sent)
    bad = await desk.ask("coordinator", "GET", "/api/proposal?next=x")
    assert bad.status_code == 400


@pytest.mark.parametrize(
    ("body", "status", "element"),
    [
        (b"", 400, None),
        ({}, 400, ""),
        ({"referrals": []}, 400, "referrals"),
        ({"referrals": ["x"]}, 400, "referrals[0]"),
        ({"referrals": [NOBODY], "service": NOBODY}, 400, ""),
        ({"referrals": [NOBODY, NOBODY]}, 422, "referrals"),
        ({"referrals": [f"0190a0a0-0000-7000-8000-{n:012}" for n in range(51)]}, 400, "referrals"),
        ({"referrals": NOBODY}, 400, "referrals"),
    ],
)
async def test_a_confirmation_that_is_no_good_names_the_element(
    desk: Desk, service: Service, body: Any, status: int, element: str | None
) -> None:
    await look(service)
    path = f"/api/proposals/{(await newest(desk))['id']}/confirm"
    answer = await desk.ask("coordinator", "POST", path, body)
    assert answer.status_code == status, answer.text
    if element is not None:
        assert answer.json()["errors"][0]["path"] == element


async def test_an_unknown_and_an_old_proposal_are_refused(desk: Desk, service: Service) -> None:
    body = {"referrals": [NOBODY]}
    answer = await desk.ask("coordinator", "POST", f"/api/proposals/{NOBODY}/confirm", body)
    assert answer.status_code == 404
    await look(service)
    shown = await newest(desk)
    await desk.rows("UPDATE proposal SET made_at = made_at - interval '61 minutes'")
    answer = await desk.ask("coordinator", "POST", f"/api/proposals/{shown['id']}/confirm", body)
    assert answer.status_code == 409


async def test_an_hours_proposals_are_kept_and_no_more(desk: Desk, service: Service) -> None:
    before = await desk.value("SELECT count(*) FROM proposal")
    await desk.rows("UPDATE proposal SET made_at = made_at - interval '59 minutes'")
    assert await look(service)
    assert await desk.value("SELECT count(*) FROM proposal") == before + 1
    await desk.rows("UPDATE proposal SET made_at = made_at - interval '10 minutes'")
    assert await look(service)
    assert await desk.value("SELECT count(*) FROM proposal") == 2


async def test_that_one_was_made_is_in_the_audit_log(desk: Desk, service: Service) -> None:
    await desk.refer(fresh("elv-low"))
    await look(service)
    row = (
        await desk.rows(
            "SELECT role, detail::text FROM audit WHERE action = 'propose' AND entity = $1",
            f"proposal/{(await newest(desk))['id']}",
        )
    )[0]
    assert (row["role"], row["detail"]) == ("clock", '{"people":1,"placed":0}')


async def test_nobody_but_the_desk_reads_or_confirms_one(desk: Desk, service: Service) -> None:
    await look(service)
    shown = await newest(desk)
    for role in ("provider", "gp", "analyst"):
        assert (await desk.ask(role, "GET", "/api/proposal")).status_code == 403
        answer = await desk.ask(
            role, "POST", f"/api/proposals/{shown['id']}/confirm", {"referrals": [NOBODY]}
        )
        assert answer.status_code == 403
