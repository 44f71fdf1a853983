"""Marks: where a page of a search or of a history ends, and what comes after it.

A mark names the last resource on a page and its place in the order, not how many were shown: the
next page is right whatever came, changed or went meanwhile.
"""

from __future__ import annotations

import bisect
import uuid
from collections.abc import Sequence
from datetime import datetime

from coordination import paging
from coordination.db.sought import EARLIEST, LATEST, Mark
from coordination.errors import Fault, Refused, Wrong
from coordination.records.shelf import Found
from fhir.search.index import index_of
from fhir.search.parameters import Axis, parameters_of
from fhir.search.query import Query, Span

PARAMETER = "_page"

Place = tuple[datetime, uuid.UUID, int]
"""Where something comes in an order."""


def read_mark(after: str | None) -> Mark | None:
    """Where a page begins.

    Raises:
        Refused: INVALID for a mark that is none of ours.
    """
    return paging.read(after, Mark, PARAMETER)


def begin_of(query: Query) -> Mark | None:
    """Where the page of a search begins.

    Raises:
        Refused: INVALID for a mark that is none of ours, or of a search in another order.
    """
    after = read_mark(query.after)
    axis, _ = order_of(query)
    if after is not None and (after.key is None) != (axis is None):
        raise Refused(
            Wrong.INVALID,
            f"{PARAMETER} is of a search in another order; start at the first page.",
            faults=(Fault(PARAMETER, "is of a search in another order"),),
            code="search-parameter",
        )
    return after


def order_of(query: Query) -> tuple[Axis | None, bool]:
    """The time by which is sorted, None for the id; and whether the last comes first."""
    if query.sort is None:
        return None, True
    name, descending = query.sort
    return parameters_of(query.kind)[name].axis, descending


def time_of(span: Span | None, *, descending: bool) -> datetime:
    """The time by which a stretch is sorted, as the database does (``db.sought.key_of``)."""
    if span is None:
        return EARLIEST if descending else LATEST
    return (span.high or LATEST) if descending else (span.low or EARLIEST)


def search_mark(found: Found, axis: Axis | None, *, descending: bool) -> Mark:
    """The mark of a page of a search that ends with a resource.

    Args:
        found: the resource.
        axis: the time by which is sorted, or None for the id.
        descending: whether the last comes first.
    """
    identity = uuid.UUID(str(found.id))
    if axis is None:
        return Mark(identity)
    if axis == "changed":
        return Mark(identity, found.updated)
    indexed = index_of(found.type, found.body)
    span = indexed.written if axis == "written" else indexed.about
    return Mark(identity, time_of(span, descending=descending))


def version_mark(found: Found) -> Mark:
    """The mark of a page of a history that ends with a version."""
    return Mark(uuid.UUID(str(found.id)), found.updated, found.version)


def place(mark: Mark) -> Place:
    """Where something comes in an order."""
    return mark.key or EARLIEST, mark.id, mark.version


def beyond(places: Sequence[Place], after: Mark | None, *, descending: bool) -> Sequence[Place]:
    """What comes after a mark, in the order that was asked.

    Args:
        places: sorted upwards.
        after: the mark, or None for all.
        descending: whether the last comes first.
    """
    if descending:
        end = len(places) if after is None else bisect.bisect_left(places, place(after))
        return places[:end][::-1]
    begin = 0 if after is None else bisect.bisect_right(places, place(after))
    return places[begin:]
