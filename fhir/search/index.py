"""What a resource says of the parameters by which it is searched: terms, and stretches of time."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, lru_cache
from typing import Any

import msgspec

from fhir.search.moments import between, hull, stretch
from fhir.search.parameters import PARAMETERS
from fhir.search.query import Span
from fhir.search.terms import Add, adder_of


class Indexed(msgspec.Struct, frozen=True):
    """What is searched of one resource.

    Attributes:
        terms: each once, in any order.
        written: when it was written down (authored, recorded, sent), or None.
        about: the time that it is about (effective, occurrence, period, onset), or None.
    """

    terms: tuple[str, ...]
    written: Span | None = None
    about: Span | None = None


_Find = Callable[[bytes], tuple[msgspec.Raw | None, ...]]
_Time = tuple[frozenset[str], str, tuple[str, ...]]
"""Of a date parameter the term that it is there, its axis, and a path."""

_JSON = msgspec.json.decode

REMEMBERED = 8192
"""Elements, of every type together, of which the terms are remembered: most come again."""
_LONGEST_KEPT = 400


class Said(msgspec.Struct, frozen=True):
    """What a resource says, element by element: the same sets for what was said before.

    Attributes:
        terms: of each element those of the index.
        beside: of each element those that stand beside.
        written: see ``Indexed``.
        about: see ``Indexed``.
    """

    terms: list[frozenset[str]]
    beside: list[frozenset[str]]
    written: Span | None
    about: Span | None


class _Element:
    """The parameters that read one element: name, what adds the terms, and the path of each."""

    __slots__ = ("rows",)

    def __init__(self, rows: tuple[tuple[str, Add, tuple[str, ...]], ...]) -> None:
        self.rows = rows


def index_of(kind: str, body: bytes) -> Indexed:
    """The terms of a resource, after ``fhir.validation.accept``; the same whenever it is read.

    Args:
        kind: its type; one without parameters has no terms.
        body: JSON, with references to our ids already (``fhir.settle``).
    """
    found = said_of(kind, body)
    terms, aside = frozenset[str]().union(*found.terms), frozenset[str]().union(*found.beside)
    return Indexed((*terms, *aside), found.written, found.about)


def said_of(kind: str, body: bytes) -> Said:
    """The same in sets: who hashes terms needs to do it once for each set."""
    find, plan = _plan(kind)
    terms: list[frozenset[str]] = []
    aside: list[frozenset[str]] = []
    spans: dict[str, list[Span]] = {}
    for sent, (element, times) in zip(find(body), plan, strict=True):
        if sent is None:
            continue
        if element is not None:
            read = _read if len(sent) < _LONGEST_KEPT else _read.__wrapped__
            found, more = read(element, bytes(sent))
            if found:
                terms.append(found)
            if more:
                aside.append(more)
        for present, axis, path in times:
            for one in _values(_JSON(sent), path, 1):
                if span := _time(one):
                    aside.append(present)
                    spans.setdefault(axis, []).append(span)
    if not spans:
        return Said(terms, aside, None, None)
    return Said(terms, aside, hull(spans.get("written", [])), hull(spans.get("about", [])))


@cache
def _plan(kind: str) -> tuple[_Find, tuple[tuple[_Element | None, tuple[_Time, ...]], ...]]:
    """What finds the elements that are searched, and what each parameter makes of them."""
    rows = [(one, path) for one in PARAMETERS.get(kind, {}).values() for path in one.paths]
    names = sorted({path[0] for _, path in rows})
    # All else is passed over, which costs a fraction of reading it.
    fields = [(f"e{at}", msgspec.Raw, None) for at in range(len(names))]
    struct = msgspec.defstruct(
        kind, fields, rename={f"e{at}": name for at, name in enumerate(names)}
    )
    find = msgspec.json.Decoder(struct).decode
    plan = []
    for name in names:
        own = [(one, path) for one, path in rows if path[0] == name]
        said = tuple((one.name, adder_of(one), path) for one, path in own if one.axis is None)
        times = tuple(
            (frozenset({f"{one.name}:present"}), one.axis, path)
            for one, path in own
            if one.axis is not None
        )
        plan.append((_element(said) if said else None, times))
    return lambda body: msgspec.structs.astuple(find(body)), tuple(plan)


@cache
def _element(rows: tuple[tuple[str, Add, tuple[str, ...]], ...]) -> _Element:
    """One for all types of which the same parameters read an element of the same name."""
    return _Element(rows)


@lru_cache(maxsize=REMEMBERED)
def _read(element: _Element, sent: bytes) -> tuple[frozenset[str], frozenset[str]]:
    """The terms of an element, and those that stand beside."""
    value = _JSON(sent)
    terms: set[str] = set()
    aside: set[str] = set()
    for name, add, path in element.rows:
        for one in _values(value, path, 1):
            add(name, one, terms, aside)
    return frozenset(terms), frozenset(aside)


def _values(value: Any, path: tuple[str, ...], depth: int) -> list[Any]:
    """All that stands at a path, through every array on the way."""
    if value is None:
        return []
    if isinstance(value, list):
        return [found for one in value if one is not None for found in _values(one, path, depth)]
    if depth == len(path):
        return [value]
    inner = value.get(path[depth])
    return [] if inner is None else _values(inner, path, depth + 1)


def _time(value: Any) -> Span | None:
    """Of a dateTime, a Period, or a Timing by its events or its bounds."""
    if isinstance(value, str):
        return stretch(value)
    if "event" in value:
        return hull([span for one in value["event"] if one and (span := stretch(one))])
    period = value.get("repeat", {}).get("boundsPeriod", {}) if "repeat" in value else value
    return between(period.get("start"), period.get("end"))
