"""Whether what is asked is of a person, so that it may stand in no address.

An address stands in logs, in histories and in the windows of those who look along.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from fhir.codes import BSN_SYSTEMS
from fhir.person import valid_bsn
from fhir.search.parameters import Parameter
from fhir.search.query import Clause, Ids, Terms, Through

_BSN = frozenset(system.casefold() for system in BSN_SYSTEMS)
_NUMBER = re.compile(r"[0-9](?:[ .\-]?[0-9]){8}")
"""Nine digits may be a citizen service number, also one with a slip of the pen."""
_DIGIT = re.compile(r"[0-9]")
_COMPACT = re.compile(r"(?<![0-9A-Fa-f])[0-9]{9}(?![0-9A-Fa-f])")
_APART = re.compile(r"(?<![0-9A-Fa-f])[0-9](?:[ .\-]?[0-9])*+(?![A-Fa-f])")
_UUID = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_IDENTIFIERS = frozenset({"identifier", "group-identifier", "requisition"})
_CODED = frozenset({"token", "code"})
_ADDRESSES = frozenset({"address", "address-city", "address-postalcode", "address-state"})
_NAMES = frozenset({"name", "family", "given", "phonetic"})
_OTHERS = frozenset({"birthdate", "death-date", "email", "phone", "telecom"})

PERSONAL = _ADDRESSES | _NAMES | _OTHERS
"""Names under which FHIR looks for a person: where we don't offer one, its value still is."""


def tells_number(text: str) -> bool:
    """Whether a text has nine digits in it that pass the 11-test, with blanks, dots or not.

    Digits of a UUID or of another hexadecimal text are no such number.
    """
    if not _DIGIT.search(text):
        return False
    rest = _UUID.sub("|", text)
    found = _COMPACT.findall(rest)
    found += (re.sub(r"[ .\-]", "", one) for one in _APART.findall(rest))
    return any(valid_bsn(one) for one in found)


def of_a_person(one: Parameter, value: str, clauses: Iterable[Clause]) -> bool:
    """Whether a value is a name, a birth date, an address, or a citizen service number.

    Nine digits that pass the 11-test are taken for one wherever they stand, whatever system they
    are said to be of; only a code of a system that is named is none. Of an identifier without a
    system, nine digits are enough.

    Args:
        one: the parameter.
        value: as given.
        clauses: that it became.
    """
    if one.kind == "string" and tells_number(value):  # which falls apart into words
        return True
    return any(_personal(one, clause) for clause in clauses)


def _personal(one: Parameter, clause: Clause) -> bool:
    if isinstance(clause, Through):
        return any(_numbers(term) for term in clause.clause.any_of)
    if isinstance(clause, Ids):
        return any(tells_number(identity) for identity in clause.any_of)
    if not isinstance(clause, Terms) or clause.any_of == (f"{one.name}:present",):
        return False
    return one.personal or any(_told(one, term) for term in clause.any_of)


def _told(one: Parameter, term: str) -> bool:
    name, _, said = term.partition("=")
    name = name.removesuffix(":system")
    if name in _IDENTIFIERS or name.endswith(":identifier"):
        return _numbers(term)
    system, bar, _ = said.partition("|")
    of_codes = one.reads in _CODED and bar and system and system.casefold() not in _BSN
    return tells_number(system if of_codes else said)


def _numbers(term: str) -> bool:
    """Whether the value of an identifier is a citizen service number, or may be one."""
    said = term.partition("=")[2]
    system, _, number = said.partition("|") if "|" in said else ("", "", said)
    system = system.strip().casefold()
    if number and (system in _BSN or (not system and _NUMBER.fullmatch(number))):
        return True
    return tells_number(said)
