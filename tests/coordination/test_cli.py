"""The command: what it prints is what it says, and what it can't do it says in one line."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from conftest import ROOT
from desk import Desk, fresh

from coordination import cli, logs
from coordination.demo.actors import HOME
from coordination.permissions import Role

pytest_plugins = ["desk_fixture"]
SCENARIO = str(ROOT / "tests" / "scenarios" / "elv-low.json")


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, keys_file: Path) -> Iterator[None]:
    monkeypatch.setenv("NAOBER_KEYS", str(keys_file))
    monkeypatch.setenv("NAOBER_LOG_LEVEL", "warning")
    yield
    logs.configure("warning")  # a command set them up for an output that is closed by now


@pytest.mark.parametrize("role", HOME)
async def test_a_token_is_all_that_is_printed_and_it_signs_in(
    desk: Desk, capsys: pytest.CaptureFixture[str], role: Role
) -> None:
    assert cli.main(["token", role]) == 0
    out = capsys.readouterr().out
    assert out.count("\n") == 1
    header = {"authorization": f"Bearer {out.strip()}"}
    known = await desk.client.get("/fhir/Questionnaire/referral", headers=header)
    assert known.status_code == 200


def test_a_token_for_an_organisation_that_is_not_there_lists_those_that_are(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert cli.main(["token", "provider", "--organisation", "nowhere"]) == 1
    said = capsys.readouterr()
    assert (said.out, "Voorbeeld" in said.err) == ("", True)


async def test_triage_of_a_file_is_what_the_service_answers(
    desk: Desk, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    body = msgspec.json.encode(fresh("grz"))
    (tmp_path / "referral.json").write_bytes(body)
    assert cli.main(["triage", "--json", str(tmp_path / "referral.json")]) == 0
    told: dict[str, Any] = msgspec.json.decode(capsys.readouterr().out)
    answer = (await desk.ask("coordinator", "POST", "/api/triage", body)).json()
    moving = {"review_due"}
    assert {k: v for k, v in told.items() if k not in moving} == {
        k: v for k, v in answer.items() if k not in moving
    }


def test_triage_for_a_reader_names_kind_reasons_and_protocol(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert cli.main(["triage", SCENARIO]) == 0
    text = capsys.readouterr().out
    assert "elv-low" in text.split("\n", 1)[0]
    assert "Waarom:" in text
    assert "protocol " in text


def test_triage_for_a_reader_explains_within_eighty_columns(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert cli.main(["triage", SCENARIO]) == 0
    text = capsys.readouterr().out
    for title in ("Zorg:", "Wat elk vakgebied zegt:", "Wat de uitkomst zou veranderen:"):
        assert f"\n\n{title}\n  " in text
    assert "\nVoor de patiënt:\n  U " in text
    assert max(map(len, text.splitlines())) <= 80


@pytest.mark.parametrize("path", sorted((ROOT / "tests" / "scenarios").glob("*.json")), ids=str)
def test_triage_prints_no_title_without_lines_and_no_code_for_yes_or_no(
    capsys: pytest.CaptureFixture[str], path: Path
) -> None:
    assert cli.main(["triage", str(path)]) == 0
    parts = capsys.readouterr().out.split("\n\n")
    titled = parts[1:-1]
    assert titled
    for part in titled:
        title, *lines = part.split("\n")
        assert title.endswith(":")
        assert lines
        assert all(line.startswith("  ") for line in lines)
    assert not {"True", "False", "None"} & set(" ".join(parts).split())


def test_triage_reads_standard_input(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(Path(SCENARIO).read_bytes())))
    assert cli.main(["triage", "-"]) == 0
    assert "elv-low" in capsys.readouterr().out


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff", b'{"resourceType":"Patient"}'])
def test_a_file_that_is_no_referral_is_refused_in_words(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "x.json").write_bytes(content)
    assert cli.main(["triage", str(tmp_path / "x.json")]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err
    assert "Traceback" not in said.err


def test_a_file_that_is_not_there_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["triage", "/nowhere/x.json"]) == 1
    assert "/nowhere/x.json" in capsys.readouterr().err


def test_an_unknown_setting_stops_every_command(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NAOBER_PROT", "1")
    assert cli.main(["token", "gp"]) == 1
    assert "NAOBER_PROT" in capsys.readouterr().err


def test_an_unknown_command_is_a_wrong_call(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        cli.main(["fly"])
    assert "usage" in capsys.readouterr().err
