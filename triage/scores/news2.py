# ruff: noqa: PLR2004 - the thresholds are the chart
"""NEWS2, complete, with both oxygen scales and a range where parts are missing.

National Early Warning Score 2, Royal College of Physicians, London, 2017 (acknowledged; chart 1).
A part that is missing is missing, not zero: it may be anything that its unknown facts allow.
Values between two printed bands (20.5 breaths) take the worse of the two. Adults only: the score
is not meant under 16 years or in pregnancy. It rules in; a low score opens nothing.
"""

from __future__ import annotations

import msgspec

from triage.codes import Consciousness
from triage.picture import Picture

Points = tuple[int, int]
"""Lowest and highest points that a part may have."""

_ANY: Points = (0, 3)


class News2(msgspec.Struct, frozen=True):
    """The range of the total over every possible value of what is missing.

    Attributes:
        low: lowest possible total, 0 to 20.
        high: highest possible total, 0 to 20; equal to ``low`` when complete.
        any_three: whether one part scores 3; None when that depends on what is missing.
        missing: the facts on which the range hangs.
    """

    low: int
    high: int
    any_three: bool | None
    missing: tuple[str, ...] = ()


def news2(picture: Picture) -> News2:
    """The score of one set of vital signs."""
    known = parts(picture)
    low = high = 0
    sure = possible = False
    for least, most in known:
        low += least
        high += most
        sure = sure or least == 3
        possible = possible or most == 3
    return News2(low, high, True if sure else None if possible else False, _missing(picture, known))


def parts(picture: Picture) -> tuple[Points, ...]:
    """The seven parts in the order of the chart: respiration first, temperature last."""
    p = picture
    on_oxygen = p.on_oxygen
    mind = p.consciousness
    return (
        _ANY if p.respiration_rate is None else _respiration(p.respiration_rate),
        _ANY
        if p.oxygen_saturation is None
        else _saturation(p.oxygen_saturation, hypercapnic=p.hypercapnic_target, oxygen=on_oxygen),
        (0, 2) if on_oxygen is None else (2, 2) if on_oxygen else (0, 0),
        _ANY if p.systolic is None else _systolic(p.systolic),
        _ANY if p.pulse is None else _pulse(p.pulse),
        _ANY if mind is None else (0, 0) if mind == Consciousness.ALERT else (3, 3),
        _ANY if p.temperature is None else _temperature(p.temperature),
    )


_EXACT: tuple[Points, ...] = ((0, 0), (1, 1), (2, 2), (3, 3))


def _respiration(rate: float) -> Points:
    if rate < 12:
        return _EXACT[1] if rate >= 9 else _EXACT[3]
    return _EXACT[0 if rate <= 20 else 2 if rate <= 24 else 3]


def _saturation(percent: float, *, hypercapnic: bool | None, oxygen: bool | None) -> Points:
    if hypercapnic is False:
        return _EXACT[_scale_1(percent)]
    high_on_oxygen = _scale_2(percent, oxygen=True)
    high_on_air = _scale_2(percent, oxygen=False)
    points = [
        *([high_on_oxygen] if oxygen is not False else []),
        *([high_on_air] if oxygen is not True else []),
        *([_scale_1(percent)] if hypercapnic is None else []),
    ]
    return min(points), max(points)


def _scale_1(percent: float) -> int:
    return 0 if percent >= 96 else 1 if percent >= 94 else 2 if percent >= 92 else 3


def _scale_2(percent: float, *, oxygen: bool) -> int:
    if percent > 92:
        return 0 if not oxygen else 1 if percent <= 94 else 2 if percent <= 96 else 3
    return 0 if percent >= 88 else 1 if percent >= 86 else 2 if percent >= 84 else 3


def _systolic(mmhg: float) -> Points:
    if mmhg >= 111:
        return _EXACT[0 if mmhg <= 219 else 3]
    return _EXACT[1 if mmhg >= 101 else 2 if mmhg >= 91 else 3]


def _pulse(rate: float) -> Points:
    if rate < 51:
        return _EXACT[1 if rate >= 41 else 3]
    return _EXACT[0 if rate <= 90 else 1 if rate <= 110 else 2 if rate <= 130 else 3]


def _temperature(celsius: float) -> Points:
    if celsius < 36.1:
        return _EXACT[1 if celsius >= 35.1 else 3]
    return _EXACT[0 if celsius <= 38.0 else 1 if celsius <= 39.0 else 2]


_PART_FACTS = (
    "respiration_rate",
    "oxygen_saturation",
    "on_oxygen",
    "systolic",
    "pulse",
    "consciousness",
    "temperature",
)


def _missing(picture: Picture, known: tuple[Points, ...]) -> tuple[str, ...]:
    missing = tuple(
        fact
        for fact, (least, most) in zip(_PART_FACTS, known, strict=True)
        if least != most and getattr(picture, fact) is None
    )
    least, most = known[1]
    if (
        least != most
        and picture.oxygen_saturation is not None
        and picture.hypercapnic_target is None
    ):
        return (*missing, "hypercapnic_target")
    return missing
