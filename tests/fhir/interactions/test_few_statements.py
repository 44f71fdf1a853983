"""An interaction goes to the database a few times only: each way there costs more than its rows."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar
from urllib.parse import parse_qsl

import msgspec
import pytest
from desk import Desk, fresh

from coordination.app import Service
from coordination.db.engine import Transaction
from coordination.demo.actors import actor
from coordination.demo.region import Region
from coordination.permissions import Role
from coordination.receiving import referring, transacting
from coordination.records import reading
from coordination.records.shelf import Reader
from fhir.interactions.writer import writer
from fhir.search.asked import ask

pytest_plugins = ["desk_fixture"]

Result = TypeVar("Result")
OBSERVATION = {
    "resourceType": "Observation",
    "status": "final",
    "code": {"coding": [{"system": "http://loinc.org", "code": "8867-4"}]},
}


class Counting(Transaction):
    """A transaction that counts its statements."""

    __slots__ = ("statements",)

    def __init__(self, within: Transaction) -> None:
        super().__init__(within._driver)
        self.statements: list[str] = []

    async def rows(self, sql: str, *parameters: Any) -> Any:
        self.statements.append(sql)
        return await super().rows(sql, *parameters)

    async def row(self, sql: str, *parameters: Any) -> Any:
        self.statements.append(sql)
        return await super().row(sql, *parameters)

    async def run(self, sql: str, *parameters: Any) -> None:
        self.statements.append(sql)
        await super().run(sql, *parameters)


class Door:
    """Does what the FHIR door does, in a transaction that counts."""

    def __init__(self, service: Service, region: Region) -> None:
        self.parts = service.parts
        self.gp, _ = actor(Role.GP, region.organisations, None)
        self.desk, _ = actor(Role.COORDINATOR, region.organisations, None)

    async def count(self, work: Callable[[Transaction], Awaitable[Any]]) -> int:
        async def counted(tx: Transaction) -> int:
            counting = Counting(tx)
            await work(counting)
            return len(counting.statements)

        return await self.parts.database.transact(counted)

    async def search(self, kind: str, asked: str, *, desk: bool = False) -> int:
        reader = Reader(self.desk if desk else self.gp, self.parts.vault, self.parts.now())
        query = ask(kind, parse_qsl(asked), personal=True, strict=True)
        return await self.count(lambda tx: reading.search(tx, reader, query))

    async def create(self, resource: dict[str, Any]) -> int:
        kind = resource["resourceType"]
        checked = referring.check_resource(msgspec.json.encode(resource), kind)
        by = writer(self.parts, self.gp)
        return await self.count(lambda tx: transacting.create(tx, by, checked))


@pytest.fixture
def door(service: Service, region: Region) -> Door:
    return Door(service, region)


async def test_a_read_is_two_statements(desk: Desk, door: Door) -> None:
    sent = await desk.refer(fresh("elv-low"))
    reader = Reader(door.gp, door.parts.vault, door.parts.now())
    for kind in ("Task", "ServiceRequest", "Patient", "Observation"):
        identity = sent.id_of(kind)
        looked = await door.count(lambda tx: reading.read(tx, reader, kind, identity))  # noqa: B023
        assert looked == 2


async def test_a_search_for_one_is_four_statements(desk: Desk, door: Door) -> None:
    sent = await desk.refer(fresh("elv-low"))
    assert await door.search("Task", f"focus=ServiceRequest/{sent.id}") == 4
    assert await door.search("Observation", f"patient={sent.id_of('Patient')}") == 3


async def test_a_page_with_its_total_is_five_statements(desk: Desk, door: Door) -> None:
    await desk.refer(fresh("elv-low"))
    await desk.refer(fresh("elv-low"))
    assert await door.search("Task", "status=received,accepted&_count=1", desk=True) == 5
    assert await door.search("Task", "status=received,accepted&_count=1&_total=none") == 4


async def test_a_create_is_one_statement(desk: Desk, door: Door) -> None:
    assert desk
    assert await door.create(OBSERVATION) == 1


async def test_a_referral_is_one_statement(desk: Desk, door: Door) -> None:
    assert desk
    checked = referring.check_bundle(msgspec.json.encode(fresh("elv-low")))
    by = writer(door.parts, door.gp)
    assert await door.count(lambda tx: transacting.carry_out(tx, by, checked)) == 1


async def test_parts_of_one_person_are_looked_up_once(desk: Desk, door: Door) -> None:
    sent = await desk.refer(fresh("elv-low"))
    about = {"subject": {"reference": f"Patient/{sent.id_of('Patient')}"}}
    by = writer(door.parts, door.gp)
    counted = []
    for many in (2, 20):
        entries = [
            {"resource": OBSERVATION | about, "request": {"method": "POST", "url": "Observation"}}
        ] * many
        bundle = {"resourceType": "Bundle", "type": "transaction", "entry": entries}
        checked = referring.check_bundle(msgspec.json.encode(bundle))
        counted.append(
            await door.count(lambda tx: transacting.carry_out(tx, by, checked))  # noqa: B023
        )
    assert counted[0] == counted[1]
