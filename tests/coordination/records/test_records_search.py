"""What is searched is what is shown: by state, by person, by time, and each party its own."""

from __future__ import annotations

import contextlib
import json
from datetime import timedelta
from itertools import product
from random import Random
from typing import Any
from uuid import UUID

import msgspec
import pytest
from records_world import BSN, WHEN, World

from coordination.errors import Refused, Wrong
from coordination.ids import new_id
from coordination.permissions import Actor
from coordination.records.paged import COUNTED
from coordination.records.shelf import Found
from coordination.referral import State
from fhir.search.asked import ask
from fhir.search.index import index_of
from fhir.search.matching import fits, ordered
from fhir.search.query import Terms, Through

pytest_plugins = ["records_fixture"]

PREFIXES = ("", "eq", "ne", "gt", "lt", "ge", "le", "sa", "eb", "ap")


async def test_a_task_is_found_by_the_state_that_it_shows(world: World) -> None:
    one = await world.refer(state="received")
    only = ("_id", str(one.task))
    for state, status in (
        ("received", "received"),
        ("triaged", "accepted"),
        ("placed", "completed"),
        ("cancelled", "cancelled"),
    ):
        await world.move(one, state)
        for asked in ("received", "accepted", "completed", "cancelled", "requested"):
            there = [one.task] if asked == status else []
            assert await world.found(world.gp, "Task", only, ("status", asked)) == there
            hidden = [] if asked == status else [one.task]
            assert await world.found(world.gp, "Task", only, ("status:not", asked)) == hidden
        assert await world.found(world.gp, "Task", only, ("business-status", state)) == [one.task]
        assert await world.found(world.gp, "Task", only, ("business-status:missing", "true")) == []
        both = f"requested,{status}"
        assert await world.found(world.gp, "Task", only, ("status", both)) == [one.task]
        moment = world.now.isoformat().replace("+00:00", "Z")
        for name in ("modified", "_lastUpdated"):
            assert await world.found(world.gp, "Task", only, (name, f"ge{moment}")) == [one.task]
            assert await world.found(world.gp, "Task", only, (name, f"gt{moment}")) == []
    request = ("_id", str(one.id))
    assert await world.found(world.gp, "ServiceRequest", request, ("status", "revoked")) == [one.id]
    assert await world.found(world.gp, "ServiceRequest", request, ("status", "active")) == []


async def test_a_provider_finds_no_offer_by_the_person_until_it_accepted(world: World) -> None:
    one = await world.refer()
    offer = await world.offer(one)
    by_person = [
        ("patient", f"Patient/{one.patient}"),
        ("subject", str(one.patient)),
        ("focus", f"ServiceRequest/{one.id}"),
        ("part-of", f"Task/{one.task}"),
        ("patient:missing", "false"),
        ("intent", "order"),
        ("status", "accepted"),
    ]
    own = ("_id", str(offer))
    for clause in by_person:
        assert await world.found(world.provider, "Task", own, clause) == []
    by_itself = [
        ("owner", f"HealthcareService/{world.service}"),
        ("owner:missing", "false"),
        ("identifier", f"urn:naober:offer|{offer}"),
        ("identifier", str(offer)),
        ("code", "fulfill"),
        ("patient:missing", "true"),
    ]
    numbers = json.loads((await world.read(world.provider, "Task", offer)).body)["identifier"]
    by_itself[2] = ("identifier", f"{numbers[0]['system']}|{offer}")
    for clause in (*by_itself, ("intent", "plan"), ("status", "requested")):
        assert await world.found(world.provider, "Task", own, clause) == [offer]
    assert await world.found(world.other_provider, "Task", own) == []
    await world.reply(offer, "accepted")
    for clause in (*by_person, *by_itself[:5]):
        assert await world.found(world.provider, "Task", own, clause) == [offer]
    mine = await world.found(world.provider, "Task", ("patient", f"Patient/{one.patient}"))
    assert mine == [offer, one.task]
    chained = ("patient.identifier", f"{BSN}|999900018")
    assert await world.found(world.provider, "Task", chained, own) == [offer]
    await world.reply(offer, "declined")
    for clause in (*by_person, chained):
        assert await world.found(world.provider, "Task", own, clause) == []


async def test_through_a_patient_each_party_finds_what_it_may_see(world: World) -> None:
    one = await world.refer(bsn="999900092")
    theirs = await world.refer(world.other_gp, bsn="999900092")
    chained = ("patient.identifier", f"{BSN}|999900092")
    for kind, mine, other in (
        ("Task", one.task, theirs.task),
        ("Observation", one.observation, theirs.observation),
        ("ServiceRequest", one.id, theirs.id),
    ):
        assert await world.found(world.gp, kind, chained) == [mine]
        assert await world.found(world.other_gp, kind, chained) == [other]
        assert await world.found(world.desk, kind, chained) == [other, mine]
        assert await world.found(world.provider, kind, chained) == []
    assert await world.found(world.gp, "Task", ("patient.identifier", f"{BSN}|999990019")) == []


async def test_what_is_included_is_theirs_to_see_and_comes_once(world: World) -> None:
    one, two = await world.refer(), await world.refer()
    shared = {"reference": f"Patient/{one.patient}"}
    foreign = await world.add(world.other_gp, "Patient", gender="male")
    extra = [
        await world.add(
            world.gp, "Observation", one.id, status="final", code={"text": "x"}, subject=shared,
            focus=[{"reference": f"Patient/{foreign}"}],
        )
        for _ in range(3)
    ]  # fmt: skip
    ids = ",".join(str(key) for key in (*extra, one.observation, two.observation))
    results = await world.search(
        world.gp, "Observation", ("_id", ids), ("_include", "Observation:subject")
    )
    assert len(results.page.found) == 5
    assert sorted(str(found.id) for found in results.included) == sorted(
        map(str, (one.patient, two.patient))
    )
    offer = await world.offer(one)
    asked = (("_id", str(offer)), ("_include", "Task:patient"), ("_include", "Task:focus"))
    assert (await world.search(world.provider, "Task", *asked)).included == []
    await world.reply(offer, "accepted")
    included = (await world.search(world.provider, "Task", *asked)).included
    assert {(found.type, found.id) for found in included} == {
        ("Patient", one.patient), ("ServiceRequest", one.id),
    }  # fmt: skip


async def pages(
    world: World, actor: Actor, kind: str, *given: tuple[str, str], between: Any = None
) -> list[list[Found]]:
    found: list[list[Found]] = []
    after: str | None = None
    while len(found) < 200:
        results = await world.search(actor, kind, *given, after=after)
        found.append(list(results.page.found))
        after = results.page.after
        if after is None:
            return found
        if between is not None:
            await between(len(found))
    raise AssertionError("no last page")


@pytest.mark.parametrize("sort", ["", "-authored-on", "authored-on", "_lastUpdated", "_id"])
async def test_pages_show_each_once_while_others_come_and_move(world: World, sort: str) -> None:
    referred = [await world.refer() for _ in range(9)]
    offers = [await world.offer(one) for one in referred[:4]]
    lasting = {one.task for one in referred} | set(offers)
    first = referred[0].task
    given = [("_count", "3"), ("authored-on", f"ge{_date(world, first)}")]
    if sort:
        given.append(("_sort", sort))

    async def meanwhile(page: int) -> None:
        await world.refer()
        if sort != "_lastUpdated" and page < 4:
            await world.move(referred[page], "offered")
            await world.reply(offers[page], "countered")

    whole = await pages(world, world.gp, "Task", *given, between=meanwhile)
    told = [found.id for page in whole for found in page]
    assert len(told) == len(set(told))
    assert lasting <= set(told)
    assert all(len(page) == 3 for page in whole[:-1])
    if not sort:
        assert told == sorted(told, key=str, reverse=True)


def _date(world: World, _task: UUID) -> str:
    return (world.now - timedelta(hours=1)).isoformat().replace("+00:00", "Z")


@pytest.mark.parametrize("after", ["x", "e30", "AAAA", "gqNpZMQ", "%"])
async def test_a_page_that_is_none_of_ours_is_refused_by_name(world: World, after: str) -> None:
    for kind in ("Task", "Observation"):
        with pytest.raises(Refused) as refused:
            await world.search(world.gp, kind, after=after)
        assert refused.value.wrong is Wrong.INVALID
        assert refused.value.faults[0].path == "_page"
        with pytest.raises(Refused):
            await world.history(world.gp, kind, after=after)


async def test_a_page_of_another_order_is_refused(world: World) -> None:
    for _ in range(3):
        await world.refer()
    page = (await world.search(world.gp, "Task", ("_count", "1"))).page
    assert page.after is not None
    with pytest.raises(Refused) as refused:
        await world.search(world.gp, "Task", ("_sort", "_lastUpdated"), after=page.after)
    assert refused.value.wrong is Wrong.INVALID


async def test_the_total_is_exact_where_it_is_given(world: World) -> None:
    someone = await world._actor(world.gp.role)
    referred = [await world.refer(someone) for _ in range(5)]
    for one in referred[:2]:
        await world.offer(one)
    for given, count, total in (
        ((), 7, 7),
        ((("_count", "2"),), 2, 7),
        ((("_count", "0"),), 0, 7),
        ((("_summary", "count"),), 0, 7),
        ((("_count", "2"), ("_total", "accurate")), 2, 7),
        ((("_count", "2"), ("_total", "none")), 2, None),
        ((("status", "requested"), ("_count", "1")), 1, 2),
        ((("status", "entered-in-error"),), 0, 0),
    ):
        page = (await world.search(someone, "Task", *given)).page
        assert (len(page.found), page.total) == (count, total), given
        assert (page.after is None) is (count in {0, 7})


@pytest.fixture(scope="module")
async def many(world: World) -> list[UUID]:
    """Observations at all sorts of times, some without any."""
    chance = Random(7)
    someone = world.other_gp
    made = []
    for number in range(60):
        start = WHEN + timedelta(minutes=chance.randrange(0, 6 * 24 * 60))
        text = start.isoformat()
        times: dict[str, Any] = chance.choice(
            [
                {},
                {"effectiveDateTime": text[:10]},
                {"effectiveDateTime": text[:7]},
                {"effectiveDateTime": text},
                {"effectivePeriod": {"start": text}},
                {"effectivePeriod": {"end": text}},
                {
                    "effectivePeriod": {
                        "start": text,
                        "end": (start + timedelta(days=1)).isoformat(),
                    }
                },
            ]
        )
        world.pass_time(7)
        made.append(
            await world.add(
                someone, "Observation", status=chance.choice(["final", "preliminary"]),
                code={"coding": [{"system": "http://loinc.org", "code": str(number % 4)}]},
                category=[{"coding": [{"code": "vital-signs"}]}] if number % 3 else [],
                **times,
            )
        )  # fmt: skip
    return made


ASKED: list[tuple[tuple[str, str], ...]] = [
    *((("date", f"{prefix}{value}"),) for prefix, value in product(
        PREFIXES, ("2026-11-03", "2026-11", "2026", "2026-11-04T10:00:00Z", "2026-11-02T10:00Z"))),
    *((("_lastUpdated", f"{prefix}2026-11-01"),) for prefix in PREFIXES),
    (("code", "http://loinc.org|1"),), (("code", "1,2"),), (("code", "http://loinc.org|"),),
    (("code:not", "1"),), (("code:not", "1,2"), ("status", "final")), (("status:not", "final"),),
    (("category:missing", "true"),), (("category:missing", "false"), ("code", "3")),
    (("date:missing", "true"),), (("date", "ge2026-11-02"), ("date", "lt2026-11-04")),
    (("date", "2026-11-02,2026-11-04"),), (("date", "gt2026-11-05"), ("status", "preliminary")),
]  # fmt: skip


@pytest.mark.parametrize("given", ASKED, ids=str)
async def test_the_database_finds_what_the_judge_in_memory_finds(
    world: World, many: list[UUID], given: tuple[tuple[str, str], ...]
) -> None:
    query = ask("Observation", [*given, ("_count", "100")], personal=False, strict=True)
    actor = world.other_gp
    theirs = [await world.read(actor, "Observation", key) for key in many]
    expected = {
        one.id
        for one in theirs
        if fits(query, str(one.id), one.updated, index_of("Observation", one.body))
    }
    page = (await world.search(actor, "Observation", *given, ("_count", "100"))).page
    assert {one.id for one in page.found} & set(many) == expected
    sqls = (await world.search(actor, "Observation", *given, ("_summary", "count"))).page.total
    assert sqls == len(page.found), "the database finds more than fits"


@pytest.mark.parametrize("sort", ["date", "-date", "_lastUpdated", "-_lastUpdated", "_id", "-_id"])
async def test_the_order_is_that_of_the_judge_in_memory(
    world: World, many: list[UUID], sort: str
) -> None:
    actor = world.other_gp
    query = ask("Observation", [("_sort", sort)], personal=False, strict=True)
    told = [
        found
        for page in await pages(world, actor, "Observation", ("_sort", sort), ("_count", "7"))
        for found in page
        if found.id in many
    ]
    assert len(told) == len(many)

    def said(one: Found) -> Any:
        return str(one.id), one.updated, index_of("Observation", one.body)

    def key(one: Found) -> Any:
        about = said(one)[2].about
        return about and (about.high if sort.startswith("-") else about.low)

    expected = ordered(query, told, said)
    if sort.endswith("date"):
        assert [key(one) for one in told] == [key(one) for one in expected]
    else:
        assert told == expected


TASKS: list[tuple[tuple[str, str], ...]] = [
    *((("status", status),) for status in (
        "requested", "received", "accepted", "on-hold", "completed", "cancelled", "draft", "none")),
    *((("status:not", status),) for status in ("accepted", "requested,completed", "draft")),
    (("business-status", "triaged,countered"),), (("business-status:not", "placed"),),
    (("business-status:missing", "true"),), (("business-status:missing", "false"),),
    (("intent", "plan"),), (("intent:not", "order"),),
    (("intent", "order"), ("status", "accepted")), (("period:missing", "true"),),
    (("patient:missing", "true"),), (("focus:missing", "false"),), (("part-of:missing", "false"),),
    (("owner:missing", "false"), ("status:not", "requested")), (("code", "fulfill"),),
    (("code:not", "fulfill"),), (("period:missing", "false"),), (("period", "ge2026-11-01"),),
    (("identifier:missing", "false"),), (("authored-on:missing", "true"),),
    (("patient.identifier", f"{BSN}|999900018"), ("status", "accepted")),
    *((("authored-on", f"{prefix}2026-11-01T10:30:00Z"),) for prefix in PREFIXES),
    *((("modified", f"{prefix}2026-11-01T11:00Z"),) for prefix in PREFIXES),
    *((("_lastUpdated", f"{prefix}2026-11-01T10:00Z"), ("status", "accepted,requested"))
      for prefix in PREFIXES),
]  # fmt: skip


@pytest.fixture(scope="module")
async def tasks(world: World) -> dict[str, list[Found]]:
    """Referrals and offers in every state, and Tasks of no referral; as each party sees them."""
    for number, state in enumerate(State):
        one = await world.refer([world.gp, world.other_gp][number % 2])
        await world.move(one, state.value)
        await world.add(
            one.owner, "Task", one.id, status="requested", intent="order",
            focus={"reference": f"Task/{one.task}"}, code={"coding": [{"code": "abort"}]},
        )  # fmt: skip
    for answer in ("requested", "countered", "waiting", "accepted", "declined", "withdrawn",
                   "expired", "completed", "ended"):  # fmt: skip
        offer = await world.offer(await world.refer())
        await world.reply(offer, answer)
    for status in ("draft", "requested", "completed"):
        await world.add(
            world.gp, "Task", status=status, intent="plan", authoredOn="2026-11-01T10:00:00Z",
            code={"coding": [{"code": "fulfill"}]},
        )  # fmt: skip
    every = await world.rows(
        "SELECT id FROM resource WHERE type = 'Task' UNION SELECT id FROM offer"
    )
    seen: dict[str, list[Found]] = {}
    for name in ("gp", "other_gp", "provider", "desk", "other_desk"):
        seen[name] = []
        for row in every:
            with contextlib.suppress(Refused):
                seen[name].append(await world.read(getattr(world, name), "Task", row.id))
    return seen


@pytest.mark.parametrize("given", TASKS, ids=str)
async def test_tasks_are_found_by_what_is_shown_of_them(
    world: World, tasks: dict[str, list[Found]], given: tuple[tuple[str, str], ...]
) -> None:
    query = ask("Task", given, personal=True, strict=True)
    for name, theirs in tasks.items():
        actor = getattr(world, name)
        whom = ("identifier", f"{BSN}|999900018")
        patients = await pages(world, actor, "Patient", whom, ("_count", "100"))
        whose = Terms(
            "patient", tuple(f"patient=Patient/{one.id}" for page in patients for one in page)
        )
        clauses = [whose if isinstance(one, Through) else one for one in query.clauses]
        direct = msgspec.structs.replace(query, clauses=tuple(clauses))
        expected = {
            one.id
            for one in theirs
            if fits(direct, str(one.id), one.updated, index_of("Task", one.body))
        }
        paged = await pages(world, actor, "Task", *given, ("_count", "40"), ("_total", "accurate"))
        found = [one for page in paged for one in page]
        assert [one.id for one in found] == sorted(expected, reverse=True)
        total = len(expected) if len(expected) <= COUNTED else None
        assert (await world.search(actor, "Task", *given)).page.total == total


async def test_what_is_unknown_to_the_shelves_is_not_there(world: World) -> None:
    with pytest.raises(Refused, match="no such Device"):
        await world.read(world.gp, "Device", new_id())
