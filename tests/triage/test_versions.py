"""The versions side by side: each by its name, and each says what it said when it was made."""

from __future__ import annotations

import subprocess
import sys
from datetime import datetime
from pathlib import Path

import msgspec
import pytest

from triage import versions
from triage.protocol import CURRENT
from triage.replay import Kept, Verdict, replay
from triage.versions import UnknownVersionError, folder_of, named

REPLAYS = Path(__file__).parent / "replays"
FIRST = "d955657f"
"""The first protocol is frozen: its fingerprint begins like this for ever."""


class Golden(msgspec.Struct):
    """A line of a golden file."""

    picture: msgspec.Raw
    at: datetime
    advice: str


def test_the_versions_stand_oldest_first_and_the_one_in_force_is_one_of_them() -> None:
    listed = versions.versions()
    assert listed[0] == "2026-11"
    assert list(listed) == sorted(listed)
    assert versions.current() == CURRENT.name
    assert versions.current() in listed


def test_the_first_version_is_frozen() -> None:
    assert named("2026-11").name.fingerprint.startswith(FIRST)


@pytest.mark.parametrize("version", versions.versions())
def test_a_version_is_called_after_its_folder_and_is_read_once(version: str) -> None:
    assert named(version).name.version == version
    assert named(version) is named(version)
    assert folder_of(version).name == version


@pytest.mark.parametrize("name", ["2025-01", "", ".", "..", "2026-11/../2026-11", "/etc"])
def test_a_version_that_is_not_there_lists_those_that_are(name: str) -> None:
    with pytest.raises(UnknownVersionError, match="2026-11"):
        named(name)


def test_a_folder_with_a_protocol_may_be_named_by_its_path() -> None:
    assert folder_of(str(CURRENT)) == CURRENT
    with pytest.raises(UnknownVersionError, match="versions are"):
        folder_of(str(CURRENT.parent))


GOLDEN = sorted(REPLAYS.glob("*.jsonl"))


@pytest.mark.parametrize("file", GOLDEN, ids=lambda file: file.stem)
def test_every_golden_advice_comes_out_the_same_to_the_byte(file: Path) -> None:
    fingerprint = named(file.stem).name.fingerprint
    lines = file.read_bytes().splitlines()
    assert len(lines) >= 100
    for number, line in enumerate(lines, 1):
        golden = msgspec.json.decode(line, type=Golden)
        kept = Kept(
            version=file.stem,
            fingerprint=fingerprint,
            made_at=golden.at,
            picture=bytes(golden.picture),
            body=golden.advice.encode(),
        )
        assert replay(kept, named) is Verdict.SAME, f"line {number}"


def test_a_golden_file_is_never_written_over() -> None:
    before = (REPLAYS / "2026-11.jsonl").read_bytes()
    made = subprocess.run(
        [sys.executable, str(REPLAYS / "keep_replays.py"), "2026-11"],
        check=False,
        capture_output=True,
        text=True,
    )
    assert made.returncode != 0
    assert "FileExistsError" in made.stderr
    assert (REPLAYS / "2026-11.jsonl").read_bytes() == before
