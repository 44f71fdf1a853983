"""The files of a protocol: read as TOML, and turned into rows with every fault named."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from triage.protocol_error import ProtocolError

HEAD = "protocol.toml"
"""The file that names the tables, and says what holds for all of them."""

KINDS = "kinds.toml"
"""The file of the kinds of care."""

T = TypeVar("T")


def parse(path: Path) -> dict[str, Any]:
    """The content of a file.

    Raises:
        ProtocolError: it is no TOML in UTF-8.
        OSError: it cannot be read.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ProtocolError(path.name, "-", "-", str(error), "write valid TOML in UTF-8") from error


def convert(value: Any, to: type[T], file: str, rule: str) -> T:
    """A row as its columns say.

    Raises:
        ProtocolError: a column is missing, unknown, or of the wrong type.
    """
    try:
        return msgspec.convert(value, to)
    except msgspec.ValidationError as error:
        fault, _, where = str(error).partition(" - at `")
        missing = (
            fault.partition("missing required field `")[2]
            or fault.partition("contains unknown field `")[2]
        )
        column = missing.rstrip("`") or where.rstrip("`").removeprefix("$.") or "-"
        raise ProtocolError(
            file, rule, column, fault, "see docs/protocol.md for the columns of this file"
        ) from error
