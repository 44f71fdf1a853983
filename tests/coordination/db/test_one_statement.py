"""A use case that is one statement is a transaction without BEGIN and COMMIT, and no more."""

from __future__ import annotations

import uuid

import pytest
from desk import Desk

from coordination.db.engine import Database, Transaction, connect
from coordination.errors import Refused, Wrong

pytest_plugins = ["desk_fixture"]
PUT = (
    "INSERT INTO outbox (id, created_at, topic, payload, next_attempt_at)"
    " VALUES ($1, now(), 'test.alone', '{}', now())"
)


async def test_one_statement_is_kept_and_announced(desk: Desk, url: str) -> None:
    announced: list[set[str]] = []
    database = Database(connect(url, 1), announced.append)
    identity = uuid.uuid4()

    async def put(tx: Transaction) -> str:
        await tx.run(PUT, identity)
        tx.changed.add("worklist")
        return "done"

    assert await database.transact(put, alone=True) == "done"
    assert await desk.value("SELECT count(*) FROM outbox WHERE id = $1", identity) == 1
    assert announced == [{"worklist"}]
    await database.close()


async def test_a_second_statement_is_refused(desk: Desk, url: str) -> None:
    database = Database(connect(url, 1))
    first, second = uuid.uuid4(), uuid.uuid4()

    async def twice(tx: Transaction) -> None:
        await tx.run(PUT, first)
        await tx.run(PUT, second)

    with pytest.raises(RuntimeError, match="second statement"):
        await database.transact(twice, alone=True)
    assert await desk.value("SELECT count(*) FROM outbox WHERE id = $1", second) == 0
    await database.transact(lambda tx: tx.run("SELECT 1"))
    await database.close()


async def test_what_is_refused_before_the_statement_leaves_nothing(url: str) -> None:
    database = Database(connect(url, 1))

    async def refuse(_: Transaction) -> None:
        raise Refused(Wrong.CONFLICT, "no")

    with pytest.raises(Refused, match="no"):
        await database.transact(refuse, alone=True)
    assert await database.transact(lambda tx: tx.row("SELECT 1 AS one"), alone=True)
    await database.close()


async def test_what_only_looks_opens_no_transaction(desk: Desk, url: str) -> None:
    database = Database(connect(url, 1))
    identity = uuid.uuid4()

    async def look(tx: Transaction) -> None:
        await tx.run(PUT, identity)
        raise Refused(Wrong.NOT_FOUND, "no")

    with pytest.raises(Refused, match="no"):
        await database.transact(look, looks=True)
    assert await desk.value("SELECT count(*) FROM outbox WHERE id = $1", identity) == 1
    await database.close()
