"""What tests of the house itself read: the files of the project, as git would take them."""

from __future__ import annotations

import subprocess
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
PACKAGES = ("coordination", "triage", "fhir", "capacity")


@cache
def tracked() -> tuple[Path, ...]:
    """Every file that is in git or would be: what is ignored is not the project."""
    listed = subprocess.run(
        [
            "git",
            "-C",
            str(ROOT),
            "-c",
            "safe.directory=*",
            "ls-files",
            "-z",
            "--cached",
            "--others",
            "--exclude-standard",
        ],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    names = sorted({name for name in listed.split("\0") if name})
    return tuple(ROOT / name for name in names if (ROOT / name).is_file())


def python_files() -> list[Path]:
    """Every Python file of the project."""
    return [path for path in tracked() if path.suffix == ".py"]


def source_files() -> list[Path]:
    """The Python files of the four packages."""
    return [path for path in python_files() if name(path).split("/")[0] in PACKAGES]


def name(path: Path) -> str:
    """A path as people call it, from the top of the project."""
    return path.relative_to(ROOT).as_posix()


@cache
def pyproject() -> dict[str, Any]:
    """The project's own description."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text())
