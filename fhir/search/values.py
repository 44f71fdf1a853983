"""The values of one parameter, made into clauses: what must be there, and when.

https://hl7.org/fhir/R4/search.html#ptypes; the terms are those of ``fhir.search.terms``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import product
from typing import get_args

from fhir.search import escapes
from fhir.search.faults import bad, unsupported
from fhir.search.moments import stretch, wider
from fhir.search.parameters import Parameter
from fhir.search.query import Clause, Ids, Prefix, Span, Terms, Through, When
from fhir.search.words import LONGEST_START, LOOKED_UP, beginning, sought, squeezed

MOST_ALTERNATIVES = 100
"""Values of one parameter with commas between."""
_MOST_CLAUSES = 64
"""Into so many a parameter with several texts of several words falls apart at most."""

_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")
_TYPE = re.compile(r"[A-Z][A-Za-z]{2,40}")
_RELATIVE = re.compile(rf"({_TYPE.pattern})/({_ID.pattern})(?:/_history/{_ID.pattern})?")
_ABSOLUTE = re.compile(r"[a-z][a-z0-9+.\-]*:\S+")
_DATE = re.compile(r"(eq|ne|gt|lt|ge|le|sa|eb|ap)?([0-9].*)", re.DOTALL)
_DAY = re.compile(r"(?:eq)?([0-9]{4}(?:-[0-9]{2}){0,2})")
_STRINGS = frozenset({"string", "name", "postcode"})


def clauses_of(
    one: Parameter, modifier: str | None, chain: str | None, value: str, base: str
) -> tuple[Clause, ...]:
    """What a parameter asks; all of the clauses must be true.

    Args:
        one: the parameter.
        modifier: what stands behind its colon.
        chain: what stands behind its full stop; "identifier", if anything.
        value: as given; not empty, without control characters.
        base: the URL below which references are ours, with a slash at its end, or empty.

    Raises:
        FhirRefused: "invalid", for what can't be read or isn't offered.
    """
    name = one.name + (f":{modifier}" if modifier else "") + (f".{chain}" if chain else "")
    if chain is not None:
        numbers = Terms("identifier", _tokens("identifier", name, _given(name, value)))
        return (Through(one.name, "Patient", numbers),)
    if modifier == "missing" and one.paths:
        return (_missing(one, name, value),)
    return _clauses(one, modifier, name, _given(name, value), base)


def _given(name: str, value: str) -> list[str]:
    if not escapes.well_escaped(value):
        raise bad(name, r"a backslash escapes one of , | $ \ and is itself written \\.")
    given = escapes.alternatives(value)
    if len(given) > MOST_ALTERNATIVES:
        raise bad(name, f"at most {MOST_ALTERNATIVES} values; ask in several searches.", "too-long")
    if not all(one.strip() for one in given):
        raise bad(name, "there is an empty value; leave out the comma, or the parameter.")
    return given


def _clauses(
    one: Parameter, modifier: str | None, name: str, given: list[str], base: str
) -> tuple[Clause, ...]:
    param = one.name
    clause: Clause
    if one.reads == "reference":
        clause = _referred(one, modifier, name, given, base)
    elif one.reads in _STRINGS:
        _only(one, name, modifier, "exact")
        return _texts(one, name, given, exact=modifier == "exact")
    elif param == "_id":
        _only(one, name, modifier)
        clause = Ids(tuple(escapes.plain(each) for each in given))
    elif one.kind == "token":
        _only(one, name, modifier, "not")
        read = _tokens if one.reads == "token" else _codes(one)
        clause = Terms(param, read(param, name, given), negated=modifier == "not")
    else:
        _only(one, name, modifier)
        if one.axis is not None:
            clause = When(param, one.axis, tuple(_when(name, each) for each in given))
        elif one.reads == "day":
            clause = Terms(param, tuple(_day(param, name, each) for each in given))
        else:
            clause = Terms(param, tuple(f"{param}={escapes.plain(each)}" for each in given))
    return (clause,)


def _only(one: Parameter, name: str, modifier: str | None, *offered: str) -> None:
    """Refuses a modifier but those; ``:missing`` has been read before."""
    if modifier is not None and modifier not in offered:
        can = [f":{each}" for each in (*offered, *(("missing",) if one.paths else ()))]
        told = f"this modifier isn't offered here; offered: {', '.join(can) or 'none'}."
        raise unsupported(name, told)


def _missing(one: Parameter, name: str, value: str) -> Terms:
    if value not in {"true", "false"}:
        raise bad(name, "needs true or false.")
    return Terms(one.name, (f"{one.name}:present",), negated=value == "true")


def _when(name: str, given: str) -> tuple[Prefix, Span]:
    read = _DATE.fullmatch(escapes.plain(given))
    span = stretch(read[2]) if read else None
    if read is None or span is None:
        raise bad(
            name,
            "needs an existing date (2026, 2026-02, 2026-02-28) or time"
            " (2026-02-28T13:05:00+01:00, in an address with %2B for +), after at most one of "
            + ", ".join(get_args(Prefix))
            + ".",
        )
    prefix: Prefix = read[1] or "eq"  # type: ignore[assignment]  # the pattern has no other
    return prefix, wider(span) if prefix == "ap" else span


def _day(param: str, name: str, given: str) -> str:
    read = _DAY.fullmatch(given)
    if read is None or stretch(read[1]) is None:
        raise bad(
            name,
            "needs an existing date (1940, 1940-02, 1940-02-28), without gt, lt or another of"
            " these: it is stored hashed, and looked up as it is.",
        )
    return f"{param}={read[1]}"


def _tokens(prefix: str, name: str, given: list[str]) -> tuple[str, ...]:
    return tuple(_said(prefix, *_token(name, each)) for each in given)


def _said(prefix: str, *read: str) -> str:
    if len(read) > 1 and not read[1]:
        return f"{prefix}:system={read[0]}|"
    return f"{prefix}={'|'.join(read)}"


def _token(name: str, given: str) -> list[str]:
    """The code alone, or system and code, either of which may be empty."""
    read = escapes.parts(given)
    if len(read) > len(("system", "code")):
        raise bad(name, r"needs code or system|code; a bar within either is written \|.")
    if not any(read):
        raise bad(name, "needs a system, a code, or both with a bar between.")
    return read


def _codes(one: Parameter) -> Callable[[str, str, list[str]], tuple[str, ...]]:
    """Of elements that have no system of their own: one that goes without saying may be said."""

    def terms(param: str, name: str, given: list[str]) -> tuple[str, ...]:
        return tuple(term(param, name, _token(name, each)) for each in given)

    def term(param: str, name: str, read: list[str]) -> str:
        system, code = read if len(read) > 1 else ("", read[0])
        if one.reads == "boolean" and code not in {"true", "false", ""}:
            raise bad(name, "needs true or false.")
        if system and system not in one.systems:
            return f"{param}={system}|{code}"  # which no resource says
        return f"{param}={code}" if code else f"{param}:present"

    return terms


def _referred(
    one: Parameter, modifier: str | None, name: str, given: list[str], base: str
) -> Terms:
    if modifier == "identifier":
        return Terms(one.name, _tokens(f"{one.name}:identifier", name, given))
    targets = one.targets
    if modifier is not None:
        if not _TYPE.fullmatch(modifier):
            _only(one, name, modifier, "identifier", *targets)
        targets = (modifier,)
    found: list[str] = []
    for each in given:
        said = escapes.plain(each)
        if base and said.startswith(base):
            said = said.removeprefix(base)
        if relative := _RELATIVE.fullmatch(said):
            if modifier not in {None, relative[1]}:
                raise bad(name, "the id is of another type than the modifier; leave out either.")
            found.append(f"{relative[1]}/{relative[2]}")
        elif _ID.fullmatch(said):
            found += [f"{target}/{said}" for target in targets]
        elif _ABSOLUTE.fullmatch(said):
            found.append(said)
        else:
            raise bad(name, "needs Type/id, an id, or the URL of a resource.")
    # Who points at something of ours may have written it whole.
    whole = [base + target for target in found if base and not _ABSOLUTE.fullmatch(target)]
    return Terms(one.name, tuple(f"{one.name}={target}" for target in found + whole))


def _texts(one: Parameter, name: str, given: list[str], *, exact: bool) -> tuple[Clause, ...]:
    """Of each text every word must be there; of several texts, those of one."""
    texts = [escapes.plain(each) for each in given]
    postcode = one.reads == "postcode"
    if exact:
        whole = _any(one, [f":exact={text}" for text in texts])
        first = [squeezed(each).casefold() if postcode else beginning(each) for each in texts]
        return (_narrowing(one, first), whole) if all(first) else (whole,)
    if postcode:
        starts = [[squeezed(text).casefold()[:LONGEST_START]] for text in texts]
    else:
        starts = [sought(text) for text in texts]
    if not all(starts):
        raise bad(name, "needs at least one letter or digit.")
    ways = 1
    for each in starts:
        ways *= len(each)
    if ways > _MOST_CLAUSES:
        raise bad(name, "too many words; ask for fewer, or in several searches.", "too-costly")
    # (a and b) or c, as (a or c) and (b or c).
    found: dict[Clause, None] = {}
    for way in product(*starts):
        if any(len(start) > LOOKED_UP for start in way):
            found[_narrowing(one, way)] = None
        found[_any(one, [_begins(start) for start in dict.fromkeys(way)])] = None
    return tuple(found)


def _narrowing(one: Parameter, starts: Sequence[str]) -> Terms:
    """What an index can find of texts that begin so."""
    return _any(one, [f"={start}" for start in dict.fromkeys(s[:LOOKED_UP] for s in starts)])


def _begins(start: str) -> str:
    return f":long={start}" if len(start) > LOOKED_UP else f"={start}"


def _any(one: Parameter, said: Sequence[str]) -> Terms:
    """One of these, of the parameter or of one that says the same."""
    return Terms(
        one.name, tuple(f"{name}{each}" for each in said for name in (one.name, *one.also))
    )
