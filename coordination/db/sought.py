"""What a search looks for, written as conditions of SQL: terms, times, and where a page begins."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

import msgspec

from coordination.referral import OPEN

Axis = Literal["written", "about", "changed"]

EARLIEST = datetime(2, 1, 1, tzinfo=UTC)
LATEST = datetime(9998, 1, 1, tzinfo=UTC)
"""What has no time, or an open one, sorts as if it were of one of these."""


class Mark(msgspec.Struct, frozen=True):
    """Where a page ends.

    Attributes:
        id: of the last resource on it.
        key: the time by which it is sorted, where that is not the id alone.
        version: of that resource, in a history.
    """

    id: uuid.UUID
    key: datetime | None = None
    version: Annotated[int, msgspec.Meta(ge=0, lt=2**31)] = 0


class HasTerm(msgspec.Struct, frozen=True):
    """One of some terms must be there, or none of them.

    Attributes:
        any_of: hashed, those that stand in an index.
        beside: those that stand in none.
        negated: whether none of them may be there.
        states: of the referral, of which one is asked, where its state decides it; else None.
        rare: whether few resources have such a term, of however many (``fhir.search.rare``).
    """

    any_of: tuple[int, ...]
    negated: bool = False
    states: tuple[str, ...] | None = None
    rare: bool = False
    beside: tuple[int, ...] = ()


class Within(msgspec.Struct, frozen=True):
    """One of some comparisons of a time must hold: each a prefix of FHIR and a stretch."""

    axis: Axis
    any_of: tuple[tuple[str, datetime | None, datetime | None], ...]


class Sought(msgspec.Struct, frozen=True, kw_only=True):
    """A search of one type.

    Attributes:
        kind: resource type.
        terms: all must hold.
        times: all must hold.
        ids: of which it must be one, or None.
        axis: the time by which is sorted; None is by id, which is by age.
        descending: newest first.
        after: where the page begins, or None.
    """

    kind: str
    terms: tuple[HasTerm, ...] = ()
    times: tuple[Within, ...] = ()
    ids: tuple[uuid.UUID, ...] | None = None
    axis: Axis | None = None
    descending: bool = True
    after: Mark | None = None


class Bound:
    """The parameters of a statement, in the order in which they were written into it."""

    def __init__(self) -> None:
        self.values: list[Any] = []

    def __call__(self, value: Any, cast: str) -> str:
        """Keeps a value; what stands for it in the statement."""
        self.values.append(value)
        return f"${len(self.values)}::{cast}"


def resources(bound: Bound, sought: Sought) -> str:
    """Where the resources ``x`` of a search come from: all, or the few that have a rare term.

    What the database knows of terms are the common ones: of any other it expects hundreds, and
    would then rather walk from the newest resource to the oldest, or read all of the type besides.
    So a rare term is looked up first, by itself, and only what has it is looked at (OFFSET 0 keeps
    the database from joining the two).
    """
    rare = next((one for one in sought.terms if one.rare), None)
    if rare is None:
        return "resource x"
    these = bound(list(rare.any_of), "bigint[]")
    return f"(SELECT * FROM resource WHERE terms && {these} OFFSET 0) x"  # noqa: S608 - ours


def has_terms(bound: Bound, terms: Sequence[HasTerm], *, stated: bool) -> list[str]:
    """The conditions on the terms of a resource ``x``.

    Args:
        bound: takes the parameters.
        terms: all must hold.
        stated: whether it shows the state of its referral ``r``, which then decides in its place.
    """
    conditions = []
    for one in terms:
        if stated and one.states is not None:
            conditions.append(in_states(bound, "r.state", one.states))
            continue
        ways = []
        if one.any_of or not one.beside:
            ways.append(f"x.terms && {bound(list(one.any_of), 'bigint[]')}")
        if one.beside:
            ways.append(f"x.beside && {bound(list(one.beside), 'bigint[]')}")
        there = f"({' OR '.join(ways)})"
        conditions.append(f"NOT {there}" if one.negated else there)
    return conditions


def in_states(bound: Bound, column: str, states: Sequence[str]) -> str:
    """That a referral is in one of some states; said so that those still open are few to read."""
    asked = f"{column} = ANY({bound(list(states), 'text[]')})"
    if set(states) <= set(OPEN):
        return f"{asked} AND {column} NOT IN ('placed', 'closed', 'cancelled')"
    return asked


def within(bound: Bound, asked: Within, low: str, high: str | None = None) -> str:
    """A condition on a stretch of time, or on a moment where it has no ``high``.

    https://hl7.org/fhir/R4/search.html#prefix

    Args:
        bound: takes the parameters.
        asked: alternatives.
        low: SQL of where the stretch begins; of the moment.
        high: SQL of where it ends, not included.
    """
    ways = []
    for prefix, start, end in asked.any_of:
        form = _MOMENT.get(prefix, _IN) if high is None else _STRETCH[prefix]
        # The database asks of every parameter that the statement uses it.
        c = _bound(bound, start, "-infinity") if "{c}" in form else ""
        d = _bound(bound, end, "infinity") if "{d}" in form else ""
        ways.append(f"({form.format(a=low, b=high, c=c, d=d)})")
    return f"({' OR '.join(ways)})"


def _bound(bound: Bound, at: datetime | None, never: str) -> str:
    return f"'{never}'::timestamptz" if at is None else bound(at, "timestamptz")


# From {c} until just before {d} is asked; a moment is at {a}, a stretch from {a} until {b}.
_IN = "{a} >= {c} AND {a} < {d}"
_MOMENT = {
    "ne": f"NOT ({_IN})",
    "gt": "{a} >= {d}",
    "sa": "{a} >= {d}",
    "lt": "{a} < {c}",
    "eb": "{a} < {c}",
    "ge": "{a} >= {c}",
    "le": "{a} < {d}",
}
_STRETCH = {
    "eq": "{a} >= {c} AND {b} <= {d}",
    "ne": "NOT ({a} >= {c} AND {b} <= {d})",
    "gt": "{b} > {d}",
    "lt": "{a} < {c}",
    "ge": "{b} > {d} OR {a} >= {c} AND {b} <= {d}",
    "le": "{a} < {c} OR {a} >= {c} AND {b} <= {d}",
    "sa": "{a} >= {d}",
    "eb": "{b} <= {c}",
    "ap": "{a} < {d} AND {b} > {c}",
}


def page_of(bound: Bound, sought: Sought, identity: str, key: str | None) -> tuple[str, str]:
    """The condition that begins a page where the one before ended, and the order of its rows.

    Args:
        bound: takes the parameters.
        sought: the search.
        identity: SQL of the id.
        key: SQL of the time by which is sorted, or None.
    """
    way, before = ("DESC", "<") if sought.descending else ("ASC", ">")
    order = f"{identity} {way}" if key is None else f"{key} {way}, {identity} {way}"
    if sought.after is None:
        return "true", order
    last = bound(sought.after.id, "uuid")
    if key is None:
        return f"{identity} {before} {last}", order
    at = bound(sought.after.key, "timestamptz")
    return f"({key}, {identity}) {before} ({at}, {last})", order


def key_of(sought: Sought, low: str, high: str | None = None) -> str:
    """The time by which a stretch, or a moment that has no ``high``, is sorted.

    By its beginning, or from its end backwards; what has no such time comes last.
    """
    if high is None:
        return low
    first, last = (f"'{one.isoformat()}'::timestamptz" for one in (EARLIEST, LATEST))
    none = f"{low} IS NULL AND {high} IS NULL"
    if sought.descending:
        return f"CASE WHEN {none} THEN {first} ELSE COALESCE({high}, {last}) END"
    return f"CASE WHEN {none} THEN {last} ELSE COALESCE({low}, {first}) END"
