"""Random searches over random stored resources find what they should by the words of FHIR."""

from __future__ import annotations

import json
from datetime import datetime
from random import Random
from typing import Any
from uuid import UUID

import pytest
import search_oracle
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from records_world import WHEN, World

from coordination.db import resources
from coordination.ids import new_id
from coordination.records.shelves import SHELVES
from coordination.records.stored import StoredShelf
from fhir.search.asked import ask
from fhir.search.index import index_of
from fhir.search.matching import fits
from fhir.search.parameters import PARAMETERS

pytest_plugins = ["records_fixture"]

KINDS = sorted(
    {kind for kind, shelf in SHELVES.items() if isinstance(shelf, StoredShelf)} & set(PARAMETERS)
    | {"Task", "ServiceRequest", "Location", "Organization"}
)
"""Types of which resources are stored, by themselves or beside what we show."""
OF_EACH = 14


class Held:
    """What is stored: of each type the ids, elements and moments."""

    def __init__(self) -> None:
        self.of: dict[str, list[tuple[UUID, dict[str, Any], datetime]]] = {}


@pytest.fixture(scope="module")
async def held(world: World) -> Held:
    chance, made = Random(11), Held()
    for kind in KINDS:
        made.of[kind] = []
        for _ in range(OF_EACH):
            elements = search_oracle.resource(kind, chance)
            world.pass_time(60 * 24 * 3)
            one = world.stored(kind, new_id(), **elements)
            await world.database.transact(
                lambda tx, one=one: resources.add(tx, [one], world.gp, None, world.now)  # type: ignore[misc]
            )
            made.of[kind].append((one.id, elements, world.now))
    return made


@settings(max_examples=500, deadline=None)
@given(kind=st.sampled_from(sorted(PARAMETERS)), seed=st.integers(0, 2**32))
def test_the_judge_in_memory_finds_what_the_oracle_finds_of_every_type(
    kind: str, seed: int
) -> None:
    chance = Random(seed)
    elements, asked = search_oracle.resource(kind, chance), search_oracle.search(kind, chance)
    query = ask(kind, [one.given for one in asked], personal=True, strict=True)
    said = index_of(kind, json.dumps(elements).encode())
    found = fits(query, "an-id", WHEN, said)
    assert found is search_oracle.fits(kind, elements, WHEN, asked), (elements, asked)


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(kind=st.sampled_from(KINDS), seed=st.integers(0, 2**32))
async def test_the_database_and_the_judge_in_memory_find_what_the_oracle_finds(
    world: World, held: Held, kind: str, seed: int
) -> None:
    asked = search_oracle.search(kind, Random(seed))
    given_ = [one.given for one in asked]
    expected = {
        identity
        for identity, elements, updated in held.of[kind]
        if search_oracle.fits(kind, elements, updated, asked)
    }
    query = ask(kind, given_, personal=True, strict=True)
    in_memory = {
        identity
        for identity, elements, updated in held.of[kind]
        if fits(query, str(identity), updated, index_of(kind, json.dumps(elements).encode()))
    }
    assert in_memory == expected, (kind, given_)
    results = await world.search(world.gp, kind, *given_, ("_count", "100"))
    mine = {one.id for one in results.page.found} & {one[0] for one in held.of[kind]}
    assert mine == expected, (kind, given_)
    counted = await world.search(world.gp, kind, *given_, ("_summary", "count"))
    assert counted.page.total == len(results.page.found), (kind, given_)
