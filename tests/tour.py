"""Commands of a page as steps: read from it, and run in one shell against a running demo."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
CONNECTING = ROOT / "docs" / "connecting.md"
HEADING = "## The tour\n"
"""Of a page with this heading only what stands under it; of another one all."""
STEP = re.compile(
    r"```sh\n(?P<command>.*?)```\n(?:\n```(?:json|text)\n(?P<output>.*?)```\n)?", re.DOTALL
)
ADDRESS = "127.0.0.1:8080"
COMMAND = ".venv/bin/naober"
MARK = "-- end of step --"


class Step(NamedTuple):
    """A command, and what the page says it prints."""

    command: str
    output: str


def _parts(page: str) -> tuple[str, str, str]:
    """What stands before the steps, the part with the steps, and what stands behind it."""
    before, heading, rest = page.partition(HEADING)
    if not heading:
        return "", page, ""
    tour, rule, after = rest.partition("\n## ")
    return before + heading, tour, rule + after


def steps(page: str) -> list[Step]:
    """The steps of a page, in order."""
    return [Step(one["command"], one["output"] or "") for one in STEP.finditer(_parts(page)[1])]


def run(found: list[Step], port: int, data: str) -> list[str]:
    """What each command prints, run one after the other in one shell."""
    script = "".join(f"{step.command}\nprintf '%s\\n' '{MARK}'\n" for step in found)
    script = script.replace(ADDRESS, f"127.0.0.1:{port}")
    script = script.replace(COMMAND, f"{sys.prefix}/bin/naober")
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=ROOT,
        env={**os.environ, "NAOBER_DATA": data, "NAOBER_PORT": str(port)},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert not done.stderr, done.stderr
    said = done.stdout.replace(f"127.0.0.1:{port}", ADDRESS)
    return said.split(f"{MARK}\n")[:-1]


def written(page: str, outputs: list[str]) -> str:
    """The page with these outputs in the place of those that it had."""
    left = iter(outputs)

    def renew(match: re.Match[str]) -> str:
        output = next(left)
        if not output:
            return f"```sh\n{match['command']}```\n"
        kind = "json" if output.lstrip().startswith(("{", '"')) else "text"
        return f"```sh\n{match['command']}```\n\n```{kind}\n{output.rstrip()}\n```\n"

    before, tour, after = _parts(page)
    return before + STEP.sub(renew, tour) + after


if __name__ == "__main__":  # python tests/tour.py PORT DATA PAGE: renew it from a fresh demo
    path = Path(sys.argv[3])
    page = path.read_text()
    path.write_text(written(page, run(steps(page), int(sys.argv[1]), sys.argv[2])))
