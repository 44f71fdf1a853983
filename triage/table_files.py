"""The files of a protocol: read as TOML, and turned into rows with every fault named."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from triage.protocol_error import ProtocolError

HEAD = "protocol.toml"
"""The file that names the tables, and says what holds for all of them."""

KINDS = "kinds.toml"
"""The file of the kinds of care."""

LARGEST = 1_000_000
"""Bytes of a file: a table that no clinician can read in a sitting is a mistake."""

T = TypeVar("T")


def parse(path: Path) -> dict[str, Any]:
    """The content of a file.

    Raises:
        ProtocolError: it is no TOML in UTF-8, or too large.
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        content = file.read(LARGEST + 1)
    if len(content) > LARGEST:
        fault = f"it is larger than {LARGEST // 1000} kB"
        raise ProtocolError(path.name, "-", "-", fault, "split the table in two")
    try:
        return tomllib.loads(content.decode())
    except RecursionError as error:
        cure = "write each rule under its own [[rule]]"
        raise ProtocolError(path.name, "-", "-", "nested too deeply", cure) from error
    except ValueError as error:  # no TOML, no UTF-8, a day that does not exist, a huge number
        raise ProtocolError(path.name, "-", "-", str(error), "write valid TOML in UTF-8") from error


def convert(value: Any, to: type[T], file: str, rule: str) -> T:
    """A row as its columns say.

    Raises:
        ProtocolError: a column is missing, unknown, or of the wrong type.
    """
    try:
        return msgspec.convert(value, to, builtin_types=(date,))
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
