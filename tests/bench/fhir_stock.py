"""Fills the database with referrals that were sent as FHIR: real rows, sealed, with their terms."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from typing import Any

import asyncpg

from coordination.auth.vault import Vault
from coordination.ids import new_id
from fhir.search.index import index_of
from fhir.search.terms import beside

KINDS = ("Patient", "ServiceRequest", "Task")
"""What is stored of each: three rows of the table of resources."""
AT_ONCE = 5_000


class Stock:
    """Copies of one referral about as many people.

    Args:
        connection: to the database, alone.
        vault: seals with the service's keys.
        template: the referral that is copied, as the service took it in.
    """

    def __init__(
        self, connection: asyncpg.Connection[Any], vault: Vault, template: uuid.UUID
    ) -> None:
        self.connection, self.vault, self.template = connection, vault, template
        self.tasks: list[uuid.UUID] = []

    async def grow(self, referrals: int) -> None:
        """Adds referrals until there are so many; triggers and indexes of terms wait until then."""
        run = self.connection
        await run.execute("SET session_replication_role = replica")
        index = await run.fetchval(
            "SELECT indexdef FROM pg_indexes WHERE indexname = 'ix_resource_terms'"
        )
        await run.execute("DROP INDEX ix_resource_terms")
        while len(self.tasks) < referrals:
            await self._add(min(AT_ONCE, referrals - len(self.tasks)))
        await run.execute(index)
        await run.execute("SET session_replication_role = DEFAULT")
        await run.execute("VACUUM ANALYZE")

    async def requests(self) -> list[uuid.UUID]:
        """The ServiceRequests of all of them."""
        rows = await self.connection.fetch(
            "SELECT id FROM referral WHERE task_id = ANY($1::uuid[])", self.tasks
        )
        return [row["id"] for row in rows]

    async def _add(self, count: int) -> None:
        referral = dict(
            await self.connection.fetchrow("SELECT * FROM referral WHERE id = $1", self.template)
        )
        rows = await self.connection.fetch(
            "SELECT * FROM resource WHERE referral_id = $1 AND type = ANY($2)",
            self.template,
            list(KINDS),
        )
        parts = {row["type"]: _Part(dict(row), self.vault) for row in rows}
        people, referrals, resources = [], [], []
        for _ in range(count):
            ids = {kind: new_id() for kind in KINDS}
            person = new_id()
            people.append((person, person.bytes * 2))
            referrals.append(
                referral
                | {
                    "id": ids["ServiceRequest"], "person_id": person, "identifier": str(person),
                    "patient_id": ids["Patient"], "task_id": ids["Task"],
                }
            )  # fmt: skip
            resources += [parts[kind].copied(ids, person, parts) for kind in KINDS]
            self.tasks.append(ids["Task"])
        await self.connection.copy_records_to_table("person", records=people, columns=("id", "key"))
        await self._copy("referral", referrals)
        await self._copy("resource", resources)

    async def _copy(self, table: str, rows: list[dict[str, Any]]) -> None:
        await self.connection.copy_records_to_table(
            table, records=(tuple(row.values()) for row in rows), columns=tuple(rows[0])
        )


class _Part:
    """One resource of the template, opened."""

    def __init__(self, row: dict[str, Any], vault: Vault) -> None:
        self.row, self.vault = row, vault
        self.id = str(row["id"])
        self.body = vault.open(row["id"], row["body"]).decode()
        self.terms = index_of(row["type"], self.body.encode()).terms

    def copied(
        self, ids: dict[str, uuid.UUID], number: uuid.UUID, parts: dict[str, _Part]
    ) -> dict[str, Any]:
        """The same about another: other ids in it, another number, and found by those."""
        others = [(part.id, str(ids[kind])) for kind, part in parts.items()]
        body, terms = self.body, list(self.terms)
        for was, now in others:
            body = body.replace(was, now)
        terms = [_replaced(term, others) for term in terms]
        terms.append(f"identifier=urn:bench|{number}")
        own = ids[self.row["type"]]
        return self.row | {
            "id": own,
            "referral_id": ids["ServiceRequest"],
            "terms": list(self.vault.terms([term for term in terms if not beside(term)])),
            "beside": list(self.vault.terms([term for term in terms if beside(term)])),
            "body": self.vault.seal(own, body.encode()),
        }


def _replaced(term: str, others: list[tuple[str, str]]) -> str:
    for was, now in others:
        if was in term:
            return term.replace(was, now)
    return term


def forever(values: Sequence[Any]) -> Iterator[Any]:
    """Each value in turn, far apart, and again."""
    at = 0
    while True:
        at = (at + 7_919) % len(values)
        yield values[at]
