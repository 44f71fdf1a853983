"""The versions of the protocol that stand in the tree, side by side: what exists, and each by name.

A version is a folder under ``protocols/`` that bears its name. None is ever changed once an advice
was made with it: a new version is a new folder (docs/protocols.md).
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from triage.protocol import CURRENT, Protocol, load
from triage.protocol_error import ProtocolError
from triage.table_files import HEAD

PROTOCOLS = Path(__file__).parent / "protocols"
"""Where the versions stand."""


class UnknownVersionError(LookupError):
    """No version has this name, and no folder is there; the text lists the versions that exist."""


def versions() -> tuple[str, ...]:
    """The name of each version, oldest first: names are dates, such as ``2026-11``."""
    return tuple(sorted(path.parent.name for path in PROTOCOLS.glob(f"*/{HEAD}")))


def current() -> str:
    """The name of the version in force."""
    return CURRENT.name


def folder_of(name: str) -> Path:
    """The folder of a version, or the folder itself where a path to one is given.

    Raises:
        UnknownVersionError: it is neither.
    """
    if name in versions():
        return PROTOCOLS / name
    path = Path(name)
    if (path / HEAD).is_file():
        return path
    listed = ", ".join(versions())
    raise UnknownVersionError(
        f"{name!r} is no version and no folder with a {HEAD}; the versions are {listed}"
    )


@cache
def named(version: str) -> Protocol:
    """A version of the tree, read once.

    Raises:
        UnknownVersionError: no version has this name.
        ProtocolError: its tables have a fault, or it calls itself otherwise than its folder.
    """
    if version not in versions():
        raise UnknownVersionError(
            f"{version!r} is no version; the versions are {', '.join(versions())}"
        )
    protocol = load(PROTOCOLS / version)
    if protocol.name.version != version:
        fault = f"it calls itself {protocol.name.version} and stands in {version}"
        raise ProtocolError(HEAD, "-", "version", fault, "give folder and version one name")
    return protocol
