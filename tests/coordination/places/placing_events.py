"""What may happen next in a history of placing, as Hypothesis draws it."""

from __future__ import annotations

import msgspec
from hypothesis import strategies as st
from placing_deeds import ACTS, Act

from triage.need import Kind, Visits


class Came(msgspec.Struct, frozen=True):
    """A referral comes in."""

    person: int
    kind: Kind
    hours: float
    visits: Visits


class Both(msgspec.Struct, frozen=True):
    """Two deeds at the same time, each on a connection of its own."""

    one: Act
    other: Act


class Crash(msgspec.Struct, frozen=True):
    """A deed whose transaction is cut off before its commit."""

    act: Act
    how: str


class Passes(msgspec.Struct, frozen=True):
    """The time of an offer passes, and nobody has noticed yet."""

    which: int


class Clock(msgspec.Struct, frozen=True):
    """The service's own clock ends what is due."""


_CAME = st.builds(
    Came,
    person=st.integers(0, 2),
    kind=st.sampled_from((Kind.ELV_LOW, Kind.ELV_LOW, Kind.NURSING_PLANNED)),
    hours=st.sampled_from((1.5, 3, 7, 10)),
    visits=st.builds(Visits, morning=st.integers(0, 2), evening=st.integers(0, 1)),
)
_CRASH = st.builds(Crash, ACTS, st.sampled_from(("raise",) * 7 + ("terminate",)))
EVENTS = st.sampled_from(
    (ACTS,) * 12
    + (_CAME,)
    + (st.builds(Both, ACTS, ACTS),) * 3
    + (_CRASH, st.builds(Passes, st.integers(0, 5)), st.builds(Clock))
).flatmap(lambda one: one)
"""What may happen next."""
