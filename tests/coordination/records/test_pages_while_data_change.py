"""Pages are in the order that was asked, over every shelf, and stay right while data change."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from random import Random
from typing import Any
from uuid import UUID

import pytest
import search_oracle
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from records_world import Referred, World

from coordination.ids import new_id
from coordination.permissions import Actor
from coordination.records.shelf import Found
from fhir.search.parameters import parameters_of

pytest_plugins = ["records_fixture"]

KINDS = ("Observation", "ServiceRequest", "Task", "Location", "Organization")
SORTS = [
    (kind, way + name)
    for kind in KINDS
    for name, one in parameters_of(kind).items()
    if one.axis or name == "_id"
    for way in ("", "-")
]
CHANGING = frozenset({"_lastUpdated", "modified"})
"""The orders in which what changes takes another place."""
PERIOD = {"Observation": "effectivePeriod", "ServiceRequest": "occurrencePeriod",
          "Task": "executionPeriod"}  # fmt: skip


class Party:
    """A referrer with resources of each kind, of every shelf that has them."""

    def __init__(self, world: World, actor: Actor, chance: Random) -> None:
        self.world, self.actor, self.chance = world, actor, chance
        self.sent: dict[UUID, dict[str, Any]] = {}
        self.referred: dict[UUID, Referred] = {}
        self.offers: list[UUID] = []

    async def add(self, kind: str) -> None:
        """One more, in one of the ways in which there can be one."""
        world, chance = self.world, self.chance
        if kind in {"ServiceRequest", "Task"} and chance.random() < 0.6:
            one = await world.refer(self.actor)
            self.referred[one.id] = self.referred[one.task] = one
            if chance.random() < 0.5:
                self.offers.append(await world.offer(one))
            return
        world.pass_time()
        elements = self._elements(kind)
        identity = await world.add(self.actor, kind, **elements)
        self.sent[identity] = elements

    def _elements(self, kind: str) -> dict[str, Any]:
        start = self.world.now - timedelta(hours=self.chance.randrange(500))
        period = {"start": start.isoformat()}
        if self.chance.random() < 0.5:
            period["end"] = (start + timedelta(hours=self.chance.randrange(1, 50))).isoformat()
        elements: dict[str, Any] = {"status": "active", "name": "x"}
        if kind in PERIOD and self.chance.random() < 0.7:
            elements[PERIOD[kind]] = period
        if kind in {"ServiceRequest", "Task"} and self.chance.random() < 0.7:
            elements["authoredOn"] = start.isoformat()[:10]
        return elements

    async def change(self, identity: UUID, kind: str) -> bool:
        """Gives one another version; False for what can't have one, or not again."""
        world = self.world
        if identity in self.sent:
            world.pass_time()
            again = self.sent[identity] | {"language": "nl"}
            return await world.replace(self.actor, kind, identity, **again) is not None
        if identity in self.referred:
            await world.move(self.referred[identity], self.chance.choice(("offered", "triaged")))
        elif identity in self.offers:
            await world.reply(identity, "countered")
        else:
            return False
        return True


async def party(world: World, kind: str, chance: Random, number: int) -> Party:
    one = Party(world, await world._actor(world.gp.role), chance)
    for _ in range(number):
        await one.add(kind)
    return one


def key(kind: str, found: Found, sort: str) -> tuple[bool, Any, UUID]:
    """By what something is sorted, upwards; what has no such time comes last either way."""
    name, downwards = sort.removeprefix("-"), sort.startswith("-")
    one = parameters_of(kind)[name]
    identity = UUID(str(found.id))
    if name == "_id":
        return False, 0, identity
    if one.axis == "changed":
        return False, found.updated, identity
    body = search_oracle.decoded(found.body)
    spans = [span for value in search_oracle.said(one, body) for span in search_oracle.spans(value)]
    if not spans:
        return not downwards, 0, identity
    time = max(high for _, high in spans) if downwards else min(low for low, _ in spans)
    return downwards, time, identity


@pytest.mark.parametrize(("kind", "sort"), SORTS)
async def test_pages_are_in_the_order_that_is_asked(world: World, kind: str, sort: str) -> None:
    chance = Random(f"{kind} {sort}")
    mine = await party(world, kind, chance, 12)
    for _ in range(3):  # those of the region are everybody's
        await world.run(
            "INSERT INTO site VALUES ($1, $2, 'x', '7921', 'noord', 52, 6)",
            new_id(), mine.actor.organisation,
        )  # fmt: skip
    count = chance.randint(4, 9)
    told: list[Found] = []
    after: str | None = None
    while True:
        page = (
            await world.search(
                mine.actor, kind, ("_sort", sort), ("_count", str(count)), after=after
            )
        ).page
        told += page.found
        after = page.after
        if after is None:
            break
        assert len(page.found) == count
    assert len({one.id for one in told}) == len(told) >= 12
    expected = sorted(told, key=lambda one: key(kind, one, sort), reverse=sort.startswith("-"))
    assert [one.id for one in told] == [one.id for one in expected]
    whole = await world.search(mine.actor, kind, ("_summary", "count"))
    assert whole.page.total == len(told), "none is left out"


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(which=st.sampled_from(SORTS), seed=st.integers(0, 2**32))
async def test_pages_lose_nothing_and_repeat_nothing_while_data_change(
    world: World, which: tuple[str, str], seed: int
) -> None:
    kind, sort = which
    chance = Random(seed)
    mine = await party(world, kind, chance, chance.randint(4, 8))
    at_first = await world.search(mine.actor, kind, ("_count", "100"))
    lasting = {UUID(str(one.id)) for one in at_first.page.found}
    count = len(lasting) // chance.randint(2, 4) + 1
    told: Counter[UUID] = Counter()
    changed: set[UUID] = set()
    after: str | None = None
    for number in range(60):
        asked = (("_sort", sort), ("_count", str(count)))
        page = (await world.search(mine.actor, kind, *asked, after=after)).page
        told.update(UUID(str(one.id)) for one in page.found)
        after = page.after
        if after is None:
            break
        if number < 8 and chance.random() < 0.5:
            await mine.add(kind)
        one = chance.choice(sorted(lasting))
        if one not in changed and await mine.change(one, kind):
            changed.add(one)
    assert after is None, "there is a last page"
    once = {one for one, times in told.items() if times == 1}
    if sort.removeprefix("-") not in CHANGING:
        assert lasting <= once
        assert once == set(told)
    elif sort.startswith("-"):  # what changes goes to the front, behind who reads
        assert lasting - changed <= once
        assert once == set(told)
    else:  # what changes is met again further on: so one misses nothing
        assert lasting <= set(told)
        assert set(told) - once <= changed
