"""The worklist: the most urgent first, then who waits longest, page after page."""

from __future__ import annotations

import asyncio
import itertools
from datetime import UTC, datetime
from uuid import UUID

import pytest
from desk import Desk, fresh
from hypothesis import given, settings
from hypothesis import strategies as st

from coordination import paging
from coordination.db.worklist import Mark
from coordination.errors import Refused

pytest_plugins = ["desk_fixture"]
KINDS = ("elv-low", "gp-today", "seh", "fall-prevention", "112", "nursing-planned")


async def pages(desk: Desk, role: str, size: int) -> list[dict[str, str]]:
    found: list[dict[str, str]] = []
    mark: str | None = ""
    while mark is not None:
        page = await desk.get(f"/api/worklist?size={size}&next={mark}", role)
        assert len(page["items"]) <= size
        found += page["items"]
        mark = page["next"]
        assert page["items"] or mark is None
    return found


async def test_sixty_referrals_are_shown_in_order_and_each_once(desk: Desk) -> None:
    kinds = itertools.islice(itertools.cycle(KINDS), 60)
    sent = await asyncio.gather(*(desk.refer(fresh(kind), "transfer-nurse") for kind in kinds))
    for role in ("transfer-nurse", "coordinator"):
        listed = await pages(desk, role, 7)
        order = [(one["urgency"], one["received"], one["referral"]) for one in listed]
        assert order == sorted(order)
        ids = [one["referral"] for one in listed]
        assert len(ids) == len(set(ids))
        assert {one.id for one in sent} <= set(ids)
        assert [one["referral"] for one in await pages(desk, role, 200)] == ids


async def test_the_list_names_no_one(desk: Desk) -> None:
    await desk.refer(fresh("elv-low"))
    text = (await desk.ask("coordinator", "GET", "/api/worklist?size=200")).text
    assert "Voorbeeld-" not in text
    assert "birth" not in text


async def test_who_has_a_place_leaves_the_list(desk: Desk) -> None:
    sent = await desk.refer(fresh("elv-low"), "transfer-nurse")
    offer = await desk.offered(sent.id)
    await desk.reply(offer, "accept")
    listed = {one["referral"]: one for one in await pages(desk, "transfer-nurse", 200)}
    assert listed[sent.id]["state"] == "accepted"
    await desk.reply(offer, "start")
    assert sent.id not in {one["referral"] for one in await pages(desk, "transfer-nurse", 200)}


async def test_a_coordinator_sees_its_sub_regions_and_who_lives_nowhere_known(desk: Desk) -> None:
    sent = await desk.refer(fresh("elv-low"))
    await desk.rows("UPDATE referral SET subregion = 'elders' WHERE id = $1::text::uuid", sent.id)
    assert sent.id not in {one["referral"] for one in await pages(desk, "coordinator", 200)}
    hidden = await desk.ask("coordinator", "GET", f"/api/referrals/{sent.id}")
    assert hidden.status_code == 404
    found = await desk.get(f"/fhir/ServiceRequest?_id={sent.id}", "coordinator")
    assert found["total"] == 0
    await desk.rows("UPDATE referral SET subregion = NULL WHERE id = $1::text::uuid", sent.id)
    assert sent.id in {one["referral"] for one in await pages(desk, "coordinator", 200)}


marks = st.builds(
    Mark,
    st.integers(0, 5),
    st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    st.uuids(),
)


@given(marks)
def test_a_mark_survives_its_text(mark: Mark) -> None:
    assert paging.read(paging.write(mark), Mark) == mark


def test_without_a_mark_one_begins_at_the_start() -> None:
    assert paging.read(None, Mark) is paging.read("", Mark) is None


@settings(max_examples=50)
@given(st.text(min_size=1, max_size=60))
def test_any_other_text_is_refused_and_nothing_worse(text: str) -> None:
    with pytest.raises(Refused) as refused:
        paging.read(text, Mark)
    assert [fault.path for fault in refused.value.faults] == ["next"]


@pytest.mark.parametrize(
    "mark",
    [
        Mark(6, datetime(2026, 1, 1, tzinfo=UTC), UUID(int=0)),
        Mark(3, datetime(2026, 1, 1), UUID(int=0)),  # noqa: DTZ001 - that is the point
    ],
)
def test_a_mark_that_is_no_place_in_the_list_is_refused(mark: Mark) -> None:
    with pytest.raises(Refused):
        paging.read(paging.write(mark), Mark)
