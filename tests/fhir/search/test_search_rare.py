"""Few resources fit what is of one person, and many what is of an organisation or a code."""

from __future__ import annotations

import pytest

from fhir.search.asked import ask
from fhir.search.query import Terms
from fhir.search.rare import rare

BASE = "https://naober.example/fhir/"


@pytest.mark.parametrize(
    ("kind", "name", "value", "few"),
    [
        ("Patient", "identifier", "http://fhir.nl/fhir/NamingSystem/bsn|999900018", True),
        ("Patient", "identifier", "999900018", True),
        ("Patient", "identifier", "http://fhir.nl/fhir/NamingSystem/bsn|", False),
        ("Patient", "identifier:missing", "false", False),
        ("Patient", "identifier:not", "999900018", False),
        ("Patient", "birthdate", "1944-02-11", True),
        ("Patient", "birthdate", "1944", False),
        ("Patient", "name", "jansen", False),
        ("Task", "focus", "ServiceRequest/1", True),
        ("Task", "focus", "ServiceRequest/1,ServiceRequest/2", True),
        ("Task", "patient", "1", True),
        ("Task", "owner", "Organization/1", False),
        ("Task", "owner", "HealthcareService/1", False),
        ("Task", "status", "received", False),
        ("Observation", "code", "http://loinc.org|8867-4", False),
    ],
)
def test_what_few_have(kind: str, name: str, value: str, few: bool) -> None:  # noqa: FBT001 - a case
    query = ask(kind, [(name, value)], personal=True, strict=True, base=BASE)
    for clause in query.clauses:
        assert isinstance(clause, Terms)
        assert rare(clause) is few


def test_one_value_that_many_have_makes_it_many() -> None:
    both = ask("Task", [("subject", "Patient/1,Organization/2")], personal=True, strict=True)
    (clause,) = both.clauses
    assert isinstance(clause, Terms)
    assert not rare(clause)
