"""A smallest change of facts that would change the outcome of an advice."""

from __future__ import annotations

from typing import Any

import msgspec

from triage.advice import Lane, Status
from triage.need import Kind
from triage.urgency import Urgency


class Turned(msgspec.Struct, frozen=True, kw_only=True):
    """One fact with another answer.

    Attributes:
        fact: link id.
        was: the value that is known; None: unknown.
        to: the other value; of a number the nearest that makes the difference.
    """

    fact: str
    was: Any
    to: Any


class Then(msgspec.Struct, frozen=True, kw_only=True, cache_hash=True):
    """The outcome that a change leads to: what an advice comes down to."""

    urgency: Urgency
    lane: Lane
    kind: Kind
    status: Status


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """A smallest change of facts and what it leads to.

    Attributes:
        facts: one fact, or two together where no single one changes anything.
        then: the outcome.
        via: the rule that makes the difference; "" where a question or a floor falls away.
    """

    facts: tuple[Turned, ...]
    then: Then
    via: str
