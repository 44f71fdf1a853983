"""A MeasureReport as it is kept: as it was sent, with tags that say what became of it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

import msgspec

from fhir.region.capacity_codes import RESULT, coding
from fhir.stamping import parts_of, stamp, with_elements


class Result(StrEnum):
    """What became of the figures of a service; the codes of ``RESULT``."""

    COUNTED = "counted"
    """They are the newest, and stand."""
    LATE = "late"
    """Later ones were here already: kept for the history, and nothing changed."""
    REPEATED = "repeated"
    """The very same figures were here already."""
    CONFLICT = "conflict"
    """They stand, but more was promised than they leave."""


RESULT_WORDS = {
    Result.COUNTED: ("geteld", "counted"),
    Result.LATE: ("te laat: er was al een nieuwere opgave", "late: newer figures were here"),
    Result.REPEATED: ("deze cijfers waren er al", "these figures were here already"),
    Result.CONFLICT: (
        "er is meer toegezegd dan er volgens deze opgave is",
        "more was promised than there is by this report",
    ),
}
"""Dutch and English name of every result."""


def kept_report(
    body: bytes, identity: str, results: Iterable[Result], now: datetime, version: int = 1
) -> bytes:
    """A MeasureReport with our id, meta and result tags; every other value as it was sent.

    Args:
        body: as sent.
        identity: our id for it.
        results: of its services.
        now: when it is stored.
        version: of it.
    """
    stamped = stamp(body, identity, version, now)
    meta = msgspec.json.decode(parts_of(stamped)["meta"])
    others = [tag for tag in meta.get("tag", ()) if tag.get("system") != RESULT]
    ours = [coding(RESULT, one.value, RESULT_WORDS[one][0]) for one in sorted(set(results))]
    return with_elements(stamped, {"meta": meta | {"tag": others + ours}})


def content(body: bytes) -> bytes:
    """What two sendings of the same report have in common: all but id and meta."""
    parts = msgspec.json.decode(body)
    kept = {name: value for name, value in parts.items() if name not in {"id", "meta"}}
    return hashlib.sha256(msgspec.json.encode(kept, order="deterministic")).digest()
