"""Whether a resource is what a search asks for, judged in memory, and in which order it comes.

https://hl7.org/fhir/R4/search.html#prefix for what a prefix means of two stretches of time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import MAXYEAR, MINYEAR, UTC, datetime, timedelta
from typing import Any, TypeVar

from fhir.search.index import Indexed
from fhir.search.parameters import parameters_of
from fhir.search.query import Clause, Ids, Prefix, Query, Span, Terms, Through, When

T = TypeVar("T")

_FIRST = datetime(MINYEAR, 1, 1, tzinfo=UTC)
_LAST = datetime(MAXYEAR, 12, 31, tzinfo=UTC)


def fits(query: Query, identity: str, updated: datetime, indexed: Indexed) -> bool:
    """Whether all that is asked is true of a resource of the query's type.

    Args:
        query: what is asked; chains have become references, else nothing fits them.
        identity: the resource's id.
        updated: when it last changed.
        indexed: what it says (``fhir.search.index``).
    """
    terms = frozenset(indexed.terms)

    def true(clause: Clause) -> bool:
        match clause:
            case Terms():
                return clause.negated == terms.isdisjoint(clause.any_of)
            case Ids():
                return identity in clause.any_of
            case When():
                span = _stretch(clause.axis, updated, indexed)
                return span is not None and any(
                    holds(prefix, asked, span) for prefix, asked in clause.any_of
                )
            case Through():
                return False

    return all(true(clause) for clause in query.clauses)


def holds(prefix: Prefix, asked: Span, said: Span) -> bool:
    """Whether a stretch of time that a resource says is what was asked.

    Args:
        prefix: what to compare; ``ap`` has been made wider already, and means overlap.
        asked: the stretch that the value covers.
        said: the stretch that the resource covers.
    """
    low, high = asked.low or _FIRST, asked.high or _LAST
    first, last = said.low or _FIRST, said.high or _LAST
    within = low <= first and last <= high
    return {
        "eq": within,
        "ne": not within,
        "gt": last > high,
        "ge": last > high or within,
        "lt": first < low,
        "le": first < low or within,
        "sa": first >= high,
        "eb": last <= low,
        "ap": first < high and last > low,
    }[prefix]


def _stretch(axis: str, updated: datetime, indexed: Indexed) -> Span | None:
    if axis == "changed":
        return Span(updated, updated + timedelta(microseconds=1))
    return indexed.written if axis == "written" else indexed.about


def ordered(
    query: Query, found: Iterable[T], said: Callable[[T], tuple[str, datetime, Indexed]]
) -> list[T]:
    """What was found, as ``_sort`` asks; without it the last id first.

    What has no such date comes last in either direction; what is equal stands by id, in that
    direction.

    Args:
        query: what is asked.
        found: in any order.
        said: of one of them its id, when it last changed, and what it says.
    """
    name, descending = query.sort or ("_id", True)
    rows = [(one, *said(one)) for one in found]
    rows.sort(key=lambda row: row[1], reverse=descending)
    axis = parameters_of(query.kind)[name].axis
    if axis is not None:
        rows.sort(key=_by(axis, descending=descending))
    return [row[0] for row in rows]


def _by(axis: str, *, descending: bool) -> Callable[[tuple[Any, str, datetime, Indexed]], Any]:
    """By the beginning of a stretch, or from its end backwards."""

    def key(row: tuple[Any, str, datetime, Indexed]) -> tuple[bool, timedelta]:
        span = _stretch(axis, row[2], row[3])
        if span is None:
            return True, timedelta()
        if descending:
            return False, _LAST - (span.high or _LAST)
        return False, (span.low or _FIRST) - _FIRST

    return key
