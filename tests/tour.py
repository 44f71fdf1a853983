"""The README's tour as steps: read from the page, and run in one shell against a running demo."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

README = Path(__file__).parents[1] / "README.md"
HEADING = "## The tour\n"
STEP = re.compile(
    r"```sh\n(?P<command>.*?)```\n(?:\n```(?:json|text)\n(?P<output>.*?)```\n)?", re.DOTALL
)
ADDRESS = "127.0.0.1:8080"
COMMAND = ".venv/bin/naober"
MARK = "-- end of step --"


class Step(NamedTuple):
    """A command of the tour, and what the page says it prints."""

    command: str
    output: str


def steps(page: str) -> list[Step]:
    """The steps of the tour, in order."""
    tour = page.partition(HEADING)[2].partition("\n## ")[0]
    return [Step(one["command"], one["output"] or "") for one in STEP.finditer(tour)]


def run(found: list[Step], port: int, data: str) -> list[str]:
    """What each command prints, run one after the other in one shell."""
    script = "".join(f"{step.command}\nprintf '%s\\n' '{MARK}'\n" for step in found)
    script = script.replace(ADDRESS, f"127.0.0.1:{port}")
    script = script.replace(COMMAND, f"{sys.prefix}/bin/naober")
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=README.parent,
        env={**os.environ, "NAOBER_DATA": data, "NAOBER_PORT": str(port)},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert not done.stderr, done.stderr
    return done.stdout.split(f"{MARK}\n")[:-1]


def written(page: str, outputs: list[str]) -> str:
    """The page with these outputs in the place of those that it had."""
    left = iter(outputs)

    def renew(match: re.Match[str]) -> str:
        output = next(left)
        if not output:
            return f"```sh\n{match['command']}```\n"
        kind = "json" if output.lstrip().startswith(("{", '"')) else "text"
        return f"```sh\n{match['command']}```\n\n```{kind}\n{output.rstrip()}\n```\n"

    before, heading, rest = page.partition(HEADING)
    tour, rule, after = rest.partition("\n## ")
    return before + heading + STEP.sub(renew, tour) + rule + after


if __name__ == "__main__":  # python tests/tour.py PORT DATA: renew the page from a fresh demo
    page = README.read_text()
    README.write_text(written(page, run(steps(page), int(sys.argv[1]), sys.argv[2])))
