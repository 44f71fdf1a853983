"""The commands ``naober protocol``: check, diff and replay."""

from __future__ import annotations

import argparse
import asyncio
import getpass
from collections.abc import Callable
from typing import Any

import msgspec

from coordination import place
from coordination.db import migrate
from coordination.db.engine import Database, connect
from coordination.settings import Settings
from triage import versions

Run = Callable[[argparse.Namespace, Settings], int]
"""What a command does: its arguments and the settings in, the exit code out."""

Add = Callable[[str, Run, str], argparse.ArgumentParser]


def adder(commands: Any) -> Add:
    """What adds a command, with what it runs and one line on what it does."""

    def add(name: str, run: Run, text: str) -> argparse.ArgumentParser:
        command: argparse.ArgumentParser = commands.add_parser(name, help=text, description=text)
        command.set_defaults(run=run)
        return command

    return add


def add_protocol(add: Add) -> None:
    """Adds the commands to the parser of ``naober protocol``."""
    where = "a version of the tree, or a folder with tables"
    check = add("check", _check, "gaps, dead rules, sources, signatures: 0 when it is sound")
    check.add_argument(
        "protocol", nargs="*", metavar="PROTOCOL", help=f"{where}; else the one in force"
    )
    check.add_argument("--overlaps", action="store_true", help="list each overlap, with a case")
    diff = add("diff", _diff, "what changes from A to B: outcomes first, then tables")
    diff.add_argument("a", metavar="A", help=where)
    diff.add_argument("b", metavar="B", help=where)
    diff.add_argument("--cases", type=int, default=4, metavar="N", help="most cases of each sort")
    replay = add("replay", _replay, "make every stored advice again: 0 when each is the same")
    for command in (check, diff, replay):
        command.add_argument("--json", action="store_true", help="for a machine")


def _check(parsed: argparse.Namespace, _: Settings) -> int:
    from coordination import protocols  # noqa: PLC0415 - the solver takes a second to load
    from triage.review.check import check  # noqa: PLC0415 - idem

    folders = [versions.folder_of(name) for name in parsed.protocol or [versions.current()]]
    reports = [check(folder, overlap_cases=parsed.overlaps) for folder in folders]
    if parsed.json:
        print(msgspec.json.encode(reports).decode())
    else:
        print("\n\n".join(protocols.report_text(r, overlaps=parsed.overlaps) for r in reports))
    return 0 if all(report.sound for report in reports) else 1


def _diff(parsed: argparse.Namespace, _: Settings) -> int:
    from coordination import protocols  # noqa: PLC0415 - the solver takes a second to load
    from triage.review.diff import diff  # noqa: PLC0415 - idem

    old, new = versions.folder_of(parsed.a), versions.folder_of(parsed.b)
    found = diff(old, new, max(1, parsed.cases))
    print(msgspec.json.encode(found).decode() if parsed.json else protocols.diff_text(found))
    return 0


def _replay(parsed: argparse.Namespace, settings: Settings) -> int:
    from coordination import protocols  # noqa: PLC0415 - the solver takes a second to load

    async def run(url: str) -> protocols.Replayed:
        database = Database(connect(url, 1))
        try:
            return await protocols.replay_all(database, getpass.getuser())
        finally:
            await database.close()

    with place.database(settings) as url:
        must_be_current(url)
        found = asyncio.run(run(url))
    print(msgspec.json.encode(found).decode() if parsed.json else protocols.replayed_text(found))
    return 1 if found.mismatches else 0


def must_be_current(url: str) -> None:
    """Lets pass a database that has the tables of this version.

    Raises:
        LookupError: it has not.
    """
    if not asyncio.run(_current(url)):
        raise LookupError("the database has not the tables of this version: naober migrate")


async def _current(url: str) -> bool:
    engine = connect(url, 1)
    try:
        return await migrate.is_current(engine)
    finally:
        await engine.dispose()
