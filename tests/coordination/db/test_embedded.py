"""The embedded PostgreSQL: shared by its users, stopped by the last, within its own folder."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from coordination.db import embedded

USER = """
import sys
from pathlib import Path
import asyncio, asyncpg
from coordination.db import embedded

async def ask(url):
    connection = await asyncpg.connect(url)
    assert await connection.fetchval("SELECT 1") == 1
    await connection.close()

with embedded.running(Path(sys.argv[1])) as place:
    asyncio.run(ask(place.url("postgres")))
    print("ready", flush=True)
    sys.stdin.read()
"""


class User:
    """A process that uses the embedded server until it is let go."""

    def __init__(self, folder: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", USER, str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == "ready\n"

    def leave(self) -> None:
        self.process.communicate(timeout=30)
        assert self.process.returncode == 0

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.communicate(timeout=30)


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="naober-test-") as parent:
        os.chmod(parent, 0o711)  # noqa: PTH101 - as an operator would have it
        data = Path(parent) / "data"
        yield data
        embedded.remove(data)


def alive(folder: Path) -> bool:
    cluster = str(embedded.Place(folder).cluster)
    return any(
        cluster in " ".join(one.info["cmdline"] or ())
        for one in psutil.process_iter(["name", "cmdline"])
        if one.info["name"] == "postgres"
    )


def modes(folder: Path) -> dict[Path, int]:
    return {one: one.stat().st_mode for one in folder.parents}


def test_the_last_of_two_users_stops_the_server_and_no_parent_folder_changes(
    folder: Path,
) -> None:
    before = modes(folder)
    one = User(folder)
    other = User(folder)
    assert alive(folder)
    one.leave()
    assert alive(folder)
    other.leave()
    assert not alive(folder)
    assert modes(folder) == before
    place = embedded.Place(folder)
    assert place.password_file.stat().st_mode & 0o077 == 0
    assert place.cluster.stat().st_mode & 0o077 == 0


def test_however_its_folder_is_written_a_server_is_the_same(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = User(folder)
    monkeypatch.chdir(folder)
    other = User(Path("../data"))
    assert (embedded.Place(folder).cluster / "postmaster.pid").exists()
    one.leave()
    assert alive(folder)
    other.leave()
    assert not alive(folder)


def test_after_a_user_was_killed_the_next_one_to_leave_stops_the_server(folder: Path) -> None:
    killed = User(folder)
    killed.kill()
    assert alive(folder)
    User(folder).leave()
    assert not alive(folder)


def test_a_folder_that_was_killed_in_the_middle_is_used_again(folder: Path) -> None:
    user = User(folder)
    place = embedded.Place(folder)
    user.kill()
    pid = int((place.cluster / "postmaster.pid").read_text().split("\n", 1)[0])
    server = psutil.Process(pid)
    assert str(place.cluster) in server.cmdline()
    server.kill()
    server.wait(10)
    User(folder).leave()
    assert not alive(folder)


def test_removing_takes_the_server_and_its_folder_away(folder: Path) -> None:
    user = User(folder)
    user.kill()
    place = embedded.Place(folder)
    embedded.remove(folder)
    assert not alive(folder)
    assert not folder.exists()
    assert not place.database.exists()
    assert folder.parent.exists()
