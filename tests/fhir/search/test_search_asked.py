"""A search is read as it was asked, or refused with what would cure it."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhir.outcome import FhirRefused, Issue
from fhir.search.asked import MOST_PARAMETERS, MOST_VALUES, ask
from fhir.search.escapes import escaped
from fhir.search.parameters import PARAMETERS, parameters_of
from fhir.search.query import Ids, Query, Terms, Through, When

BSN = "http://fhir.nl/fhir/NamingSystem/bsn"


def asked(
    kind: str, *given: tuple[str, str], personal: bool = True, strict: bool = True, **more: Any
) -> Query:
    return ask(kind, given, personal=personal, strict=strict, **more)


def issue(kind: str, *given: tuple[str, str], personal: bool = True, strict: bool = True) -> Issue:
    with pytest.raises(FhirRefused) as refusal:
        asked(kind, *given, personal=personal, strict=strict)
    assert refusal.value.kind == "invalid"
    (only,) = refusal.value.issues
    return only


def terms(kind: str, name: str, value: str, **more: Any) -> tuple[str, ...]:
    (clause,) = asked(kind, (name, value), **more).clauses
    assert isinstance(clause, Terms)
    return clause.any_of


def test_a_comma_means_or_and_a_second_time_means_and() -> None:
    query = asked("Task", ("status", "requested,accepted"), ("status", "draft"))
    assert query.clauses == (
        Terms("status", ("status=requested", "status=accepted")),
        Terms("status", ("status=draft",)),
    )
    assert query.used == (("status", "requested,accepted"), ("status", "draft"))


@pytest.mark.parametrize(
    ("value", "term"),
    [
        ("c", "code=c"),
        ("s|c", "code=s|c"),
        ("|c", "code=|c"),
        ("s|", "code:system=s|"),
        (r"s\,t|c\|d", "code=s,t|c|d"),
    ],
)
def test_a_token_has_a_system_a_code_or_both(value: str, term: str) -> None:
    assert terms("Observation", "code", value) == (term,)


def test_the_system_of_a_code_goes_without_saying() -> None:
    system = "http://hl7.org/fhir/task-status"
    assert terms("Task", "status", f"{system}|draft,|draft") == ("status=draft", "status=draft")
    assert terms("Task", "status", f"{system}|") == ("status:present",)
    assert terms("Task", "status", "http://elsewhere.example|draft") == (
        "status=http://elsewhere.example|draft",
    )


def test_not_and_missing_turn_it_round() -> None:
    query = asked("Task", ("status:not", "draft"), ("focus:missing", "true"))
    assert query.clauses == (
        Terms("status", ("status=draft",), negated=True),
        Terms("focus", ("focus:present",), negated=True),
    )
    assert terms("Task", "authored-on:missing", "false") == ("authored-on:present",)


def test_a_reference_is_named_by_type_and_id_by_id_alone_or_by_its_url() -> None:
    assert terms("Task", "focus", "ServiceRequest/1/_history/2") == ("focus=ServiceRequest/1",)
    assert terms("Task", "focus", "1") == ("focus=ServiceRequest/1", "focus=Task/1")
    assert terms("Task", "focus:Task", "1") == ("focus=Task/1",)
    assert terms("Task", "focus", "Observation/1") == ("focus=Observation/1",)
    url = "https://a.example/fhir/Task/1"
    assert terms("Task", "focus", url) == (f"focus={url}",)
    for own in (url, "Task/1"):
        found = terms("Task", "focus", own, base="https://a.example/fhir/")
        assert found == ("focus=Task/1", f"focus={url}")
    assert terms("Task", "owner:identifier", "s|v") == ("owner:identifier=s|v",)
    assert terms("MeasureReport", "measure", "https://a.example/m|2") == (
        "measure=https://a.example/m|2",
    )


def test_a_patient_is_found_through_their_number() -> None:
    inner = Terms("identifier", ("identifier=s|1",))
    for name in ("patient.identifier", "subject:Patient.identifier"):
        query = asked("Task", (name, "s|1"))
        assert query.clauses == (Through(name.partition(".")[0].split(":")[0], "Patient", inner),)
        assert query.used == ((name, "s|1"),)


def test_every_word_of_a_name_must_be_there() -> None:
    assert asked("Patient", ("family", "Van Gölz")).clauses == (
        Terms("family", ("family=van",)),
        Terms("family", ("family=golz",)),
    )
    assert asked("RelatedPerson", ("name", "van Berg,Jan")).clauses == (
        Terms("name", ("name=van", "name=jan")),
        Terms("name", ("name=berg", "name=jan")),
    )


def test_a_name_is_one_of_its_parts_where_these_are_searched_too() -> None:
    assert asked("Patient", ("name", "Gölz")).clauses == (
        Terms("name", ("name=golz", "family=golz", "given=golz")),
    )


def test_of_a_long_word_the_beginning_is_looked_up_before_the_rest_is_judged() -> None:
    assert asked("Patient", ("family", "Zorgbemiddelingsbureau,Jan")).clauses == (
        Terms("family", ("family=zorg", "family=jan")),
        Terms("family", ("family:long=zorgbemiddel", "family=jan")),
    )
    assert asked("Location", ("address-postalcode", "9401 AA")).clauses == (
        Terms("address-postalcode", ("address-postalcode=9401",)),
        Terms("address-postalcode", ("address-postalcode:long=9401aa",)),
    )


def test_of_a_whole_text_the_beginning_is_looked_up_where_it_has_one() -> None:
    assert asked("Patient", ("family:exact", "van Gölz")).clauses == (
        Terms("family", ("family=van",)),
        Terms("family", ("family:exact=van Gölz",)),
    )
    assert terms("Patient", "family:exact", "-") == ("family:exact=-",)
    assert terms("Patient", "family:exact", "-" * 700 + "x") == ("family:exact=" + "-" * 700 + "x",)


def test_a_date_has_a_prefix_and_a_precision() -> None:
    query = asked("Task", ("authored-on", "ge2026-01-01T00:00:00Z"), ("modified", "2026"))
    first, second = query.clauses
    assert isinstance(first, When)
    assert isinstance(second, When)
    ((prefix, span),) = first.any_of
    assert (first.axis, prefix, span.low) == ("written", "ge", datetime(2026, 1, 1, tzinfo=UTC))
    assert (second.axis, second.any_of[0][0]) == ("changed", "eq")
    (last,) = asked("Task", ("_lastUpdated", "lt2026,gt2027")).clauses
    assert isinstance(last, When)
    assert [each for each, _ in last.any_of] == ["lt", "gt"]


def test_a_birth_date_is_looked_up_as_it_is() -> None:
    assert terms("Patient", "birthdate", "eq1940-02,1941") == (
        "birthdate=1940-02",
        "birthdate=1941",
    )
    assert "hashed" in issue("Patient", ("birthdate", "ge1940")).diagnostics


def test_ids_are_given_together() -> None:
    assert asked("Task", ("_id", "a,b")).clauses == (Ids(("a", "b")),)


def test_what_the_answer_looks_like_is_read_and_told_again() -> None:
    given = (
        ("_count", "7"),
        ("_sort", "-authored-on"),
        ("_include", "Task:focus"),
        ("_include", "Task:owner:Organization"),
        ("_total", "accurate"),
        ("_elements", "status,focus"),
        ("_format", "json"),
    )
    query = asked("Task", *given)
    assert (query.count, query.total, query.after) == (7, "accurate", None)
    assert query.sort == ("authored-on", True)
    assert query.include == (("Task", "focus", None), ("Task", "owner", "Organization"))
    assert query.elements == ("status", "focus")
    assert query.used == given


def test_a_page_has_a_size() -> None:
    assert asked("Task").count == 20
    many = asked("Task", ("_count", "5000"))
    assert (many.count, many.used) == (100, (("_count", "100"),))
    assert asked("Task", ("_count", "0")).count == 0
    total, count = ("_summary", "count"), ("_count", "5")
    assert asked("Task", total, count).count == asked("Task", count, total).count == 0


def test_what_is_not_known_is_ignored_or_refused() -> None:
    given = (("colour", "red"), ("_include", "Task:colour"), ("focus.status", "a"), ("_count", "3"))
    query = asked("Task", *given, strict=False)
    assert query.ignored == ("colour", "_include", "focus.status")
    assert query.used == (("_count", "3"),)
    for one in given[:3]:
        found = issue("Task", one)
        assert found.details == "search-parameter-unknown"
        assert one[0] in found.diagnostics
    assert "authored-on" in issue("Task", given[0]).diagnostics
    assert "Task:focus" in issue("Task", given[1]).diagnostics


@pytest.mark.parametrize(
    ("kind", "name", "value"),
    [
        ("Patient", "identifier", f"{BSN}|999900018"),
        ("Patient", "identifier", rf"{BSN}\|999900018"),
        ("Patient", "identifier", f"{BSN.upper()}|999900018"),
        ("Patient", "identifier", "urn:oid:2.16.840.1.113883.2.4.6.3|999900018"),
        ("Patient", "identifier", "a,999900018"),
        ("Patient", "identifier:not", "|9999.00.018"),
        ("Task", "patient.identifier", f"{BSN}|999900018"),
        ("Task", "patient:Patient.identifier", "999900018"),
        ("Task", "patient:identifier", f"{BSN}|999900018"),
        ("Task", "requester:identifier", f"{BSN}|999900018"),
        # Nine digits that pass the 11-test, wherever they stand and however they are written.
        ("Patient", "identifier", "https://hospital.example|999900018"),
        ("Task", "identifier", "https://gp.example|order 9999.00.018"),
        ("ServiceRequest", "patient", "999900018"),
        ("ServiceRequest", "patient:Patient", "999900018"),
        ("ServiceRequest", "patient", "Patient/999900018"),
        ("ServiceRequest", "subject", "https://elsewhere.example/fhir/Patient/999900018"),
        ("Task", "_id", "999900018"),
        ("Task", "_id", "x,999900018"),
        ("Task", "status", "999900018"),
        ("Task", "status:not", "999900018"),
        ("Task", "code", "999900018"),
        ("Observation", "code", f"{BSN}|999900018"),
        ("Observation", "code", "999900018|x"),
        ("HealthcareService", "name", "thuis 999 900 018"),
        ("Organization", "name:exact", "bsn999900018"),
        ("Questionnaire", "url", "https://x.example/999 900 018"),
        ("Patient", "name", "Voorbeeldsma"),
        ("Patient", "family:exact", "Voorbeeldsma"),
        ("Patient", "birthdate", "1944-02-29"),
        ("Patient", "address-postalcode", "9401AA"),
        ("RelatedPerson", "name", "Voorbeeldsma"),
    ],
)
def test_what_is_of_a_person_is_only_asked_in_a_post(kind: str, name: str, value: str) -> None:
    found = issue(kind, (name, value), personal=False, strict=False)
    assert found.details == "search-by-post"
    assert f"{kind}/_search" in found.diagnostics
    assert value not in found.diagnostics
    assert "9999" not in found.diagnostics
    query = asked(kind, (name, value))
    assert query.private
    assert query.used == ((name, value),)


@pytest.mark.parametrize("name", ["colour", "subject.status", "_include:iterate", "x:y:z"])
def test_a_number_of_a_person_is_refused_in_an_address_also_where_nothing_is_known(
    name: str,
) -> None:
    for strict in (True, False):
        found = issue("Task", (name, "999900018"), personal=False, strict=strict)
        assert found.details == "search-by-post"
        assert "9999" not in found.diagnostics
    assert asked("Task", (name, "999900018"), strict=False).used == ()


def test_a_number_in_the_layout_is_not_told_again() -> None:
    query = asked("Task", ("_format", "json;x=999900018"), ("_count", "999900018"))
    assert query.used == (("_format", "json"), ("_count", "100"))
    assert issue("Task", ("_pretty", "999900018")).diagnostics.startswith("_pretty: ")


@pytest.mark.parametrize("name", ["phone", "email", "patient.birthdate", "patient.name", "address"])
def test_what_is_of_a_person_is_refused_in_an_address_also_where_it_is_not_offered(
    name: str,
) -> None:
    assert issue("Task", (name, "x"), personal=False, strict=False).details == "search-by-post"
    assert asked("Task", (name, "x"), strict=False).ignored == (name,)


@pytest.mark.parametrize(
    ("kind", "name", "value"),
    [
        ("Patient", "identifier", "https://hospital.example|999900019"),
        ("Patient", "identifier", "https://hospital.example|1999900018"),
        ("Task", "identifier", "https://gp.example|0af999900018"),  # of a hexadecimal number
        ("Task", "patient", "99990001-8000-7000-8000-999900018000"),
        ("Observation", "code", "http://snomed.info/sct|999900018"),  # of a system of codes
        ("Task", "authored-on", "gt2026-11-22T08:53:22.5+01:00"),
        ("Patient", "identifier", f"{BSN}|"),
        ("Patient", "birthdate:missing", "true"),
        ("Organization", "identifier", "12345678"),  # as long as a URA
        ("Observation", "code", "http://snomed.info/sct|308292007"),
        ("Observation", "code", "308292007"),
        ("HealthcareService", "name", "Thuis"),
        ("Task", "owner:identifier", "http://fhir.nl/fhir/NamingSystem/ura|12345678"),
    ],
)
def test_what_is_of_nobody_may_stand_in_an_address(kind: str, name: str, value: str) -> None:
    query = asked(kind, (name, value), personal=False)
    assert not query.private
    assert query.used == ((name, value),)


@pytest.mark.parametrize(
    ("kind", "name", "value"),
    [
        ("Task", "status", ""),
        ("Task", "status", "  "),
        ("Task", "status", "a,,b"),
        ("Task", "status", "a\x00b"),
        ("Task", "status", "a\ud800"),
        ("Task", "status", "a|b|c"),
        ("Task", "status", "|"),
        ("Task", "status", r"a\b"),
        ("Task", "status", "a" * 9000),
        ("Task", "status", ",".join("a" * 101)),
        ("Task", "status:above", "a"),
        ("Task", "status:text", "a"),
        ("Task", "status:missing", "perhaps"),
        ("Task", "modified:missing", "true"),
        ("Task", "_id:not", "a"),
        ("Task", "authored-on:not", "2026"),
        ("Task", "authored-on", "2026-02-30"),
        ("Task", "authored-on", "xx2026"),
        ("Task", "authored-on", "ge"),
        ("Task", "focus", "a b"),
        ("Task", "focus", "task/1/2"),
        ("Task", "focus:Task", "ServiceRequest/1"),
        ("Task", "focus:contains", "1"),
        ("Patient", "active", "yes"),
        ("Patient", "birthdate", "1940-02-30"),
        ("Patient", "name", "---"),
        ("Patient", "name", "a b c d e,a b c d e,a b c d e"),
        ("Patient", "name:contains", "a"),
        ("Questionnaire", "url:below", "http://a.example"),
        ("Task", "_count", "-1"),
        ("Task", "_count", "many"),
        ("Task", "_count", "1.5"),
        ("Task", "_count", "٣"),
        ("Task", "_sort", "status"),
        ("Task", "_sort", "_id,authored-on"),
        ("Task", "_summary", "some"),
        ("Task", "_total", "roughly"),
        ("Task", "_elements", "status,"),
        ("Task", "_elements", "Task.status"),
    ],
)
def test_what_can_not_be_read_is_refused_by_name_and_never_by_value(
    kind: str, name: str, value: str
) -> None:
    found = issue(kind, (name, value), strict=False)
    assert found.diagnostics.startswith(name + ": ")
    assert found.expression == (f"http.{name}",)
    if len(value) > 2 and value.strip():
        assert value not in found.diagnostics.removeprefix(name)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("_include", "*"),
        ("_include", "Task:*"),
        ("_include", "Patient:organization"),
        ("_include", "Task:status"),
        ("_include", "Task:focus:Patient"),
        ("_include:iterate", "Task:focus"),
        ("_include:recurse", "Task:focus"),
        ("_revinclude", "Task:focus"),
        ("_sort:asc", "authored-on"),
    ],
)
def test_an_include_that_is_not_offered_is_refused_or_told_as_passed_over(
    name: str, value: str
) -> None:
    found = issue("Task", (name, value))
    assert (found.code, found.expression) == ("not-supported", (f"http.{name}",))
    query = asked("Task", (name, value), strict=False)
    assert (query.include, query.sort, query.ignored) == ((), None, (name,))
    assert query.used == ()


def test_what_is_given_once_is_not_given_twice() -> None:
    assert issue("Task", ("_count", "1"), ("_count", "2")).diagnostics.startswith("_count: ")


def test_a_part_of_a_summary_is_refused() -> None:
    given = (("_elements", "status"), ("_summary", "true"))
    assert issue("Task", *given).expression == ("http._elements",)
    assert asked("Task", ("_elements", "status"), ("_summary", "false")).elements == ("status",)


def test_a_name_that_is_none_is_not_repeated() -> None:
    name = "<script>Voorbeeldsma 999900018</script>"
    assert "999900018" not in issue("Task", (name, "a")).diagnostics
    assert "999900018" not in issue("Task", ("bsn999900018", "a")).diagnostics
    assert asked("Task", (name, "a"), strict=False).ignored == ("a parameter",)


def test_a_search_is_no_book() -> None:
    given = [("status", "draft")] * (MOST_PARAMETERS + 1)
    assert issue("Task", *given).code == "too-long"


def test_a_search_asks_for_so_many_values_in_all() -> None:
    dates = ",".join(["2026"] * 100)
    assert asked("Task", *[("authored-on", dates)] * (MOST_VALUES // 100)).clauses
    too_many = [("authored-on", dates)] * (MOST_VALUES // 100) + [("status", "draft")]
    assert issue("Task", *too_many).code == "too-costly"


def test_what_is_not_searched_is_an_error_of_the_caller() -> None:
    with pytest.raises(KeyError):
        asked("Slot")


TEXT = st.text(max_size=20)
NAMES = sorted({name for kind in PARAMETERS for name in parameters_of(kind)})
CONTROLS = ["_count", "_sort", "_include", "_summary", "_elements", "_total", "_page", "_format"]
MODIFIERS = ["", ":not", ":missing", ":exact", ":identifier", ":Patient", ":x", ".identifier"]
VALUES = TEXT | st.sampled_from(["ge2026-02-30", "2026", "a|b", "Task/1", "true", "1,2", "\\"])


@given(
    kind=st.sampled_from(sorted(PARAMETERS)),
    given_=st.lists(
        st.tuples(
            st.tuples(st.sampled_from(NAMES + CONTROLS), st.sampled_from(MODIFIERS)).map("".join)
            | TEXT,
            VALUES,
        ),
        max_size=4,
    ),
    personal=st.booleans(),
    strict=st.booleans(),
)
def test_any_search_is_read_or_refused(
    kind: str,
    given_: list[tuple[str, str]],
    personal: bool,  # noqa: FBT001 - Hypothesis names them
    strict: bool,  # noqa: FBT001
) -> None:
    try:
        query = ask(kind, given_, personal=personal, strict=strict)
    except FhirRefused:
        return
    again = ask(kind, query.used, personal=personal, strict=True)
    assert (again.clauses, again.used, again.include) == (query.clauses, query.used, query.include)


@given(st.text(min_size=1).filter(lambda text: text.isprintable() and text.strip()))
def test_any_code_can_be_asked_when_it_is_escaped(code: str) -> None:
    assert terms("Observation", "code", "s|" + escaped(code)) == (f"code=s|{code}",)
