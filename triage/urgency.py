"""The urgency classes U0 to U5: how soon someone must be seen, and their order.

The classes are entered by the caller's own licensed triage (NTS); ours say how soon this
service wants a person seen and are never called NTS. Times: NHG TriageWijzer, see
https://triagewijzer.nhg.org/verantwoording; NTS itself defines no exact response times.
"""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum


class Urgency(StrEnum):
    """A class of urgency; ``U0`` is the most urgent, ``U5`` the least."""

    U0 = "U0"
    U1 = "U1"
    U2 = "U2"
    U3 = "U3"
    U4 = "U4"
    U5 = "U5"

    @property
    def rank(self) -> int:
        """0 for ``U0`` to 5 for ``U5``: the lower, the more urgent."""
        return _RANK[self]

    @property
    def seen_within(self) -> timedelta:
        """How soon someone must be seen (``U0`` and ``U1``: at once)."""
        return _SEEN_WITHIN[self]

    @property
    def seen_within_hours(self) -> float:
        """The same in hours."""
        return self.seen_within.total_seconds() / 3600

    def at_least(self, floor: Urgency) -> Urgency:
        """This class, or the floor where that is more urgent. Never lowers."""
        return self if _RANK[self] <= _RANK[floor] else floor


_RANK = {urgency: rank for rank, urgency in enumerate(Urgency)}

_SEEN_WITHIN = {
    Urgency.U0: timedelta(0),
    Urgency.U1: timedelta(0),
    Urgency.U2: timedelta(hours=1),
    # "Within hours": 3 hours is this project's reading, to be confirmed by clinicians.
    Urgency.U3: timedelta(hours=3),
    Urgency.U4: timedelta(hours=24),
    # "Next working day or advice": 72 hours spans a weekend.
    Urgency.U5: timedelta(hours=72),
}
