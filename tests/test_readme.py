"""The pages are true: their commands run on a fresh demo and print what the page says."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
import tour
from architecture import ROOT, name, tracked

from coordination.db import embedded
from coordination.referral import CANCEL_REASONS, DECLINE_REASONS, DESTINATIONS

DATA = ROOT / ".cache" / "tests" / "readme"
VARYING = (
    (re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"), "ID"),
    (re.compile(r"\d{4}-\d\d-\d\dT[0-9:.]+Z"), "MOMENT"),
    (re.compile(r"\d\d-\d\d-\d{4} \d\d:\d\d"), "MOMENT"),
    (re.compile(r"(?:vandaag|morgen|\d\d-\d\d) \d\d:\d\d"), "MOMENT"),
    (re.compile(r"wacht \d+ min\w+"), "WAITED"),
    (re.compile(r"\d+\.\d+"), "NUMBER"),
    (re.compile(r'"age": \d+'), '"age": YEARS'),
)


def shape(text: str) -> list[str]:
    """An output without what differs from one day to the next."""
    for pattern, word in VARYING:
        text = pattern.sub(word, text)
    return text.splitlines()


@pytest.fixture
def port() -> Iterator[int]:
    """The port of a demo that starts empty and is gone afterwards."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        number: int = free.getsockname()[1]
    embedded.remove(DATA)
    (ROOT / ".cache").mkdir(exist_ok=True)
    demo = subprocess.Popen(
        [f"{sys.prefix}/bin/naober", "demo"],
        env={
            **os.environ,
            "NAOBER_PORT": str(number),
            "NAOBER_DATA": str(DATA),
            "NAOBER_ALERT_HOSTS": "127.0.0.1",
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        _wait(number, demo)
        yield number
    finally:
        demo.send_signal(signal.SIGINT)
        said, _ = demo.communicate(timeout=30)
        embedded.remove(DATA)
    assert demo.returncode == 0
    assert "3/4 demo region" in said


def _wait(port: int, demo: subprocess.Popen[str]) -> None:
    for _ in range(300):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/ready", timeout=5):
                return
        except OSError:
            assert demo.poll() is None, "the demo has stopped"
            time.sleep(0.1)
    raise AssertionError("the demo is not ready after 30 seconds")


@pytest.mark.parametrize("page", [tour.README, tour.CONNECTING], ids=["tour", "connecting"])
def test_what_a_page_shows_is_true_to_the_letter(page: Path, port: int) -> None:
    steps = tour.steps(page.read_text())
    assert len(steps) > 10
    for step, output in zip(steps, tour.run(steps, port, str(DATA)), strict=True):
        assert shape(output.rstrip()) == shape(step.output.rstrip()), step.command


@pytest.mark.parametrize(
    "reasons",
    [DECLINE_REASONS, CANCEL_REASONS, DESTINATIONS],
    ids=["decline", "cancel", "destinations"],
)
def test_the_tables_of_reasons_are_the_reasons(reasons: dict[str, str]) -> None:
    rows = "\n".join(f"| `{code}` | {text} |" for code, text in reasons.items())
    assert f"|---|---|\n{rows}\n\n" in tour.README.read_text()


def test_every_issue_code_of_the_table_of_cures_is_one_of_ours() -> None:
    table = tour.CONNECTING.read_text().partition("| code | cure |")[2].partition("\n\n")[0]
    cells = [row.split("|")[1] for row in table.splitlines() if row.startswith("| `")]
    named = {code for cell in cells for code in re.findall(r"`([a-z-]+)`", cell)}
    sources = [ROOT / one for one in tracked() if one.suffix == ".py" and "tests" not in one.parts]
    written = {code for one in sources for code in re.findall(r'"([a-z-]+)"', one.read_text())}
    assert len(named) > 25
    assert named - written == set()


LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)")


@pytest.mark.parametrize("page", [one for one in tracked() if one.suffix == ".md"], ids=name)
def test_every_link_between_pages_leads_somewhere(page: Path) -> None:
    if name(page).startswith("tests/data/"):
        return
    lost = [link for link in LINK.findall(page.read_text()) if not (page.parent / link).exists()]
    assert lost == []


def test_every_command_of_make_that_a_page_names_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = {
        target
        for page in tracked()
        if page.suffix == ".md" and not name(page).startswith("tests/data/")
        for target in re.findall(r"`make ([a-z-]+)`", page.read_text())
    }
    assert named - targets == set()
