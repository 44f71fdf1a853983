"""The terms that a value gives: short texts by which a resource is found.

A term is a short text, ``code=http://loinc.org|1234-5``. Who stores terms hashes them with a key
(``coordination.auth.vault``): they are of a person as much as the resource is. Every parameter
``p`` of which the resource says something gives, by what it reads:

- a token ``p=system|code``, ``p=code`` and ``p:system=system|``; a code or boolean ``p=code``;
- a reference ``p=Type/id`` or ``p=url``, and of its identifier ``p:identifier=system|value``,
  ``p:identifier=value`` and ``p:identifier:system=system|``;
- a canonical ``p=url|version`` and ``p=url``; a uri ``p=uri``;
- a text ``p=`` and each beginning of each word (``fhir.search.words``), longer ones ``p:long=``,
  and ``p:exact=`` the whole; of a name only what no other parameter says (``Parameter.also``);
- a day ``p=1940-01-02``, ``p=1940-01``, ``p=1940``;
- and any of them, dates too, ``p:present``.

Those with ``:system=``, ``:long=``, ``:exact=`` or ``:present`` stand beside: each costs as much as
another to keep in an index, and is asked rarely, or found by another term that goes before it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from fhir.search.parameters import Parameter
from fhir.search.words import LONGEST_START, LOOKED_UP, squeezed, starts

Add = Callable[[str, Any, set[str], set[str]], None]
"""Adds the terms of a value of the parameter of a name: those of the index, those beside it."""
_A_PATIENT = re.compile(r"(?:.*/)?Patient/[A-Za-z0-9\-.]{1,64}\Z")
_BESIDE = re.compile(r"[a-z-]+(?::identifier)?:(?:present\Z|(?:system|long|exact)=)")


def beside(term: str) -> bool:
    """Whether a term stands beside the index."""
    return _BESIDE.match(term) is not None


def adder_of(one: Parameter) -> Add:
    """What adds the terms of a value of a parameter that is no date of its own axis."""
    if one.name == "patient":
        return _patient
    return _rest_of_name if one.also else _ADD[one.reads]


def _token(name: str, value: Any, terms: set[str], aside: set[str]) -> None:
    for one in value.get("coding", (value,)):
        system, code = one.get("system", ""), one.get("code") or one.get("value")
        if code is not None:
            terms.add(f"{name}={system}|{code}")
            terms.add(f"{name}={code}")
        if system:
            aside.add(f"{name}:system={system}|")
    aside.add(f"{name}:present")


def _plain(name: str, value: Any, terms: set[str], aside: set[str]) -> None:
    terms.add(f"{name}={value}")
    aside.add(f"{name}:present")


def _boolean(name: str, value: Any, terms: set[str], aside: set[str]) -> None:
    _plain(name, "true" if value else "false", terms, aside)


def _reference(name: str, value: Any, terms: set[str], aside: set[str]) -> None:
    target = value.get("reference")
    if target is not None and not target.startswith(("#", "urn:")):
        terms.add(f"{name}={target.partition('/_history/')[0]}")
    if (logical := value.get("identifier")) is not None:
        _token(f"{name}:identifier", logical, terms, aside)
    aside.add(f"{name}:present")


def _patient(name: str, value: Any, terms: set[str], aside: set[str]) -> None:
    target = value.get("reference")
    if target is None and value.get("type", "Patient") != "Patient":
        return
    if target is None or _A_PATIENT.match(target.partition("/_history/")[0]):
        _reference(name, value, terms, aside)


def _canonical(name: str, value: Any, terms: set[str], aside: set[str]) -> None:
    terms.add(f"{name}={value.partition('|')[0]}")
    _plain(name, value, terms, aside)


def _string(name: str, value: Any, terms: set[str], aside: set[str]) -> None:
    short, long = starts(value)
    terms.update([f"{name}={start}" for start in short])
    aside.update([f"{name}:long={start}" for start in long])
    aside.add(f"{name}:exact={value}")
    aside.add(f"{name}:present")


def _name(name: str, value: Any, terms: set[str], aside: set[str]) -> None:
    for part in (value.get("family"), *value.get("given", ())):
        if part:
            _string(name, part, terms, aside)
    _rest_of_name(name, value, terms, aside)


def _rest_of_name(name: str, value: Any, terms: set[str], aside: set[str]) -> None:
    """But for what is found as family name and given names."""
    for part in (value.get("text"), *value.get("prefix", ()), *value.get("suffix", ())):
        if part:
            _string(name, part, terms, aside)
    if value.get("family") or any(value.get("given", ())):
        aside.add(f"{name}:present")


def _postcode(name: str, value: Any, terms: set[str], aside: set[str]) -> None:
    whole = squeezed(value).casefold()[:LONGEST_START]
    terms.update([f"{name}={whole[:end]}" for end in range(1, min(len(whole), LOOKED_UP) + 1)])
    aside.update([f"{name}:long={whole[:end]}" for end in range(LOOKED_UP + 1, len(whole) + 1)])
    aside.add(f"{name}:exact={value}")
    aside.add(f"{name}:present")


def _day(name: str, value: Any, terms: set[str], aside: set[str]) -> None:
    terms.update((f"{name}={value}", f"{name}={value[:7]}", f"{name}={value[:4]}"))
    aside.add(f"{name}:present")


_ADD: dict[str, Add] = {
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
