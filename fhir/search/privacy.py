"""Whether what is asked is of a person, so that it may stand in no address.

An address stands in logs, in histories and in the windows of those who look along.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from fhir.codes import BSN_SYSTEMS
from fhir.search.parameters import Parameter
from fhir.search.query import Clause, Terms, Through

_BSN = frozenset(system.casefold() for system in BSN_SYSTEMS)
_NUMBER = re.compile(r"[0-9](?:[ .\-]?[0-9]){8}")
"""Nine digits may be a citizen service number, also one with a slip of the pen."""
_IDENTIFIERS = frozenset({"identifier", "group-identifier", "requisition"})
_ADDRESSES = frozenset({"address", "address-city", "address-postalcode", "address-state"})
_NAMES = frozenset({"name", "family", "given", "phonetic"})
_OTHERS = frozenset({"birthdate", "death-date", "email", "phone", "telecom"})

PERSONAL = _ADDRESSES | _NAMES | _OTHERS
"""Names under which FHIR looks for a person: where we don't offer one, its value still is."""


def of_a_person(one: Parameter, clauses: Iterable[Clause]) -> bool:
    """Whether a value is a name, a birth date, an address, or a citizen service number.

    A number without a system that has its length is taken for one.
    """
    return any(_personal(one, clause) for clause in clauses)


def _personal(one: Parameter, clause: Clause) -> bool:
    if isinstance(clause, Through):
        return _numbers(clause.clause.any_of)
    if not isinstance(clause, Terms) or clause.any_of == (f"{one.name}:present",):
        return False
    if one.personal:
        return True
    asked = [term.partition("=") for term in clause.any_of]
    return _numbers(
        term
        for term, (name, _, _) in zip(clause.any_of, asked, strict=True)
        if name in _IDENTIFIERS or name.endswith(":identifier")
    )


def _numbers(terms: Iterable[str]) -> bool:
    for term in terms:
        said = term.partition("=")[2]
        system, _, number = said.partition("|") if "|" in said else ("", "", said)
        system = system.strip().casefold()
        if number and (system in _BSN or (not system and _NUMBER.fullmatch(number))):
            return True
    return False
