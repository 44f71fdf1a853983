"""What a Bundle reads and searches, beside what it writes."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl

import msgspec

from coordination.db.engine import Transaction
from coordination.errors import Refused, Wrong
from coordination.records import reading
from coordination.records.reading import Results
from coordination.records.shelf import Found
from coordination.writer import Writer
from fhir.bundle import Entry
from fhir.claims import claims
from fhir.search.asked import ask
from fhir.search.query import Query

MOST_TOLD = 32 * 1024 * 1024
"""Bytes of what is read and found for one Bundle."""

_VERSION = re.compile(r"[0-9]{1,9}")


class Looked(msgspec.Struct, frozen=True):
    """What a search within a transaction found."""

    query: Query
    results: Results


async def look(tx: Transaction, writer: Writer, entry: Entry, base: str) -> Found | Looked:
    """Reads or searches what an entry names.

    Args:
        tx: the request's transaction.
        writer: who looks.
        entry: a GET.
        base: the URL below which references are ours, with a slash at its end.

    Raises:
        FhirRefused: a search that is none.
        Refused: NOT_FOUND, GONE; INVALID for what is not asked in a Bundle.
    """
    path, asks, parameters = entry.url.strip("/").partition("?")
    kind, _, rest = path.partition("/")
    identity, _, number = rest.partition("/_history/")
    if not claims(kind, "vread" if number else "read" if identity else "search-type"):
        raise Refused(Wrong.NOT_FOUND, "Nothing is read here by that address.")
    if not identity:
        return await _search(tx, writer, kind, parameters, base)
    if asks or "/" in identity or identity[0] in "_$":
        raise Refused(
            Wrong.INVALID,
            "In a Bundle one reads Type/id or Type/id/_history/version, without parameters, and"
            " searches by Type?parameter=value; ask anything else by itself.",
            code="request-url",
        )
    if not number:
        return await reading.read(tx, writer.reader, kind, identity)
    if not _VERSION.fullmatch(number):
        raise Refused(Wrong.NOT_FOUND, "There is no such version.")
    return await reading.version(tx, writer.reader, kind, identity, int(number))


async def _search(tx: Transaction, writer: Writer, kind: str, parameters: str, base: str) -> Looked:
    # In a body, not in an address: values of a person may stand in it.
    try:
        given = parse_qsl(parameters, keep_blank_values=True, max_num_fields=100)
    except ValueError:
        raise Refused(Wrong.INVALID, "Ask with at most 100 parameters.") from None
    query = ask(kind, given, personal=True, strict=True, base=base)
    return Looked(query, await reading.search(tx, writer.reader, query))


def enough(told: int) -> None:
    """Lets pass what one answer can hold.

    Args:
        told: bytes of what was read and found until now.

    Raises:
        Refused: TOO_LARGE.
    """
    if told > MOST_TOLD:
        raise Refused(
            Wrong.TOO_LARGE,
            f"The answer would be over {MOST_TOLD // 1024**2} MiB: read this in another Bundle.",
            code="too-costly",
        )


def size(looked: Found | Looked) -> int:
    """How many bytes were read or found."""
    if isinstance(looked, Found):
        return len(looked.body)
    found = [*looked.results.page.found, *looked.results.included]
    return sum(len(one.body) for one in found)
