"""A search as it was asked, read from its parameters, and what of it was used.

https://hl7.org/fhir/R4/search.html
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

Prefix = Literal["eq", "ne", "gt", "lt", "ge", "le", "sa", "eb", "ap"]
Summary = Literal["true", "text", "data", "count", "false"]
Total = Literal["none", "estimate", "accurate"]


class Span(msgspec.Struct, frozen=True):
    """A stretch of time: from the first instant until just before the second; None is open."""

    low: datetime | None
    high: datetime | None


class Terms(msgspec.Struct, frozen=True, tag="terms"):
    """A parameter of which one of some terms must be there (``fhir.search.terms``).

    Attributes:
        param: its name.
        any_of: alternatives (a comma means or), as terms of the index.
        negated: none of them may be there (``:not``, ``:missing=true``).
    """

    param: str
    any_of: tuple[str, ...]
    negated: bool = False


class When(msgspec.Struct, frozen=True, tag="when"):
    """A date parameter.

    Attributes:
        param: its name.
        axis: which of a resource's stretches of time it looks at: when it was written, what
            time it is about, or when it last changed.
        any_of: alternatives, each a prefix and the stretch that the value covers.
    """

    param: str
    axis: Literal["written", "about", "changed"]
    any_of: tuple[tuple[Prefix, Span], ...]


class Ids(msgspec.Struct, frozen=True, tag="ids"):
    """``_id``: one of these."""

    any_of: tuple[str, ...]


class Through(msgspec.Struct, frozen=True, tag="through"):
    """A chained parameter, such as ``patient.identifier``: a reference to what fits a search.

    Attributes:
        param: the reference parameter of this type.
        target: the type that is pointed at.
        clause: what must be true of it.
    """

    param: str
    target: str
    clause: Terms


Clause = Terms | When | Ids | Through


class Query(msgspec.Struct, frozen=True, kw_only=True):
    """A search of one type.

    Attributes:
        kind: the resource type.
        clauses: all must be true.
        sort: name and descending of ``_sort``; None: newest first, by id.
        count: resources on a page, 0 for the total alone.
        after: where this page begins (opaque to the caller), or None.
        include: (source type, parameter, target type or None) of each ``_include``.
        elements: ``_elements``, or None for all.
        summary: of ``_summary``.
        total: whether the exact total is asked, not asked, or given where it costs little.
        used: name and value of every parameter that was used, for the self link.
        ignored: names that were not known (``Prefer: handling=lenient``).
        private: whether a value of a person is among what was used: no link may repeat it.
    """

    kind: str
    clauses: tuple[Clause, ...] = ()
    sort: tuple[str, bool] | None = None
    count: int = 20
    after: str | None = None
    include: tuple[tuple[str, str, str | None], ...] = ()
    elements: tuple[str, ...] | None = None
    summary: Summary = "false"
    total: Total = "estimate"
    used: tuple[tuple[str, str], ...] = ()
    ignored: tuple[str, ...] = ()
    private: bool = False
