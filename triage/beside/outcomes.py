"""What a protocol concludes from a picture and from many others beside it, all at once.

The rules are read once, by priority, as triage.conclude reads them; each bit is one picture
(triage.beside.layout). So every answer to every fact is tried, not a sample of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from triage.beside.cells import Cells, Ending
from triage.beside.conditions import Conditions
from triage.beside.layout import Layout
from triage.beside.reading import compile_reading
from triage.picture import Picture
from triage.protocol import Protocol
from triage.urgency import Urgency


class Explored(NamedTuple):
    """What was found.

    Attributes:
        endings: every picture that was asked for, once.
        fired: the number of each rule that holds somewhere, with the pictures where it does.
    """

    endings: list[Ending]
    fired: list[tuple[int, int]]


class Outcomes:
    """The rules of a protocol, ready to be read for many pictures at once."""

    def __init__(self, protocol: Protocol) -> None:
        self._conditions = Conditions(protocol)
        self.leaves = self._conditions.leaves
        self._cells = Cells(protocol.rules)
        self._nothing_entered = protocol.unknown_urgency
        self._read = compile_reading(protocol.rules)

    def explore(self, layout: Layout, picture: Picture, live: int) -> Explored:
        """The outcomes of the pictures of a layout, as far as their bits are in ``live``.

        Args:
            layout: the pictures beside the one that is known.
            picture: what is known, without answers that do not count (triage.belief).
            live: bits of the layout; bit 0 is ``picture`` itself.
        """
        values, given = self._conditions.values(layout, picture)
        floors = [0] * len(Urgency)
        for entered, bits in layout.spread("urgency", picture.urgency, given):
            floors[(entered or self._nothing_entered).rank] |= bits
        chosen, acute, fired, unknown = self._read(values, floors, live)
        endings: list[Ending] = []
        presented = tuple(
            layout.spread("intended_destination", picture.intended_destination, given)
        )
        lanes = _lanes(floors, acute, live)
        doubtful = 0
        for bits in unknown.values():
            doubtful |= bits
        for number, bits in chosen:
            left = bits
            for rank, in_lane, where in lanes:
                here = left & where
                if not here:
                    continue
                cell = self._cells[number, rank, in_lane]
                if here & doubtful and cell.matters:
                    endings += self._cells.endings(cell, here, unknown, presented)
                else:
                    endings.append((cell.final, cell.chosen, here))
                left ^= here
                if not left:
                    break
        return Explored(endings, fired)


def _lanes(floors: Sequence[int], acute: int, live: int) -> list[tuple[int, bool, int]]:
    """The pictures apart by rank of urgency and by lane, the calmest first.

    The most urgent floor counts.
    """
    lanes = []
    for rank, floor in enumerate(floors):
        here = live & floor
        if not here:
            continue
        live ^= here
        in_lane = here if rank <= Urgency.U3.rank else here & acute
        if in_lane:
            lanes.append((rank, True, in_lane))
        if here != in_lane:
            lanes.append((rank, False, here ^ in_lane))
    return lanes[::-1]  # most are as calm as can be
