"""What a published instrument is as data, and its total, a range while items are missing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum

import msgspec

from triage.span import Span


class Polarity(StrEnum):
    """What a higher total says."""

    HIGHER_IS_BETTER = "higher-is-better"
    HIGHER_IS_WORSE = "higher-is-worse"


class Option(msgspec.Struct, frozen=True, kw_only=True):
    """One answer to an item.

    Attributes:
        points: what it adds to the total; a reversed item has its points reversed here.
        nl: the answer in Dutch, at B1 level.
        en: the answer in English.
    """

    points: int
    nl: str
    en: str


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """One question of an instrument, in our own words.

    Attributes:
        code: short name, unique within the instrument.
        nl: the question in Dutch, at B1 level.
        en: the question in English.
        options: the answers, each with points of its own, so that points say which answer it was.
    """

    code: str
    nl: str
    en: str
    options: tuple[Option, ...]

    @property
    def points(self) -> tuple[int, ...]:
        """The points that an answer may have, in ascending order."""
        return tuple(sorted(option.points for option in self.options))


class Instrument(msgspec.Struct, frozen=True, kw_only=True):
    """A published instrument of which the total is the sum over its items.

    Attributes:
        name: the fact of the picture that holds the total.
        title: what professionals call it.
        items: the questions, in the published order.
        low: lowest total as published; checked against the items.
        high: highest total as published; checked against the items.
        polarity: what a higher total says.
        source: where items and points come from.
        licence: on what terms it may be used.
    """

    name: str
    title: str
    items: tuple[Item, ...]
    low: int
    high: int
    polarity: Polarity
    source: str
    licence: str

    def __post_init__(self) -> None:
        """Refuse items that do not add up to the published range, or cannot be told apart."""
        codes = [item.code for item in self.items]
        if len(set(codes)) < len(codes):
            raise ValueError(f"{self.name}: two items with one code among {codes}")
        for item in self.items:
            if not item.points or len(set(item.points)) < len(item.points):
                raise ValueError(f"{self.name} {item.code}: needs options with points of their own")
        sums = _sum(Span(item.points[0], item.points[-1]) for item in self.items)
        if sums != Span(self.low, self.high):
            raise ValueError(
                f"{self.name}: items add up to {sums.low} to {sums.high}, "
                f"the publication says {self.low} to {self.high}"
            )


class RawScore(msgspec.Struct, frozen=True, kw_only=True):
    """An instrument of which only the total is taken in: no items, no cut-off.

    Attributes:
        name: the fact of the picture that holds the total.
        title: what professionals call it.
        low: lowest total.
        high: highest total.
        polarity: what a higher total says.
        source: where the range comes from.
        licence: on what terms it may be used.
    """

    name: str
    title: str
    low: int
    high: int
    polarity: Polarity
    source: str
    licence: str

    def checked(self, score: int) -> int:
        """The score itself.

        Raises:
            ValueError: it lies outside the range.
        """
        if not self.low <= score <= self.high:
            raise ValueError(f"{self.name}: {score} is not in {self.low} to {self.high}")
        return score


def total(instrument: Instrument, given: Mapping[str, int]) -> Span:
    """The total of the items that are given; a missing item may be anything its options allow.

    Args:
        instrument: which one.
        given: points by item code.

    Raises:
        ValueError: an item that the instrument does not have, or points that no option of it has.
    """
    codes = [item.code for item in instrument.items]
    for code in given:
        if code not in codes:
            raise ValueError(f"{instrument.name} has no item {code!r}, but {', '.join(codes)}")
    return _sum(_points(instrument, item, given.get(item.code)) for item in instrument.items)


def _points(instrument: Instrument, item: Item, given: int | None) -> Span:
    allowed = item.points
    if given is None:
        return Span(allowed[0], allowed[-1])
    if given not in allowed:
        raise ValueError(
            f"{instrument.name} {item.code}: {given} points is not one of "
            f"{', '.join(map(str, allowed))}"
        )
    return Span(given, given)


def _sum(spans: Iterable[Span]) -> Span:
    low = high = 0
    for span in spans:
        low += span.low
        high += span.high
    return Span(low, high)
