"""Whether an advice of the past comes out the same, to the byte, under the version that made it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum

import msgspec

from triage.advice import ProtocolName
from triage.decide import decide
from triage.picture import Picture
from triage.protocol import Protocol


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """An advice as it was stored.

    Attributes:
        version: of the protocol that made it.
        fingerprint: of that protocol's tables.
        made_at: aware; the moment of the decision.
        picture: the facts used, as JSON.
        body: the advice, as JSON.
    """

    version: str
    fingerprint: str
    made_at: datetime
    picture: bytes
    body: bytes


class Verdict(StrEnum):
    """What became of an advice when it was made again; all but ``SAME`` is a mismatch."""

    SAME = "same"
    DIFFERENT = "different"
    """The same tables give another advice: the evaluator or the vocabulary was changed."""
    TABLES_CHANGED = "tables-changed"
    """The version in the tree has another fingerprint: its tables were changed."""
    NO_VERSION = "no-version"
    """The tree holds no such version."""
    UNREADABLE = "unreadable"
    """The picture or the advice can't be read any more."""


def replay(kept: Kept, named: Callable[[str], Protocol]) -> Verdict:
    """Makes an advice again, and compares it with the one that was stored.

    Signing does not change a protocol: an advice from before the signatures replays as unsigned.

    Args:
        kept: the advice.
        named: the protocol of a version; LookupError when there is none.

    Raises:
        ProtocolError: the version's tables have a fault.
    """
    try:
        protocol = named(kept.version)
    except LookupError:
        return Verdict.NO_VERSION
    if protocol.name.fingerprint != kept.fingerprint:
        return Verdict.TABLES_CHANGED
    try:
        picture = msgspec.json.decode(kept.picture, type=Picture)
        made_by = msgspec.json.decode(kept.body, type=_MadeBy).protocol
    except (msgspec.DecodeError, UnicodeDecodeError):
        return Verdict.UNREADABLE
    if made_by.signed_off is not protocol.name.signed_off:
        name = msgspec.structs.replace(protocol.name, signed_off=made_by.signed_off)
        protocol = msgspec.structs.replace(protocol, name=name)
    again = msgspec.json.encode(decide(protocol, picture, kept.made_at))
    return Verdict.SAME if again == kept.body else Verdict.DIFFERENT


class _MadeBy(msgspec.Struct):
    protocol: ProtocolName
