"""Brings a database to the newest tables: forward only, one process at a time."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncEngine

LOCK = 7_062_026  # any number, the same in every process


def config() -> Config:
    """Alembic's configuration; there is no ini file."""
    settings = Config()
    settings.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return settings


async def migrate(engine: AsyncEngine) -> None:
    """Runs every migration that the database has not had.

    Waits at most 5 s for a lock that running statements hold, and then fails as a whole
    rather than making the service wait behind it.
    """
    async with engine.connect() as connection:
        await connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": LOCK})
        await connection.execute(text("SET lock_timeout = '5s'"))
        await connection.commit()
        try:
            await connection.run_sync(_upgrade)
            await connection.commit()
        finally:
            await connection.rollback()
            await connection.execute(text("RESET lock_timeout"))
            await connection.execute(text("SELECT pg_advisory_unlock(:lock)"), {"lock": LOCK})
            await connection.commit()


async def is_current(engine: AsyncEngine) -> bool:
    """Whether the database has exactly the tables that this code expects."""
    async with engine.connect() as connection:
        return await connection.run_sync(
            lambda sync: MigrationContext.configure(sync).get_current_revision() == _newest()
        )


async def create_database(url: str) -> None:
    """Makes the database of a URL where it does not exist yet."""
    address = urlsplit(url)
    name = address.path.removeprefix("/")
    connection = await asyncpg.connect(address._replace(path="/postgres").geturl())
    try:
        if not await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", name):
            await connection.execute(f'CREATE DATABASE "{name}"')
    except (asyncpg.DuplicateDatabaseError, asyncpg.UniqueViolationError):
        pass  # another process was first
    finally:
        await connection.close()


def _newest() -> str | None:
    return ScriptDirectory.from_config(config()).get_current_head()


def _upgrade(connection: Connection) -> None:
    settings = config()
    settings.attributes["connection"] = connection
    command.upgrade(settings, "head")
