"""A small world of referrals and offers in a database of its own, to read and search in."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from coordination.auth.vault import Vault
from coordination.db import resources
from coordination.db.engine import Database, Transaction
from coordination.db.resources import Stored
from coordination.ids import new_id
from coordination.permissions import Actor, Role
from coordination.recognition import marks_of
from coordination.records import reading
from coordination.records.reading import Results
from coordination.records.shelf import Found, Page, Reader
from fhir.search.asked import ask
from fhir.stamping import instant

WHEN = datetime(2026, 11, 1, 9, tzinfo=UTC)
BSN = "http://fhir.nl/fhir/NamingSystem/bsn"

REFERRAL = """
INSERT INTO referral (id, organisation_id, entered_by, identifier, content, patient_id, task_id,
  state, urgency, lane, kind, status, review_due, subregion, authored_at, received_at, changed_at,
  need, shortlist)
VALUES ($1::uuid, $2, $2, $1::uuid::text, '', $3, $4, $5, 3, 'x', 'elv-low', 'final', $6, $7, $6,
  $6, $6, '{}', '[]')
"""
OFFER = """
INSERT INTO offer (id, referral_id, service_id, organisation_id, state, amount, need, created_at,
  expires_at, changed_at)
VALUES ($1, $2, $3, $4, 'requested', 1, '{"kind": "elv-low", "urgency": "U3"}', $5, $6, $5)
"""
ANSWER = """
UPDATE offer SET state = $2::text, changed_at = $3::timestamptz, version = version + 1,
  destination = CASE WHEN $2::text = 'ended' THEN 'home' END,
  accepted_at = CASE WHEN $2::text = 'accepted' THEN $3::timestamptz ELSE accepted_at END,
  started_at = CASE WHEN $2::text = 'completed' THEN $3::timestamptz ELSE started_at END
WHERE id = $1
"""


class Referred:
    """The ids of a referral and of what was sent with it."""

    def __init__(self, owner: Actor) -> None:
        self.owner = owner
        self.id, self.patient, self.task, self.observation = (new_id() for _ in range(4))


class World:
    """Writes rows as the use cases do, and reads them through the shelves.

    Args:
        database: with the tables and nothing in it.
        vault: seals and opens.
    """

    def __init__(self, database: Database, vault: Vault) -> None:
        self.database = database
        self.vault = vault
        self.now = WHEN
        self.service: UUID = new_id()

    async def settle(self) -> None:
        """The organisations, and one service."""
        self.gp = await self._actor(Role.GP)
        self.other_gp = await self._actor(Role.GP)
        self.provider = await self._actor(Role.PROVIDER)
        self.other_provider = await self._actor(Role.PROVIDER)
        self.desk = await self._actor(Role.COORDINATOR, "noord")
        self.other_desk = await self._actor(Role.COORDINATOR, "zuid")
        site = new_id()
        await self.run(
            "INSERT INTO site VALUES ($1, $2, 'x', '7921', 'noord', 52, 6)",
            site, self.provider.organisation,
        )  # fmt: skip
        await self.run(
            "INSERT INTO service VALUES ($1, $2, $3, 'x', 'bed', 'noord', '{elv-low}', '{}')",
            self.service, self.provider.organisation, site,
        )  # fmt: skip

    async def _actor(self, role: Role, *regions: str) -> Actor:
        one = Actor(f"test-{role}", role, new_id(), frozenset(regions), "test")
        await self.run(
            "INSERT INTO organisation (id, name, kind) VALUES ($1, 'x', 'gp-practice')",
            one.organisation,
        )
        return one

    async def run(self, sql: str, *values: Any) -> None:
        await self.database.transact(lambda tx: tx.run(sql, *values))

    async def rows(self, sql: str, *values: Any) -> Any:
        return await self.database.transact(lambda tx: tx.rows(sql, *values))

    def pass_time(self, minutes: float = 1) -> datetime:
        self.now += timedelta(minutes=minutes)
        return self.now

    def stored(self, kind: str, identity: UUID, **elements: Any) -> Stored:
        body = json.dumps(
            {
                "resourceType": kind,
                "id": str(identity),
                "meta": {"versionId": "1", "lastUpdated": instant(self.now)},
                **elements,
            }
        ).encode()
        return Stored(
            identity, kind, marks_of(self.vault, kind, body), self.vault.seal(identity, body)
        )

    async def add(
        self,
        owner: Actor,
        kind: str,
        referral: UUID | None = None,
        *,
        identity: UUID | None = None,
        stated: bool = False,
        **elements: Any,
    ) -> UUID:
        """Stores one resource."""
        one = self.stored(kind, identity or new_id(), **elements)
        shown = (one.id,) if stated else ()
        await self.database.transact(
            lambda tx: resources.add(tx, [one], owner, referral, self.now, stated=shown)
        )
        return one.id

    async def replace(self, actor: Actor, kind: str, identity: UUID, **elements: Any) -> int | None:
        """Gives a resource other content."""
        one = self.stored(kind, identity, **elements)

        async def put(tx: Transaction) -> int | None:
            held = await resources.by_id(tx, kind, identity)
            assert held is not None
            return await resources.replace(tx, actor, held, one, self.now)

        return await self.database.transact(put)

    async def refer(
        self,
        owner: Actor | None = None,
        *,
        state: str = "triaged",
        subregion: str | None = "noord",
        bsn: str = "999900018",
    ) -> Referred:
        """A referral with a Patient, a ServiceRequest, a Task and an Observation."""
        self.pass_time()
        one = Referred(owner or self.gp)
        await self.run(
            REFERRAL, one.id, one.owner.organisation, one.patient, one.task, state, self.now,
            subregion,
        )  # fmt: skip
        subject = {"reference": f"Patient/{one.patient}"}
        await self.add(
            one.owner, "Patient", one.id, identity=one.patient,
            identifier=[{"system": BSN, "value": bsn}], name=[{"family": "Voorbeeld"}],
        )  # fmt: skip
        await self.add(
            one.owner, "ServiceRequest", one.id, identity=one.id, stated=True, status="active",
            intent="order", subject=subject, authoredOn=instant(self.now),
        )  # fmt: skip
        await self.add(
            one.owner, "Task", one.id, identity=one.task, stated=True, status="requested",
            intent="order", focus={"reference": f"ServiceRequest/{one.id}"},
            authoredOn=instant(self.now), **{"for": subject},
        )  # fmt: skip
        await self.add(
            one.owner, "Observation", one.id, identity=one.observation, status="final",
            subject=subject, code={"coding": [{"system": "http://loinc.org", "code": "8867-4"}]},
        )  # fmt: skip
        return one

    async def move(self, one: Referred, state: str, reason: str | None = None) -> None:
        """Brings a referral into a state."""
        await self.run(
            "UPDATE referral SET state = $2, reason = $3, changed_at = $4, version = version + 1"
            " WHERE id = $1",
            one.id, state, reason, self.pass_time(),
        )  # fmt: skip

    async def offer(self, one: Referred, provider: Actor | None = None) -> UUID:
        """Asks an organisation for a place."""
        identity, now = new_id(), self.pass_time()
        await self.run(
            OFFER, identity, one.id, self.service,
            (provider or self.provider).organisation, now, now + timedelta(hours=4),
        )  # fmt: skip
        return identity

    async def reply(self, offer: UUID, state: str) -> None:
        """Brings an offer into a state."""
        await self.run(
            ANSWER,
            offer, state, self.pass_time(),
        )  # fmt: skip

    async def look(
        self, actor: Actor, work: Callable[[Transaction, Reader], Awaitable[Any]]
    ) -> Any:
        reader = Reader(actor, self.vault, self.now)
        return await self.database.transact(lambda tx: work(tx, reader))

    async def read(self, actor: Actor, kind: str, identity: UUID | str) -> Found:
        found: Found = await self.look(
            actor, lambda tx, reader: reading.read(tx, reader, kind, str(identity))
        )
        return found

    async def version(self, actor: Actor, kind: str, identity: UUID, number: int) -> Found:
        found: Found = await self.look(
            actor, lambda tx, reader: reading.version(tx, reader, kind, str(identity), number)
        )
        return found

    async def history(
        self,
        actor: Actor,
        kind: str,
        identity: UUID | None = None,
        *,
        since: datetime | None = None,
        count: int = 50,
        after: str | None = None,
    ) -> Page:
        of = None if identity is None else str(identity)
        page: Page = await self.look(
            actor,
            lambda tx, reader: reading.history(
                tx, reader, kind, of, since=since, count=count, after=after
            ),
        )
        return page

    async def search(
        self, actor: Actor, kind: str, *given: tuple[str, str], after: str | None = None
    ) -> Results:
        query = ask(kind, given, personal=True, strict=True)
        if after is not None:
            query = type(query)(
                **{name: getattr(query, name) for name in query.__struct_fields__}
                | {"after": after}
            )
        results: Results = await self.look(
            actor, lambda tx, reader: reading.search(tx, reader, query)
        )
        return results

    async def found(self, actor: Actor, kind: str, *given: tuple[str, str]) -> list[UUID]:
        """The ids of what a search finds, in its order."""
        return [UUID(str(one.id)) for one in (await self.search(actor, kind, *given)).page.found]
