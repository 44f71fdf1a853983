"""Derived totals as a sum of parts, so that one other fact changes one part only."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from triage.picture import Picture
from triage.scores.news2 import parts
from triage.vocabulary import SCORES

PARTS: dict[str, tuple[tuple[str, ...], ...]] = {
    "news2": (
        ("respiration_rate",),
        ("oxygen_saturation", "hypercapnic_target", "on_oxygen"),
        ("systolic",),
        ("pulse",),
        ("consciousness",),
        ("temperature",),
    ),
    "qsofa": (("respiration_rate",), ("consciousness",), ("systolic",)),
    "crb65": (
        ("consciousness", "red_flag_confusion", "red_flag_consciousness"),
        ("respiration_rate",),
        ("systolic", "diastolic"),
        ("age",),
    ),
}
"""The facts of each part, together; of facts in different parts the points just add up."""

_CHART = {
    "respiration_rate": (0,),
    "oxygen_saturation": (1, 2),
    "systolic": (3,),
    "pulse": (4,),
    "consciousness": (5,),
    "temperature": (6,),
}
"""Where a part of ours, by its first fact, stands in the order of the NEWS2 chart."""


Points = int
"""What a part, or a whole, may score: four numbers in one, so that parts just add up.

Of 8 bits each, the lowest first: fewest points, most points, in how many of the chart's parts it
surely scores 3 (NEWS2 only), and in how many it may.
"""

_BYTE = 0xFF


def packed(low: int, high: int, sure: int = 0, possible: int = 0) -> Points:
    """Four numbers, each from 0 to 255, as one."""
    return low | high << 8 | sure << 16 | possible << 24


def unpacked(total: Points) -> tuple[int, int, int, int]:
    """Fewest points, most points, parts that surely score 3, and that may."""
    return total & _BYTE, total >> 8 & _BYTE, total >> 16 & _BYTE, total >> 24


@lru_cache(maxsize=16384)
def points(word: str, group: tuple[str, ...], values: tuple[Any, ...]) -> Points:
    """The points of one part of a total.

    Args:
        word: a key of ``PARTS``.
        group: one of its parts.
        values: of the facts of the part, as the picture holds them; None: unknown.
    """
    picture = Picture(**dict(zip(group, values, strict=True)))
    if word == "news2":
        known = parts(picture)
        own = [known[place] for place in _CHART[group[0]]]
        return packed(
            sum(low for low, _ in own),
            sum(high for _, high in own),
            sum(low == 3 for low, _ in own),  # noqa: PLR2004 - the highest score of a part
            sum(high == 3 for _, high in own),  # noqa: PLR2004
        )
    # Each other part is one criterion that is unknown here: it adds nothing, or one.
    span = SCORES[word](picture)
    return packed(span.low, span.high - len(PARTS[word]) + 1)
