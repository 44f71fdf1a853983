"""What counts how much when services are ranked."""

from __future__ import annotations

from typing import Final

import msgspec

PARTS: Final = (
    "time",
    "distance",
    "ring",
    "carer",
    "preferred",
    "wishes",
    "fairness",
    "freshness",
)
"""The parts of a score, in the order in which they are shown."""


class Weights(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Points that together make 100, and a yardstick.

    Attributes:
        time: how soon it can start: all points at once, none when it only just makes the
            wanted start.
        distance: by road from home or the place asked for: all points at 0 km, none from
            ``far_km`` on, and none when the home is not known.
        ring: all points in the own area, two thirds in the sub-region, a third in the
            province, none in a neighbouring region or for a guarantee bed.
        carer: all points for the organisation that already gives care: it knows the person.
        preferred: all points for the service that the person asks for, or any of the
            organisation that they ask for.
        wishes: the share of the person's wishes that it can meet; none without wishes.
        fairness: the share of what it has that is free, so that work is spread: of two
            providers that are as good, the emptier one is asked first.
        freshness: what is left of the validity of the figure.
        far_km: kilometres.

    Raises:
        ValueError: points below 0 or not 100 together, or ``far_km`` not above 0.
    """

    time: float = 25.0
    distance: float = 20.0
    ring: float = 10.0
    carer: float = 15.0
    preferred: float = 10.0
    wishes: float = 5.0
    fairness: float = 10.0
    freshness: float = 5.0
    far_km: float = 60.0

    def __post_init__(self) -> None:
        """Refuse weights with which a score would not run from 0 to 100."""
        points = [getattr(self, part) for part in PARTS]
        if min(points) < 0 or round(sum(points), 6) != 100:  # noqa: PLR2004 - 100 points
            raise ValueError("weights are 0 or more and make 100 together")
        if not self.far_km > 0:
            raise ValueError("far_km is above 0")


DEFAULT: Final = Weights()


def tenths(most: float, share: float) -> int:
    """A share, 0 to 1, of the points of a part, in tenths, halves up; below 0 is nothing.

    Whole numbers, so that the parts of a score add up to it; a third of the time of ``round``.
    """
    return int(most * share * 10 + 0.5) if share > 0 else 0
