"""A search read from its parameters: what is asked, what is passed over, and what is refused.

https://hl7.org/fhir/R4/search.html; what is offered of it stands in ``fhir.search.parameters``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, get_args

import msgspec

from fhir.outcome import FhirRefused
from fhir.search.faults import bad, private, told, unknown, unsupported
from fhir.search.parameters import Parameter, includes_of, parameters_of
from fhir.search.privacy import PERSONAL, of_a_person, tells_number
from fhir.search.query import Clause, Query, Summary, Through, Total
from fhir.search.values import clauses_of

MOST_PARAMETERS = 100
LONGEST_VALUE = 8000
"""Characters of one value."""
MOST_VALUES = 2000
"""Alternatives of all parameters together, each word of a text counted."""

_NAME = re.compile(r"([A-Za-z_][A-Za-z_\-]*)(?::([A-Za-z\-]+))?(?:\.([A-Za-z\-]+))?")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]|[\ud800-\udfff]")
_ELEMENT = re.compile(r"[A-Za-z]{1,64}")
_COUNT = re.compile(r"[0-9]{1,18}")


class _Asked(msgspec.Struct):
    """What was read so far.

    Attributes:
        kind: the type.
        strict: whether what isn't known is refused.
        most: resources on a page at most.
        known: the parameters of the type.
        fields: of the query.
    """

    kind: str
    strict: bool
    most: int
    known: Mapping[str, Parameter]
    fields: dict[str, Any]
    clauses: list[Clause] = []
    include: list[tuple[str, str, str | None]] = []
    used: list[tuple[str, str]] = []
    ignored: list[str] = []

    def pass_over(self, name: str, cure: str) -> None:
        """What isn't known: refused, or told as ignored."""
        if self.strict:
            raise unknown(name, cure)
        if told(name) not in self.ignored:
            self.ignored.append(told(name))


def ask(
    kind: str,
    given: Sequence[tuple[str, str]],
    *,
    personal: bool,
    strict: bool,
    most: int = 100,
    default: int = 20,
    base: str = "",
) -> Query:
    """The query of the parameters of a search.

    Args:
        kind: the type that is searched.
        given: name and value of each parameter, decoded, in their order.
        personal: whether values of a person may stand in it: a POST, not an address.
        strict: ``Prefer: handling=strict``: what isn't known is refused, not ignored.
        most: resources on a page at most; who asks for more gets so many.
        default: resources on a page where ``_count`` isn't given.
        base: the URL below which references are ours, with a slash at its end.

    Returns:
        The query, from its first page on: where another page begins is not asked, but followed.

    Raises:
        FhirRefused: "invalid", naming the parameter and the cure, never a value.
        KeyError: the type is not searched.
    """
    if len(given) > MOST_PARAMETERS:
        raise bad("search", f"at most {MOST_PARAMETERS} parameters.", "too-long")
    asked = _Asked(kind, strict, most, parameters_of(kind), {"count": default})
    seen: set[str] = set()
    for name, value in given:
        try:
            _check(name, value)
            if control := _CONTROLS.get(name):
                if name in seen and name != "_include":
                    raise bad(name, "is given more than once; give it once.")
                seen.add(name)
                control(asked, name, value)
            else:
                _parameter(asked, name, value, personal=personal, base=base)
        except FhirRefused:
            if not personal and tells_number(value):
                raise private(name, kind) from None
            raise
    if sum(map(_values, asked.clauses)) > MOST_VALUES:
        raise bad("search", "too many values in all; ask in several searches.", "too-costly")
    if asked.fields.get("elements") and asked.fields.get("summary", "false") != "false":
        raise bad("_elements", "choose between _elements and _summary.")
    return Query(
        kind=kind,
        clauses=tuple(asked.clauses),
        include=tuple(dict.fromkeys(asked.include)),
        used=tuple(asked.used),
        ignored=tuple(asked.ignored),
        **asked.fields,
    )


def _values(clause: Clause) -> int:
    return len(clause.clause.any_of if isinstance(clause, Through) else clause.any_of)


def _check(name: str, value: str) -> None:
    if not value.strip():
        raise bad(name, "has no value; give one or leave it out.")
    if len(value) > LONGEST_VALUE:
        raise bad(name, f"at most {LONGEST_VALUE} characters.", "too-long")
    if _CONTROL.search(value) or _CONTROL.search(name):
        raise bad(name, "has characters that are no text; leave them out.")


def _parameter(asked: _Asked, name: str, value: str, *, personal: bool, base: str) -> None:
    read = _NAME.fullmatch(name)
    plain, modifier, chain = read.groups() if read else (name, None, None)
    one = asked.known.get(plain)
    chained = chain is None or (
        one is not None and one.chained and chain == "identifier" and modifier in {None, "Patient"}
    )
    if one is None or not chained:
        if not personal and ((chain or plain) in PERSONAL or tells_number(value)):
            raise private(name, asked.kind)
        nothing = f"{plain} has nothing behind it here."
        asked.pass_over(name, nothing if plain in _CONTROLS else _offered(asked.known))
        return
    clauses = clauses_of(one, modifier, chain, value, base)
    if of_a_person(one, value, clauses):
        if not personal:
            raise private(name, asked.kind)
        asked.fields["private"] = True
    asked.clauses += clauses
    asked.used.append((name, value))


def _offered(known: Mapping[str, Parameter]) -> str:
    names = [*known, *(f"{one.name}.identifier" for one in known.values() if one.chained)]
    return f"isn't known here; known: {', '.join(names)}."


def _count(asked: _Asked, name: str, value: str) -> None:
    if not _COUNT.fullmatch(value):
        raise bad(name, f"needs a whole number, 0 (the total alone) to {asked.most}.")
    count = min(int(value), asked.most)
    if asked.fields.get("summary") != "count":
        asked.fields["count"] = count
    asked.used.append((name, str(count)))


def _sort(asked: _Asked, name: str, value: str) -> None:
    can = ["_lastUpdated", "_id", *(one.name for one in asked.known.values() if one.axis)]
    key = value.removeprefix("-")
    if key not in can:
        offered = ", ".join(dict.fromkeys(can))
        told = f"sorts by one of {offered}, by one only; with - before it the last first."
        raise unsupported(name, told)
    asked.fields["sort"] = (key, key != value)
    asked.used.append((name, value))


def _include(asked: _Asked, name: str, value: str) -> None:
    source, _, rest = value.partition(":")
    parameter, _, target = rest.partition(":")
    can = includes_of(asked.kind)
    if source != asked.kind or parameter not in can or (target and target not in can[parameter]):
        names = ", ".join(f"{asked.kind}:{one}" for one in can) or "nothing"
        asked.pass_over(name, f"names one reference of the type itself; offered: {names}.")
        return
    asked.include.append((source, parameter, target or None))
    asked.used.append((name, value))


def _summary(asked: _Asked, name: str, value: str) -> None:
    asked.fields["summary"] = _choice(name, value, get_args(Summary))
    if value == "count":
        asked.fields["count"] = 0
    asked.used.append((name, value))


def _total(asked: _Asked, name: str, value: str) -> None:
    asked.fields["total"] = _choice(name, value, get_args(Total))
    asked.used.append((name, value))


def _choice(name: str, value: str, choices: Sequence[str]) -> str:
    if value not in choices:
        raise bad(name, f"needs one of {', '.join(choices)}.")
    return value


def _elements(asked: _Asked, name: str, value: str) -> None:
    names = value.split(",")
    if not all(_ELEMENT.fullmatch(one) for one in names):
        raise bad(name, "needs names of elements of the type itself, with commas between.")
    asked.fields["elements"] = tuple(dict.fromkeys(names))
    asked.used.append((name, value))


def _format(asked: _Asked, name: str, value: str) -> None:
    """The answer's own, told again in its links: the format, without what may stand behind it."""
    if plain := value.partition(";")[0].strip():
        asked.used.append((name, plain))


def _pretty(asked: _Asked, name: str, value: str) -> None:
    asked.used.append((name, _choice(name, value, ("true", "false"))))


_CONTROLS: dict[str, Callable[[_Asked, str, str], None]] = {
    "_count": _count,
    "_elements": _elements,
    "_format": _format,
    "_include": _include,
    "_pretty": _pretty,
    "_sort": _sort,
    "_summary": _summary,
    "_total": _total,
}
