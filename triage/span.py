"""The range of a total over every possible value of what is missing."""

from __future__ import annotations

import msgspec


class Span(msgspec.Struct, frozen=True):
    """A total that may be incomplete.

    Attributes:
        low: lowest possible total.
        high: highest possible total; equal to ``low`` when nothing is missing.
    """

    low: int
    high: int

    def __post_init__(self) -> None:
        """Refuse a range that holds nothing."""
        if self.low > self.high:
            raise ValueError(f"a total from {self.low} to {self.high} holds nothing")
