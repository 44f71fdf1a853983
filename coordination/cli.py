"""The command ``naober``: serve, migrate, seed, token, triage, protocol, and demo."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import asyncpg
import msgspec
from sqlalchemy.exc import DBAPIError

from coordination import explain, logs, place
from coordination.auth.keys import load
from coordination.auth.tokens import Tokens
from coordination.auth.vault import Vault
from coordination.cli_protocol import Run, add_protocol, adder, must_be_current
from coordination.db import embedded, migrate
from coordination.db.engine import Database, connect
from coordination.demo.actors import HOME, actor
from coordination.demo.region import Region, region
from coordination.demo.seed import seed_people, seed_region
from coordination.errors import Refused
from coordination.permissions import Role
from coordination.referrals import what_if
from coordination.settings import Settings, SettingsError, read
from fhir.outcome import FhirRefused
from triage import protocol

TOKEN_LIFE = timedelta(days=7)
_TOLD = (
    SettingsError,
    embedded.EmbeddedError,
    LookupError,
    OSError,
    ValueError,
    Refused,
    asyncpg.PostgresError,
    DBAPIError,
)
"""What goes wrong without being a fault of ours: told in a line, not as a stack of calls."""

SHOWN = (Role.COORDINATOR, Role.PROVIDER, Role.GP, Role.TRANSFER_NURSE)


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a command; 0 when it did what was asked, 1 when it could not, 2 for a wrong call."""
    parsed = _parser().parse_args(arguments)
    try:
        settings = read()
        logs.configure(settings.log_level)
        run: Run = parsed.run
        return run(parsed, settings)
    except _TOLD as error:
        print(f"naober: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="naober", description="Coordination point for temporary stay and district nursing."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    add = adder(commands)
    add("demo", _demo, "database, tables, demo region, sign-in lines, and serve")
    add("serve", _serve, "serve until Ctrl-C")
    add("migrate", _migrate, "bring the database to the tables of this version")
    add("seed", _seed, "write the demo region, or renew its figures")
    add("clean-demo", _clean, "stop the embedded database of the demo and delete it")
    token = add("token", _token, "one bearer token of the demo region on standard output")
    token.add_argument("role", type=Role, choices=list(HOME), metavar="ROLE", help=", ".join(HOME))
    token.add_argument("--organisation", metavar="ID", help="which organisation to act for")
    triage = add("triage", _triage, "the advice on a referral Bundle; stores nothing")
    triage.add_argument("file", type=Path, help="a FHIR Bundle as JSON; - reads standard input")
    triage.add_argument("--json", action="store_true", help="as POST /api/triage answers")
    text = "check, compare and replay the versions of the protocol"
    of_protocol = commands.add_parser("protocol", help=text, description=text)
    add_protocol(adder(of_protocol.add_subparsers(required=True, metavar="COMMAND")))
    return parser


def _say(line: str) -> None:
    print(line, flush=True)


def _demo(_: argparse.Namespace, settings: Settings) -> int:
    from coordination.server import serve  # noqa: PLC0415 - the other commands need no server

    _say(f"1/4 database    data stay in {settings.folder}")
    with place.database(settings) as url:
        if not settings.database_url:
            where = embedded.Place(settings.folder).database
            if settings.folder not in where.parents:
                _say(f"                the tables themselves in {where}")
        _say("2/4 tables      bringing them to this version")
        asyncio.run(_prepare(settings, url))
        made, came = asyncio.run(_fill(settings, url))
        _say(
            f"3/4 demo region {len(made.organisations)} invented organisations,"
            f" {len(made.sites)} sites, {len(made.services)} services;"
            f" {came} new referrals wait"
        )
        _say(f"4/4 serving     http://{settings.host}:{settings.port}  (Ctrl-C stops everything)")
        _say("")
        _say(f"Sign in at http://{settings.host}:{settings.port}/signin with one of these tokens,")
        _say("or send it with curl as: -H 'Authorization: Bearer TOKEN'")
        tokens = Tokens(load(settings.keys_file))
        for role in SHOWN:
            who, where_at = actor(role, made.organisations)
            _say(f"\n{role}, {where_at.name}:")
            _say(tokens.issue(who, datetime.now(UTC), TOKEN_LIFE))
        _say("")
        serve(settings, url)
    return 0


def _serve(_: argparse.Namespace, settings: Settings) -> int:
    from coordination.server import serve  # noqa: PLC0415 - the other commands need no server

    with place.database(settings) as url:
        must_be_current(url)
        serve(settings, url)
    return 0


def _migrate(_: argparse.Namespace, settings: Settings) -> int:
    with place.database(settings) as url:
        asyncio.run(_prepare(settings, url))
    return 0


def _seed(_: argparse.Namespace, settings: Settings) -> int:
    with place.database(settings) as url:
        asyncio.run(_fill(settings, url))
    return 0


def _clean(_: argparse.Namespace, settings: Settings) -> int:
    embedded.remove(settings.folder)
    _say(f"removed {settings.folder}")
    return 0


def _token(parsed: argparse.Namespace, settings: Settings) -> int:
    if not settings.keys_file.exists():
        raise LookupError(f"there are no keys in {settings.keys_file}: start the demo first")
    now = datetime.now(UTC)
    made = region(settings.demo_seed, now)
    who, _ = actor(parsed.role, made.organisations, parsed.organisation)
    print(Tokens(load(settings.keys_file)).issue(who, now, TOKEN_LIFE))
    return 0


def _triage(parsed: argparse.Namespace, _: Settings) -> int:
    body = sys.stdin.buffer.read() if str(parsed.file) == "-" else parsed.file.read_bytes()
    try:
        advice = what_if.advise(body, protocol.load(), datetime.now(UTC))
    except FhirRefused as error:
        for issue in error.issues:
            where = ", ".join(issue.expression)
            print(f"{where + ': ' if where else ''}{issue.diagnostics}", file=sys.stderr)
        return 1
    except Refused as error:
        print(error.detail, file=sys.stderr)
        return 1
    if parsed.json:
        print(msgspec.json.encode(advice).decode())
    else:
        print(explain.text(advice))
    return 0


async def _prepare(settings: Settings, url: str) -> None:
    if not settings.database_url:
        await migrate.create_database(url)
    engine = connect(url, 1)
    try:
        await migrate.migrate(engine)
    finally:
        await engine.dispose()


async def _fill(settings: Settings, url: str) -> tuple[Region, int]:
    database = Database(connect(url, 2))
    try:
        now = datetime.now(UTC)
        made = await seed_region(database, settings.demo_seed, now)
        vault = Vault(load(settings.keys_file))
        return made, await seed_people(database, made, protocol.load(), vault, now)
    finally:
        await database.close()
