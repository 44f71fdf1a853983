"""What a resource says of the parameters by which it is searched: terms, and stretches of time.

A term is a short text, ``code=http://loinc.org|1234-5``. Who stores terms hashes them with a key
(``coordination.auth.vault``): they are of a person as much as the resource is. Every parameter
``p`` of which the resource says something gives, by what it reads:

- a token ``p=system|code``, ``p=code`` and ``p=system|``; a code or boolean ``p=code`` alone;
- a reference ``p=Type/id`` or ``p=url``, and of its identifier ``p:identifier=system|value``,
  ``p:identifier=value`` and ``p:identifier=system|``;
- a canonical ``p=url|version`` and ``p=url``; a uri ``p=uri``;
- a text ``p=`` and each beginning of each word (``fhir.search.words``), and ``p:exact=`` the whole;
- a day ``p=1940-01-02``, ``p=1940-01``, ``p=1940``;
- and any of them, dates too, ``p:present``.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import Any

import msgspec

from fhir.search.moments import between, hull, stretch
from fhir.search.parameters import PARAMETERS, Parameter
from fhir.search.query import Span
from fhir.search.words import LONGEST_START, squeezed, starts


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


_Add = Callable[[str, Any, set[str]], None]
_Decode = Callable[[bytes], tuple[Any, ...]]
_Row = tuple[str, str, _Add | None, tuple[tuple[int, tuple[str, ...]], ...]]
"""Name, axis, what adds the terms of a value; of each element where it is read, and its path."""
_A_PATIENT = re.compile(r"(?:.*/)?Patient/[A-Za-z0-9\-.]{1,64}\Z")


def index_of(kind: str, body: bytes) -> Indexed:
    """The terms of a resource, after ``fhir.validation.accept``; the same whenever it is read.

    Args:
        kind: its type; one without parameters has no terms.
        body: JSON, with references to our ids already (``fhir.settle``).
    """
    decode, plan = _plan(kind)
    if not plan:
        return Indexed(())
    sent = decode(body)
    terms: set[str] = set()
    times: dict[str, list[Span]] = {}
    for name, axis, add, paths in plan:
        for at, path in paths:
            value = sent[at]
            if value is None:
                continue
            for one in _values(value, path, 1):
                if add is not None:
                    add(name, one, terms)
                elif span := _time(one):
                    terms.add(f"{name}:present")
                    times.setdefault(axis, []).append(span)
    return Indexed(tuple(terms), hull(times.get("written", [])), hull(times.get("about", [])))


@cache
def _plan(kind: str) -> tuple[_Decode, tuple[_Row, ...]]:
    """What reads the elements that are searched, and what each parameter makes of them."""
    rows = PARAMETERS.get(kind, {}).values()
    names = sorted({path[0] for one in rows for path in one.paths})
    # All else is passed over, which costs a fraction of reading it.
    fields = [(f"e{at}", Any, None) for at in range(len(names))]
    struct = msgspec.defstruct(
        kind, fields, rename={f"e{at}": name for at, name in enumerate(names)}
    )
    read = msgspec.json.Decoder(struct).decode
    return lambda body: msgspec.structs.astuple(read(body)), tuple(
        (
            one.name,
            one.axis or "",
            _adder(one),
            tuple((names.index(path[0]), path) for path in one.paths),
        )
        for one in rows
    )


def _adder(one: Parameter) -> _Add | None:
    if one.name == "patient":
        return _patient
    return None if one.axis else _ADD[one.reads]


def _values(value: Any, path: tuple[str, ...], depth: int) -> list[Any]:
    """All that stands at a path, through every array on the way."""
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


def _token(name: str, value: Any, terms: set[str]) -> None:
    for one in value.get("coding", (value,)):
        system, code = one.get("system", ""), one.get("code") or one.get("value")
        if code is not None:
            terms.add(f"{name}={system}|{code}")
            terms.add(f"{name}={code}")
        if system:
            terms.add(f"{name}={system}|")
    terms.add(f"{name}:present")


def _plain(name: str, value: Any, terms: set[str]) -> None:
    terms.add(f"{name}={value}")
    terms.add(f"{name}:present")


def _boolean(name: str, value: Any, terms: set[str]) -> None:
    _plain(name, "true" if value else "false", terms)


def _reference(name: str, value: Any, terms: set[str]) -> None:
    target = value.get("reference")
    if target is not None and not target.startswith(("#", "urn:")):
        terms.add(f"{name}={target.partition('/_history/')[0]}")
    if (logical := value.get("identifier")) is not None:
        _token(f"{name}:identifier", logical, terms)
    terms.add(f"{name}:present")


def _patient(name: str, value: Any, terms: set[str]) -> None:
    target = value.get("reference")
    if target is None and value.get("type", "Patient") != "Patient":
        return
    if target is None or _A_PATIENT.match(target.partition("/_history/")[0]):
        _reference(name, value, terms)


def _canonical(name: str, value: Any, terms: set[str]) -> None:
    terms.add(f"{name}={value.partition('|')[0]}")
    _plain(name, value, terms)


def _string(name: str, value: Any, terms: set[str]) -> None:
    terms.update([f"{name}={start}" for start in starts(value)])
    terms.add(f"{name}:exact={value}")
    terms.add(f"{name}:present")


def _name(name: str, value: Any, terms: set[str]) -> None:
    for part in (value.get("text"), value.get("family")):
        if part:
            _string(name, part, terms)
    for part in ("given", "prefix", "suffix"):
        for one in value.get(part, ()):
            if one:
                _string(name, one, terms)


def _postcode(name: str, value: Any, terms: set[str]) -> None:
    whole = squeezed(value).casefold()
    terms.update([f"{name}={whole[:end]}" for end in range(1, min(len(whole), LONGEST_START) + 1)])
    terms.add(f"{name}:exact={value}")
    terms.add(f"{name}:present")


def _day(name: str, value: Any, terms: set[str]) -> None:
    terms.update((f"{name}={value}", f"{name}={value[:7]}", f"{name}={value[:4]}"))
    terms.add(f"{name}:present")


_ADD: dict[str, _Add] = {
    "token": _token,
    "code": _plain,
    "boolean": _boolean,
    "plain": _plain,
    "reference": _reference,
    "canonical": _canonical,
    "uri": _plain,
    "string": _string,
    "name": _name,
    "postcode": _postcode,
    "day": _day,
}
