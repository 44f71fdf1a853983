"""The command takes any data set, prints what it found, and says plainly what is wrong."""

from pathlib import Path

import pytest
from measure import PAGE, main

MAPPING = """
title = "Invented people"
source = "nowhere"
[columns]
age = "age"
respiration = "rr"
saturation = "spo2"
systolic = "sbp"
pulse = "hr"
consciousness = "avpu"
temperature = "temp"
on_oxygen = "o2"
[outcomes.death]
title = "death"
column = "died"
positive = ["1"]
"""
PEOPLE = """age,rr,spo2,sbp,hr,avpu,temp,o2,died
84,26,88,85,125,V,38.9,1,1
79,16,97,130,70,A,36.8,0,0
79,16,970,130,70,A,98.2,0,0
15,16,97,130,70,A,36.8,0,0
"""


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    (tmp_path / "set.toml").write_text(MAPPING)
    (tmp_path / "people.csv").write_text(PEOPLE)
    return [str(tmp_path / "set.toml"), str(tmp_path / "people.csv")]


def test_another_set_is_measured_and_our_page_stays_as_it_is(
    files: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    before = PAGE.read_bytes()
    assert main(files) == 0
    said = capsys.readouterr().out
    assert "Invented people: 4 rows, 3 of adults" in said
    assert "are known of 2. Source: nowhere" in said
    assert "- spo2: not within 30 to 100 (1)" in said
    assert "- temp: not within 25 to 45 (1)" in said
    assert "| Naober, acute for certain | 50.0% | 100.0% (2.5-100.0) | 100.0% (2.5-100.0) |" in said
    assert "colour" not in said
    assert PAGE.read_bytes() == before


def test_a_file_that_is_not_there_is_said(
    files: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([files[0], files[1] + "x"]) == 1
    assert "No such file" in capsys.readouterr().err


def test_half_a_command_is_told_how_it_goes(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["one.toml"]) == 2
    assert "MAPPING.toml FILE.csv" in capsys.readouterr().err
