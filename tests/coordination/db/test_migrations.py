"""The tables are those that the code declares, and an older database is brought to them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from conftest import drop_database
from sqlalchemy import Connection

from coordination.db import migrate
from coordination.db.engine import connect
from coordination.db.schema import metadata

ONE = "00000000-0000-7000-8000-000000000001"


def _to_the_first(connection: Connection) -> None:
    settings = migrate.config()
    settings.attributes["connection"] = connection
    command.upgrade(settings, "0001")


@pytest.fixture
async def older(url: str) -> AsyncIterator[str]:
    """A database with the first tables and nothing in it."""
    address = urlsplit(url)
    older = address._replace(path=f"{address.path}_older").geturl()
    await migrate.create_database(older)
    engine = connect(older, 1)
    async with engine.begin() as connection:
        await connection.run_sync(_to_the_first)
    await engine.dispose()
    yield older
    await drop_database(url, f"{address.path[1:]}_older")


async def differences(url: str) -> list[Any]:
    engine = connect(url, 1)
    async with engine.connect() as connection:
        found = await connection.run_sync(
            lambda sync: compare_metadata(MigrationContext.configure(sync), metadata)
        )
    await engine.dispose()
    return [one for one in found if "alembic_version" not in str(one)]


async def test_the_declared_tables_are_those_of_the_migrations(url: str) -> None:
    assert await differences(url) == []


async def test_who_waits_in_an_older_database_goes_on_waiting(older: str) -> None:
    connection = await asyncpg.connect(older)
    await connection.execute(
        f"""
        INSERT INTO organisation (id, name, kind) VALUES ('{ONE}', 'Verzonnen praktijk', 'gp');
        INSERT INTO person (id, key) VALUES ('{ONE}', 'x');
        INSERT INTO referral (id, organisation_id, entered_by, identifier, content, person_id,
          patient_id, task_id, state, urgency, lane, kind, status, review_due, authored_at,
          received_at, changed_at, need, shortlist)
        VALUES ('{ONE}', '{ONE}', '{ONE}', 'a|b', 'x', '{ONE}', '{ONE}', '{ONE}', 'triaged', 3,
          'acute', 'hap', 'final', now(), now(), now(), now(), '{{}}', '[]');
        """
    )
    assert await differences(older) != []
    engine = connect(older, 1)
    assert not await migrate.is_current(engine)
    await migrate.migrate(engine)
    assert await migrate.is_current(engine)
    await engine.dispose()
    assert await differences(older) == []
    row = await connection.fetchrow("SELECT urgency, own_urgency, state FROM referral")
    assert row is not None
    assert tuple(row) == (3, None, "triaged")
    await connection.close()
