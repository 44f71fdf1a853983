"""What changes between two protocols: in their tables, and in what becomes of people."""

from __future__ import annotations

from pathlib import Path

import msgspec

from triage.advice import ProtocolName
from triage.protocol import load
from triage.review.outcomes import Cases, differences
from triage.review.table_changes import Change, changes


class Diff(msgspec.Struct, frozen=True, kw_only=True):
    """Two protocols beside each other.

    Attributes:
        old: the first.
        new: the second.
        outcomes: cases that they answer differently, by turn, what concerns safety first; empty:
            it is proved that no case is answered differently.
        changes: what their tables say otherwise, what decides first.
    """

    old: ProtocolName
    new: ProtocolName
    outcomes: tuple[Cases, ...]
    changes: tuple[Change, ...]


def diff(old: Path, new: Path, most: int = 4) -> Diff:
    """What changes between the protocols in two folders.

    Args:
        old: folder of the first.
        new: folder of the second.
        most: so many cases for each way in which outcomes change.

    Raises:
        ProtocolError: a table has a fault.
        OSError: a file cannot be read.
    """
    before, after = load(old), load(new)
    return Diff(
        old=before.name,
        new=after.name,
        outcomes=differences(before, after, most),
        changes=changes(old, new),
    )
