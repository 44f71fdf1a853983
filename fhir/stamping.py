"""A resource with elements of ours; all that was sent besides stays byte for byte as it was."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

parts_of = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
"""The elements of a resource, each byte for byte as it was sent."""


def with_elements(body: bytes, ours: Mapping[str, Any]) -> bytes:
    """A resource with some elements of ours; the rest byte for byte the same."""
    return msgspec.json.encode({**parts_of(body), **ours})


def stamp(body: bytes, own_id: str, version: int, now: datetime) -> bytes:
    """A resource with our id, version and time of change; the rest byte for byte the same."""
    return stamped(body, own_id, meta(version, now))


def stamped(body: bytes, own_id: str, fresh: Mapping[str, str]) -> bytes:
    """The same, with our part of its meta as it is written already."""
    sent = parts_of(body)
    ours = {"resourceType": sent.pop("resourceType"), "id": own_id, "meta": own_meta(sent, fresh)}
    sent.pop("id", None)
    sent.pop("meta", None)
    return msgspec.json.encode({**ours, **sent})


def meta(version: int, modified: datetime) -> dict[str, str]:
    """Our part of a resource's meta: its version, and when it was made."""
    return {"versionId": str(version), "lastUpdated": instant(modified)}


def own_meta(sent: Mapping[str, msgspec.Raw], fresh: Mapping[str, str]) -> dict[str, Any]:
    """The meta that a resource was sent with, and ours over it."""
    return {**parts_of(sent["meta"]), **fresh} if "meta" in sent else {**fresh}


def instant(moment: datetime) -> str:
    """A FHIR instant, to the millisecond, with its time zone."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
