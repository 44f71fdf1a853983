"""A small world for random histories of placing: its own database, beds, a team and people.

Every history gets services and people of its own and leaves its rows behind, so that a statement
that forgets its WHERE meets the rows of other histories.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Awaitable, Callable, Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import asyncpg
import msgspec
from conftest import scenario
from sqlalchemy.ext.asyncio import AsyncEngine

from capacity.region import usual
from capacity.snapshot import Supply
from capacity.supply import Organisation, OrganisationKind, Service, Site, Unit
from coordination.db import directory, intake
from coordination.db.engine import Database, Transaction, connect
from coordination.db.intake import NewReferral
from coordination.errors import Refused, Wrong
from coordination.ids import new_id
from coordination.permissions import Actor, Role
from coordination.referral import after_triage
from fhir.bundle import read
from fhir.referral import from_fhir
from triage.advice import Advice, Status
from triage.decide import decide
from triage.need import Kind, Need, Visits
from triage.need_of import need_of
from triage.picture import Picture
from triage.protocol import Protocol
from triage.versions import current, named

T = TypeVar("T")
PC4, SUBREGION = "7811", "emmen"
PROTOCOL: Protocol = named(current())
KINDS = (Kind.ELV_LOW, Kind.NURSING_PLANNED, Kind.GP_TODAY)
USUAL = timedelta(minutes=30)
KEEP = timedelta(hours=24)


class CrashError(Exception):
    """The process dies between the last statement and the commit."""


class Template(msgspec.Struct, frozen=True):
    """What every referral of a kind has in common."""

    picture: Picture
    advice: Advice
    need: Need


def template(kind: Kind) -> Template:
    """The picture, final advice and need of a scenario."""
    bundle = scenario(kind.value)
    authored = next(
        datetime.fromisoformat(one["resource"]["authoredOn"])
        for one in bundle["entry"]
        if one["resource"]["resourceType"] == "ServiceRequest"
    )
    picture = from_fhir(read(msgspec.json.encode(bundle)).entries, authored).picture
    advice = decide(PROTOCOL, picture, authored)
    assert (advice.kind, advice.status) == (kind, Status.FINAL)
    return Template(picture, advice, need_of(PROTOCOL, advice, picture, pc4=PC4))


def _organisation(name: str, kind: OrganisationKind) -> Organisation:
    return Organisation(id=str(new_id()), name=name, kind=kind, subregion=SUBREGION)


class World:
    """The database of the histories, and the loop on which every one of them runs.

    Args:
        url: of a database with the tables and nobody in it.
    """

    def __init__(self, url: str) -> None:
        self.runner = asyncio.Runner()
        self.engine: AsyncEngine = connect(url, 4)
        self.database = Database(self.engine)
        self.side: asyncpg.Connection[Any] = self.run(
            asyncpg.connect(url, server_settings={"plan_cache_mode": "force_generic_plan"})
        )
        self.templates = {kind: template(kind) for kind in KINDS}
        self.gp = _organisation("Huisartsenpraktijk Voorbeeldhof", "gp-practice")
        self.desk = _organisation("Loket Voorbeeld", "coordination-point")
        self.first = _organisation("Zorghuis Voorbeeldhof", "care-provider")
        self.second = _organisation("Thuiszorg Voorbeeldhof", "care-provider")
        self.sites = [
            Site(
                id=str(new_id()), organisation=one.id, name=one.name, pc4=PC4, latitude=52.79,
                longitude=6.9, subregion=SUBREGION,
            )
            for one in (self.first, self.second)
        ]  # fmt: skip
        self.run(self.database.transact(self._settle))

    async def _settle(self, tx: Transaction) -> None:
        await directory.put_organisations(tx, (self.gp, self.desk, self.first, self.second))
        await directory.put_sites(tx, self.sites)

    def run(self, work: Coroutine[Any, Any, T] | Awaitable[T]) -> T:
        """Runs something on the loop of the world."""
        return self.runner.run(work)  # type: ignore[arg-type] # asyncpg.connect is awaitable

    def close(self) -> None:
        self.run(self.side.close())
        self.run(self.database.close())
        self.runner.close()

    def actor(self, role: Role, organisation: str) -> Actor:
        """Someone of an organisation, in a request of their own."""
        regions = frozenset({SUBREGION} if role is Role.COORDINATOR else ())
        return Actor(f"test-{role}", role, uuid.UUID(organisation), regions, new_id().hex)


class History:
    """One history: two pools of beds, a team of nurses, and people who need them."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.began = datetime.now(UTC) - timedelta(hours=2)
        here, there = world.first.id, world.second.id
        self.services = [
            self._beds(here, world.sites[0].id),
            self._beds(there, world.sites[1].id),
            self._team(there, world.sites[1].id),
        ]
        self.ids = [uuid.UUID(one.id) for one in self.services]
        self.supply = Supply(self.services, {}, usual())
        self.referrals: list[uuid.UUID] = []
        self.persons: list[bytes] = [new_id().bytes for _ in range(3)]
        world.run(world.database.transact(self._open))

    def _service(self, organisation: str, site: str, unit: Unit, **more: Any) -> Service:
        return Service(
            id=str(new_id()), organisation=organisation, site=site, name="Voorbeeld", unit=unit,
            pc4=PC4, subregion=SUBREGION, latitude=52.79, longitude=6.9, **more,
        )  # fmt: skip

    def _beds(self, organisation: str, site: str) -> Service:
        return self._service(organisation, site, Unit.BED, kinds=frozenset({Kind.ELV_LOW}))

    def _team(self, organisation: str, site: str) -> Service:
        kinds = frozenset({Kind.NURSING_PLANNED})
        area = frozenset({PC4})
        return self._service(organisation, site, Unit.HOURS, kinds=kinds, area=area)

    async def _open(self, tx: Transaction) -> None:
        await directory.put_services(tx, self.services)
        await tx.run(
            "INSERT INTO capacity (service_id, unit, total, used, closed, as_of, valid_until,"
            " source) SELECT t.*, 0, $5::timestamptz, $5::timestamptz + interval '1 day', 'test'"
            " FROM unnest($1::uuid[], $2::text[], $3::int[], $4::int[]) t",
            self.ids,
            [one.unit.value for one in self.services],
            [4, 2, 30],
            [1, 0, 2],
            self.began,
        )
        await tx.run(
            "INSERT INTO capacity_slot (service_id, shift, total, used, as_of)"
            " VALUES ($1, 'morning', 2, 0, $2), ($1, 'evening', 3, 1, $2)",
            self.ids[2],
            self.began,
        )

    async def refer(self, tx: Transaction, person: int, kind: Kind, hours: float, visits: Visits
    ) -> uuid.UUID:  # fmt: skip
        """Takes a referral in, by the statement of the intake."""
        world, now, identity = self.world, datetime.now(UTC), new_id()
        common = world.templates[kind]
        need = msgspec.structs.replace(
            common.need, visits=visits,
            hours_per_week=hours if kind is Kind.NURSING_PLANNED else 0.0,
        )  # fmt: skip
        owner = uuid.UUID(world.gp.id)
        await intake.take_in(
            tx,
            world.actor(Role.GP, world.gp.id),
            NewReferral(
                id=identity, organisation=owner, identifier=f"v|{identity}", content=b"",
                person_key=self.persons[person], patient=new_id(), task=new_id(),
                state=after_triage(common.advice), subregion=SUBREGION, place=PC4, authored=now,
                received=now, picture=common.picture, advice=common.advice, need=need,
                shortlist=b"[]", resources=(),
            ),
            (new_id(), new_id(), new_id()),
        )  # fmt: skip
        return identity

    async def attempt(
        self,
        work: Callable[[Transaction], Awaitable[T]],
        *,
        crash: str = "",
    ) -> T | Refused | None:
        """Does a use case in a transaction, which may die at the last moment.

        Args:
            work: the use case.
            crash: "raise" or "terminate" (its backend) before the commit, or "".

        Returns:
            What it gave, its refusal, or None after a crash.
        """

        async def dying(tx: Transaction) -> T:
            result = await work(tx)
            if crash == "raise":
                raise CrashError
            if crash == "terminate":
                row = await tx.row("SELECT pg_backend_pid() AS pid")
                assert row is not None
                await self.world.side.execute("SELECT pg_terminate_backend($1)", row.pid)
            return result

        try:
            return await self.world.database.transact(dying)
        except CrashError:
            return None
        except Refused as refused:
            if refused.wrong is not Wrong.UNAVAILABLE:
                return refused
            if crash != "terminate":
                raise
            return None
