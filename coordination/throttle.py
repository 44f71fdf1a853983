"""How many requests one caller may make: a store of a minute's worth, filled evenly.

Each process counts by itself: with three of them a caller may make up to three times as many.
"""

from __future__ import annotations

import math

MOST_CALLERS = 10_000
"""More than that are forgotten, those with a full store first."""


class Throttle:
    """Counts requests by caller.

    Args:
        rate: requests a minute, and at once after a minute of none; 0 for no limit.
    """

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._full_at: dict[str, float] = {}

    def wait(self, caller: str, now: float, times: int = 1) -> int:
        """Counts a request; 0 where it may pass, else in how many seconds one may.

        Args:
            caller: who makes it.
            now: seconds of a clock that only goes forward.
            times: of the rate that this caller may make: more where it is several together.
        """
        if not self._rate:
            return 0
        each = 60 / self._rate / times
        full_at = max(self._full_at.get(caller, now), now) + each
        if full_at - now > 60:  # noqa: PLR2004 - seconds: the store is empty
            return math.ceil(full_at - now - 60)
        if len(self._full_at) >= MOST_CALLERS and caller not in self._full_at:
            self._forget(now)
        self._full_at[caller] = full_at
        return 0

    def _forget(self, now: float) -> None:
        """Forgets whose store is full, or else everyone: a limit may not fill the memory."""
        self._full_at = {who: at for who, at in self._full_at.items() if at > now}
        if len(self._full_at) >= MOST_CALLERS:
            self._full_at.clear()
