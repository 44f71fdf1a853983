"""Who reads which resource, and in which version: what isn't theirs is not there."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

import pytest
from records_world import World

from coordination.db import resources
from coordination.errors import Refused, Wrong
from coordination.ids import new_id
from coordination.permissions import Actor
from coordination.records import reading
from coordination.records.shelf import Found

pytest_plugins = ["records_fixture"]


def body(found: Found) -> dict[str, Any]:
    decoded: dict[str, Any] = json.loads(found.body)
    assert decoded["meta"]["versionId"] == str(found.version)
    return decoded


async def sees(world: World, actor: Actor, kind: str, identity: UUID | str) -> bool:
    try:
        await world.read(actor, kind, identity)
    except Refused as refused:
        if refused.wrong is not Wrong.NOT_FOUND:
            raise
        return False
    return True


async def test_each_party_reads_its_own_and_nothing_else(world: World) -> None:
    one = await world.refer()
    offer = await world.offer(one)
    parts = [
        ("Patient", one.patient), ("ServiceRequest", one.id), ("Task", one.task),
        ("Observation", one.observation),
    ]  # fmt: skip
    for kind, identity in parts:
        assert await sees(world, world.gp, kind, identity)
        assert await sees(world, world.desk, kind, identity)
        for stranger in (world.other_gp, world.other_desk, world.provider, world.other_provider):
            assert not await sees(world, stranger, kind, identity)
    for actor in (world.gp, world.desk, world.provider):
        assert await sees(world, actor, "Task", offer)
    for actor in (world.other_gp, world.other_desk, world.other_provider):
        assert not await sees(world, actor, "Task", offer)
    await world.reply(offer, "accepted")
    for kind, identity in parts:
        assert await sees(world, world.provider, kind, identity)
        assert not await sees(world, world.other_provider, kind, identity)
    await world.reply(offer, "withdrawn")
    for kind, identity in parts:
        assert not await sees(world, world.provider, kind, identity)


async def test_a_referral_of_an_unknown_place_is_every_desks(world: World) -> None:
    one = await world.refer(subregion=None)
    assert await sees(world, world.other_desk, "Task", one.task)
    assert await world.found(world.other_desk, "Task", ("_id", str(one.task))) == [one.task]


async def test_what_belongs_to_no_referral_is_its_organisations(world: World) -> None:
    alone = await world.add(world.gp, "Observation", status="final", code={"text": "x"})
    assert await sees(world, world.gp, "Observation", alone)
    for stranger in (world.other_gp, world.desk, world.provider):
        assert not await sees(world, stranger, "Observation", alone)


async def test_a_patient_of_a_later_referral_is_seen_by_who_sees_that(world: World) -> None:
    patient = await world.add(world.gp, "Patient", gender="female")
    one = await world.refer()
    await world.run("UPDATE referral SET patient_id = $2 WHERE id = $1", one.id, patient)
    offer = await world.offer(one)
    assert await sees(world, world.desk, "Patient", patient)
    assert not await sees(world, world.other_desk, "Patient", patient)
    assert not await sees(world, world.provider, "Patient", patient)
    assert await world.found(world.provider, "Patient", ("_id", str(patient))) == []
    await world.reply(offer, "accepted")
    assert await sees(world, world.provider, "Patient", patient)
    assert await world.found(world.provider, "Patient", ("_id", str(patient))) == [patient]
    assert await world.found(world.desk, "Patient", ("_id", str(patient))) == [patient]


@pytest.mark.parametrize(
    "identity", ["x", "", "0190A0A0-0000-7000-8000-00000000BED0", str(new_id())]
)
async def test_what_is_no_id_is_not_there(world: World, identity: str) -> None:
    for kind in ("Task", "Observation"):
        assert not await sees(world, world.gp, kind, identity)
        with pytest.raises(Refused, match=f"no such {kind}"):
            await world.look(world.gp, _version(kind, identity))


def _version(kind: str, identity: str) -> Any:
    return lambda tx, reader: reading.version(tx, reader, kind, identity, 1)


async def test_what_was_deleted_is_gone(world: World) -> None:
    alone = await world.add(world.gp, "Observation", status="final", code={"text": "x"})
    await world.run("UPDATE resource SET body = '', version = 2 WHERE id = $1", alone)
    with pytest.raises(Refused) as refused:
        await world.read(world.gp, "Observation", alone)
    assert refused.value.wrong is Wrong.GONE
    assert not await sees(world, world.other_gp, "Observation", alone)


async def test_each_version_of_what_was_sent_is_read_back(world: World) -> None:
    alone = await world.add(world.gp, "Observation", status="preliminary", code={"text": "x"})
    for version, status in ((2, "final"), (3, "amended")):
        world.pass_time()
        made = await world.replace(
            world.gp, "Observation", alone, status=status, code={"text": "x"}
        )
        assert made == version
    for number, status in ((1, "preliminary"), (2, "final"), (3, "amended")):
        found = await world.version(world.gp, "Observation", alone, number)
        assert (found.version, json.loads(found.body)["status"]) == (number, status)
    for number in (0, 4):
        with pytest.raises(Refused):
            await world.version(world.gp, "Observation", alone, number)
    with pytest.raises(Refused):
        await world.version(world.other_gp, "Observation", alone, 1)
    page = await world.history(world.gp, "Observation", alone)
    assert [(one.version, one.method) for one in page.found] == [
        (3, "PUT"), (2, "PUT"), (1, "POST"),
    ]  # fmt: skip
    assert page.total == 3
    assert (
        await world.found(world.gp, "Observation", ("_id", str(alone)), ("status", "final")) == []
    )


async def test_a_version_replaced_meanwhile_is_left_alone(world: World) -> None:
    alone = await world.add(world.gp, "Observation", status="final", code={"text": "x"})
    held = await world.database.transact(lambda tx: resources.by_id(tx, "Observation", alone))
    assert held is not None
    await world.replace(world.gp, "Observation", alone, status="amended", code={"text": "x"})
    late = world.stored("Observation", alone, status="cancelled", code={"text": "x"})
    done = await world.database.transact(
        lambda tx: resources.replace(tx, world.gp, held, late, world.now)
    )
    assert done is None
    assert body_status(await world.read(world.gp, "Observation", alone)) == "amended"
    assert len(await world.rows("SELECT 1 FROM resource_past WHERE id = $1", alone)) == 1


def body_status(found: Found) -> str:
    status: str = json.loads(found.body)["status"]
    return status


async def test_a_task_is_followed_through_a_whole_placement(world: World) -> None:
    one = await world.refer(state="received")
    steps = ("needs-info", "triaged", "offered", "accepted", "placed")
    for state in steps:
        await world.move(one, state)
    page = await world.history(world.gp, "Task", one.task)
    shown = [body(found) for found in reversed(page.found)]
    assert [task["businessStatus"]["coding"][0]["code"] for task in shown] == ["received", *steps]
    assert [task["status"] for task in shown] == [
        "received", "received", "accepted", "accepted", "accepted", "completed",
    ]  # fmt: skip
    assert [found.version for found in page.found] == [6, 5, 4, 3, 2, 1]
    updated = [found.updated for found in page.found]
    assert updated == sorted(updated, reverse=True)
    for found in page.found:
        again = await world.version(world.gp, "Task", one.task, found.version)
        assert again == found
    assert page.found[0] == await world.read(world.gp, "Task", one.task)
    request = [
        body(found)["status"]
        for found in (await world.history(world.gp, "ServiceRequest", one.id)).found
    ]
    assert request == ["completed", *["active"] * 5]


async def test_new_content_of_a_task_is_a_version_of_its_referral(world: World) -> None:
    one = await world.refer()
    await world.move(one, "offered")
    world.pass_time()
    made = await world.replace(
        world.gp, "Task", one.task, status="requested", intent="order", note=[{"text": "Bel even."}]
    )
    assert made == 3
    await world.move(one, "accepted")
    page = await world.history(world.gp, "Task", one.task)
    told = [
        (found.version, body(found)["businessStatus"]["coding"][0]["code"], "note" in body(found))
        for found in page.found
    ]
    assert told == [
        (4, "accepted", True),
        (3, "offered", True),
        (2, "offered", False),
        (1, "triaged", False),
    ]
    for found in page.found:
        assert await world.version(world.gp, "Task", one.task, found.version) == found
    assert (await world.read(world.gp, "ServiceRequest", one.id)).version == 4


async def test_a_later_task_of_a_referral_shows_its_state_from_then_on(world: World) -> None:
    one = await world.refer()
    await world.move(one, "offered")
    world.pass_time()
    late = await world.add(
        world.gp,
        "Task",
        one.id,
        stated=True,
        status="requested",
        intent="order",
        focus={"reference": f"ServiceRequest/{one.id}"},
    )
    await world.move(one, "accepted")
    page = await world.history(world.gp, "Task", late)
    assert [(found.version, body(found)["status"]) for found in page.found] == [
        (3, "accepted"), (2, "accepted"),
    ]  # fmt: skip
    with pytest.raises(Refused):
        await world.version(world.gp, "Task", late, 1)
    everything = await world.history(world.gp, "Task")
    assert [found.version for found in everything.found if found.id == late] == [3, 2]


async def test_an_offer_tells_the_person_only_in_versions_in_which_it_was_accepted(
    world: World,
) -> None:
    one = await world.refer()
    offer = await world.offer(one)
    for state in ("countered", "accepted", "completed", "ended"):
        await world.reply(offer, state)
    page = await world.history(world.provider, "Task", offer)
    shown = [body(found) for found in reversed(page.found)]
    assert [task["status"] for task in shown] == [
        "requested", "on-hold", "accepted", "completed", "completed",
    ]  # fmt: skip
    assert ["for" in task for task in shown] == [False, False, True, True, True]
    assert [task["intent"] for task in shown] == ["plan", "plan", "order", "order", "order"]
    for found in page.found:
        assert await world.version(world.provider, "Task", offer, found.version) == found
        if found.version < 3:
            assert str(one.patient).encode() not in found.body
            assert str(one.id).encode() not in found.body


async def test_a_type_is_followed_newest_first_each_party_its_own(world: World) -> None:
    begin = world.pass_time()
    one, other = await world.refer(), await world.refer(world.other_gp)
    offer = await world.offer(one)
    await world.move(one, "offered")
    await world.replace(world.gp, "Task", one.task, status="requested", intent="order")
    await world.reply(offer, "accepted")
    await world.move(one, "accepted")
    alone = await world.add(world.gp, "Task", status="draft", intent="plan")
    await world.replace(world.gp, "Task", alone, status="ready", intent="plan")
    for actor, ids in (
        (world.gp, {one.task, offer, alone}),
        (world.other_gp, {other.task}),
        (world.desk, {one.task, other.task, offer}),
        (world.provider, {one.task, offer}),
        (world.other_provider, set()),
    ):
        whole = await world.history(actor, "Task", since=begin)
        assert {found.id for found in whole.found} == ids
        for identity in ids:
            apart = await world.history(actor, "Task", identity)
            together = [found for found in whole.found if found.id == identity]
            assert together == list(apart.found)
        paged: list[Found] = []
        after: str | None = None
        for _ in range(20):
            page = await world.history(actor, "Task", since=begin, count=2, after=after)
            paged += page.found
            after = page.after
            if after is None:
                break
        assert paged == list(whole.found)
    later = await world.history(world.gp, "Observation", since=world.pass_time())
    assert list(later.found) == []


async def test_every_look_leaves_one_audit_row_without_a_value_of_a_person(world: World) -> None:
    one = await world.refer(bsn="999900080")
    looks: list[tuple[str, Any]] = [
        (f"Task/{one.task}", world.read(world.gp, "Task", one.task)),
        (f"Task/{one.task}/_history/1", world.version(world.gp, "Task", one.task, 1)),
        (f"Task/{one.task}/_history", world.history(world.gp, "Task", one.task)),
        ("Task/_history", world.history(world.gp, "Task")),
        ("Task", world.search(
            world.gp, "Task", ("patient.identifier", "http://fhir.nl/fhir/NamingSystem/bsn|999900080"),
            ("_include", "Task:patient"))),
    ]  # fmt: skip
    for entity, look in looks:
        before = await world.rows("SELECT max(id) AS last FROM audit")
        await look
        rows = await world.rows(
            "SELECT entity, action, detail::text FROM audit WHERE id > $1", before[0].last or 0
        )
        assert [(row.entity, row.action) for row in rows] == [(entity, "read-fhir")]
        assert "999900080" not in f"{rows[0].detail}"
