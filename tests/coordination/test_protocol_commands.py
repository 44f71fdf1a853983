"""``naober protocol``: what check, diff and replay print, and what they exit with."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from desk import Desk, fresh
from small_protocol import ACUTE, CALM, write

from coordination import cli, logs
from triage.versions import PROTOCOLS, current, versions

pytest_plugins = ["desk_fixture"]
FIRST = PROTOCOLS / "2026-11"


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, keys_file: Path) -> Iterator[None]:
    monkeypatch.setenv("NAOBER_KEYS", str(keys_file))
    monkeypatch.setenv("NAOBER_LOG_LEVEL", "warning")
    yield
    logs.configure("warning")  # a command set them up for an output that is closed by now


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """The first version in a folder elsewhere, to be changed."""
    for path in FIRST.glob("*.toml"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    return tmp_path


def test_check_tells_of_the_version_in_force_that_it_is_sound_and_not_signed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert cli.main(["protocol", "check", current()]) == 0
    said = capsys.readouterr().out
    assert said.startswith(current())
    assert "no clinician has signed" in said
    assert "gaps: none" in said
    assert said.endswith("\nsound\n")


def test_check_exits_with_1_on_a_gap_and_tells_a_machine_the_case(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    calm = {"grown-up": CALM["grown-up"], "child": CALM["child"] | {"when": "age < 12"}}
    folder = write(tmp_path, calm=calm | {"never": CALM["grown-up"] | {"priority": 50}})
    assert cli.main(["protocol", "check", "--json", str(folder)]) == 1
    (report,) = msgspec.json.decode(capsys.readouterr().out)
    assert 12 <= report["gaps"][0]["facts"]["age"] < 18
    assert [dead["rule"] for dead in report["shadowed"]] == ["never"]
    assert [assumption["fact"] for assumption in report["assumptions"]] == ["pregnant"]


def test_check_names_file_rule_column_and_cure_of_each_fault(
    capsys: pytest.CaptureFixture[str], copied: Path
) -> None:
    (copied / "kinds.toml").write_text("[hospice]\nresponsible = 5\n", encoding="utf-8")
    scope = copied / "scope.toml"
    scope.write_text(scope.read_text().replace("age < 18", "aeg < 18"), encoding="utf-8")
    assert cli.main(["protocol", "check", str(copied)]) == 1
    said = capsys.readouterr()
    assert "can't be loaded: 2 faults" in said.out
    assert "kinds.toml, rule hospice, column responsible" in said.out
    assert "scope.toml, rule under-18, column when" in said.out
    assert "did you mean age?" in said.out
    assert said.err == ""


@pytest.mark.parametrize(
    "command", [["check", "2020-01"], ["diff", "2020-01", "2026-11"], ["diff", "2026-11", "/etc"]]
)
def test_a_version_that_is_not_there_is_told_in_a_line_with_those_that_are(
    capsys: pytest.CaptureFixture[str], command: list[str]
) -> None:
    assert cli.main(["protocol", *command]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert versions()[0] in said.err
    assert said.err.count("\n") == 1


def test_diff_puts_what_is_less_urgent_on_top_and_the_column_below_it(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    old = write(tmp_path / "old")
    new = write(tmp_path / "new", acute=ACUTE | {"flag": ACUTE["flag"] | {"floor": "U2"}})
    assert cli.main(["protocol", "diff", "--cases", "1", str(old), str(new)]) == 0
    said = capsys.readouterr().out
    assert said.index("!! less urgent") < said.index("Rules that decide otherwise (1)")
    assert "U1" in said
    assert "    - U1\n    + U2\n" in said


def test_a_version_beside_itself_is_proved_to_be_the_same_in_words_and_for_a_machine(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert cli.main(["protocol", "diff", "2026-11", "2026-11"]) == 0
    assert "Proved: no case has another outcome." in capsys.readouterr().out
    assert cli.main(["protocol", "diff", "--json", "2026-11", "2026-11"]) == 0
    found = msgspec.json.decode(capsys.readouterr().out)
    assert (found["outcomes"], found["changes"]) == ([], [])


async def replayed(desk: Desk, *arguments: str) -> int:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NAOBER_DATABASE_URL", desk.url)
        return await asyncio.to_thread(cli.main, ["protocol", "replay", *arguments])


async def test_every_advice_of_the_desk_comes_out_the_same_and_the_audit_log_tells_who_looked(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    await desk.refer(fresh("elv-low"))
    await desk.refer(fresh("grz"))
    stored = await desk.value("SELECT count(*) FROM advice")
    assert await replayed(desk) == 0
    assert f"{current()}: {stored} the same" in capsys.readouterr().out
    (row,) = await desk.rows(
        "SELECT * FROM audit WHERE action = 'replay-advice' ORDER BY id DESC LIMIT 1"
    )
    assert row["actor"].startswith("operator:")
    assert (row["outcome"], row["entity"], row["referral_id"]) == ("done", "advice", None)
    assert msgspec.json.decode(row["detail"]) == {"stored": stored}


CHANGES = {
    "different": 'body = replace(body::text, \'"kind":"elv-low"\', \'"kind":"elv-high"\')::json',
    "tables-changed": "fingerprint = repeat('0', 64)",
    "no-version": "version = '2020-01'",
    "unreadable": 'picture = \'{"age":"old"}\'::json',
}


@pytest.mark.parametrize("verdict", CHANGES)
async def test_an_advice_that_does_not_come_out_the_same_is_told_by_its_id_and_why(
    desk: Desk, capsys: pytest.CaptureFixture[str], verdict: str
) -> None:
    sent = await desk.refer(fresh("elv-low"))
    before: Any = (
        await desk.rows("SELECT * FROM advice WHERE referral_id = $1::text::uuid", sent.id)
    )[0]
    await desk.rows(
        f"UPDATE advice SET {CHANGES[verdict]} WHERE referral_id = $1::text::uuid", sent.id
    )
    try:
        assert await replayed(desk, "--json") == 1
        found = msgspec.json.decode(capsys.readouterr().out)
        version = "2020-01" if verdict == "no-version" else before["version"]
        assert found["mismatches"] == [
            {"advice": str(before["id"]), "version": version, "verdict": verdict}
        ]
        assert await replayed(desk) == 1
        said = capsys.readouterr().out
        assert str(before["id"]) in said
        assert f"1 {verdict}: " in said
    finally:
        await desk.rows(
            "UPDATE advice SET body = $2, fingerprint = $3, version = $4, picture = $5"
            " WHERE id = $1",
            before["id"], before["body"], before["fingerprint"], before["version"],
            before["picture"],
        )  # fmt: skip
