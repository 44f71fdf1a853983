"""What fits a search, and in which order it is shown."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhir.search.asked import ask
from fhir.search.escapes import escaped
from fhir.search.index import Indexed, index_of
from fhir.search.matching import fits, holds, ordered
from fhir.search.moments import stretch
from fhir.search.parameters import PARAMETERS
from fhir.search.query import Prefix, Query, Span, Terms, Through

CORPUS = Path(__file__).parents[2] / "data" / "fhir"
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
BSN = "http://fhir.nl/fhir/NamingSystem/bsn"

TASK = {
    "status": "requested",
    "code": {"coding": [{"system": "http://hl7.org/fhir/CodeSystem/task-code", "code": "fulfill"}]},
    "owner": {"reference": "HealthcareService/h1"},
    "for": {"reference": "Patient/p1"},
    "focus": {"reference": "ServiceRequest/s1"},
    "authoredOn": "2026-11-20T10:00:00+01:00",
}
PERSON = {
    "identifier": [{"system": BSN, "value": "999900018"}],
    "name": [{"family": "van Gölz", "given": ["Zoë"]}],
    "birthDate": "1940-02-29",
}


def asked(kind: str, *parameters: tuple[str, str]) -> Query:
    return ask(kind, parameters, personal=True, strict=True)


def said(kind: str, elements: dict[str, Any]) -> Indexed:
    return index_of(kind, json.dumps({"resourceType": kind, **elements}).encode())


def task_fits(*parameters: tuple[str, str]) -> bool:
    return fits(asked("Task", *parameters), "t1", NOW, said("Task", TASK))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("_id", "t0,t1"),
        ("_lastUpdated", "2026-11-22"),
        ("_lastUpdated", "gt2026-11-22T11:59:59Z"),
        ("modified", "le2026-11-22T12:00:00Z"),
        ("status", "requested"),
        ("status", "draft,requested"),
        ("status", "http://hl7.org/fhir/task-status|requested"),
        ("status:not", "draft,accepted"),
        ("code", "fulfill"),
        ("code", "http://hl7.org/fhir/CodeSystem/task-code|"),
        ("owner", "HealthcareService/h1"),
        ("owner", "h1"),
        ("owner:HealthcareService", "h1"),
        ("patient", "p1"),
        ("requester:missing", "true"),
        ("focus:missing", "false"),
        ("authored-on", "2026-11-20"),
        ("authored-on", "eq2026-11-20T09:00Z"),
        ("authored-on", "ne2026-11-21"),
        ("authored-on", "ge2026-11-20T10:00:00+01:00"),
        ("authored-on", "gt2026-11-20T09:59:59+01:00"),
        ("authored-on", "lt2026-11-21"),
        ("authored-on", "sa2026-11-19"),
        ("authored-on", "eb2026-11-21"),
        ("authored-on", "ap2026-11-21"),
        ("authored-on", "2025,2026"),
    ],
)
def test_a_task_is_found(name: str, value: str) -> None:
    assert task_fits((name, value))
    assert task_fits((name, value), ("status", "requested"))
    assert not task_fits((name, value), ("status", "draft"))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("_id", "t0"),
        ("_lastUpdated", "gt2026-11-22T12:00:00Z"),
        ("_lastUpdated", "lt2026-11-22T12:00:00Z"),
        ("status", "request"),
        ("status", "http://elsewhere.example|requested"),
        ("status:not", "requested,accepted"),
        ("code", "|fulfill"),
        ("owner", "Organization/h1"),
        ("owner:Organization", "h1"),
        ("patient", "p"),
        ("requester", "Organization/1"),
        ("requester:missing", "false"),
        ("authored-on", "2026-11-21"),
        ("authored-on", "ne2026-11-20"),
        ("authored-on", "gt2026-11-20"),
        ("authored-on", "lt2026-11-20"),
        ("authored-on", "sa2026-11-20"),
        ("authored-on", "eb2026-11-20"),
        ("authored-on", "ap2026-11-25"),
        ("period", "ne2020"),  # it names no period
        ("period", "ge2020"),
    ],
)
def test_a_task_is_not_found(name: str, value: str) -> None:
    assert not task_fits((name, value))


@pytest.mark.parametrize(
    ("name", "value", "found"),
    [
        ("name", "golz", True),
        ("name", "VAN gölz zo", True),
        ("name", "van olz", False),
        ("name", "Jansen,Golz", True),
        ("given", "golz", False),
        ("family:exact", "van Gölz", True),
        ("family:exact", "van Golz", False),
        ("birthdate", "1940-02-29", True),
        ("birthdate", "1940", True),
        ("birthdate", "1940-03", False),
        ("identifier", f"{BSN}|999900018", True),
        ("identifier", "999900018", True),
        ("identifier", "|999900018", False),
    ],
)
def test_a_person_is_found_by_name_birth_date_and_number(
    name: str,
    value: str,
    found: bool,  # noqa: FBT001
) -> None:
    query = asked("Patient", (name, value))
    assert fits(query, "p1", NOW, said("Patient", PERSON)) is found


def test_a_task_is_found_through_its_patient_once_that_was_looked_for() -> None:
    query = asked("Task", ("patient.identifier", f"{BSN}|999900018"))
    (clause,) = query.clauses
    assert isinstance(clause, Through)
    assert (clause.param, clause.target) == ("patient", "Patient")
    assert fits(Query(kind="Patient", clauses=(clause.clause,)), "p1", NOW, said("Patient", PERSON))
    assert not fits(query, "t1", NOW, said("Task", TASK))


MOMENTS = st.none() | st.datetimes(
    min_value=datetime(2020, 1, 1),  # noqa: DTZ001 - the zone is below
    max_value=datetime(2020, 1, 2),  # noqa: DTZ001
    timezones=st.just(UTC),
).map(lambda moment: moment.replace(second=0, microsecond=0, minute=0))


@st.composite
def spans(draw: st.DrawFn) -> Span:
    low, high = draw(MOMENTS), draw(MOMENTS)
    if low and high:
        low, high = min(low, high), max(low, high) + timedelta(hours=1)
    return Span(low, high)


@given(spans(), spans())
def test_prefixes_keep_to_each_other(value: Span, said_: Span) -> None:
    true = {prefix: holds(prefix, value, said_) for prefix in get_args(Prefix)}
    assert true["ne"] is not true["eq"]
    assert true["ge"] is (true["gt"] or true["eq"])
    assert true["le"] is (true["lt"] or true["eq"])
    assert not (true["sa"] and true["ap"])
    assert not (true["eb"] and true["ap"])
    assert not (true["eq"] and (true["gt"] or true["lt"]))
    assert true["gt"] or true["lt"] or true["eq"]


@given(spans(), spans())
def test_what_overlaps_is_neither_before_nor_after(value: Span, said_: Span) -> None:
    apart = holds("sa", value, said_) or holds("eb", value, said_)
    assert holds("ap", value, said_) is not apart


def values(term: str) -> tuple[str, str] | None:
    """The parameter that finds a term, or None for one that is found in another way."""
    name, equals, value = term.partition("=")
    if not equals or name.partition(":")[2] not in {"", "exact", "identifier"}:
        return None
    if name.endswith(":exact"):
        return name, escaped(value)
    return name, escaped(value).replace(r"\|", "|")


def test_every_term_of_the_corpus_finds_its_resource() -> None:
    tried = set()
    for path in sorted(CORPUS.rglob("*.json")):
        body = path.read_bytes()
        tree = json.loads(body)
        kind = str(tree.get("resourceType")) if isinstance(tree, dict) else ""
        if kind not in PARAMETERS or path.stem.startswith(("post_", "success_", "P", "G")):
            continue
        found = index_of(kind, body)
        for term in found.terms[:40]:
            parameter = values(term)
            if parameter is None or len(parameter[1].split("|")) > 2 or "\\" in parameter[1]:
                continue
            query = asked(kind, parameter)
            assert fits(query, "x", NOW, found), term
            assert not fits(query, "x", NOW, Indexed(())), term
            tried.add(kind)
    assert len(tried) > 20


def test_nothing_asked_is_all_found() -> None:
    assert fits(Query(kind="Task"), "t", NOW, Indexed(()))
    assert not fits(Query(kind="Task", clauses=(Terms("a", ("a=b",)),)), "t", NOW, Indexed(()))


def rows(query: Query, *given_: tuple[str, int, str | None]) -> list[str]:
    """Ids in their order; of each row the id, the hour of its change, and when it was written."""
    found = ordered(
        query,
        given_,
        lambda row: (
            row[0],
            NOW + timedelta(hours=row[1]),
            Indexed((), stretch(row[2]) if row[2] else None),
        ),
    )
    return [row[0] for row in found]


def test_the_last_id_comes_first() -> None:
    assert rows(Query(kind="Task"), ("b", 1, None), ("c", 2, None), ("a", 1, None)) == list("cba")


def test_what_is_equal_stands_by_id_in_the_same_direction() -> None:
    given_ = [("a", 1, "2025"), ("b", 2, "2025"), ("c", 0, "2026")]
    assert rows(asked("Task", ("_sort", "authored-on")), *given_) == list("abc")
    assert rows(asked("Task", ("_sort", "-authored-on")), *given_) == list("cba")


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("_id", "abcd"),
        ("-_id", "dcba"),
        ("_lastUpdated", "dacb"),
        ("-_lastUpdated", "bcad"),
        ("modified", "dacb"),
        ("authored-on", "bcad"),
        ("-authored-on", "acbd"),
    ],
)
def test_what_is_found_comes_in_the_order_that_was_asked(sort: str, order: str) -> None:
    given_ = [("d", 0, None), ("b", 2, "2025"), ("c", 1, "2026-02"), ("a", 1, "2026-03-01")]
    assert rows(asked("Task", ("_sort", sort)), *given_) == list(order)
