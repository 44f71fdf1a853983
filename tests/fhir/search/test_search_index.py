"""What a resource says of its search parameters."""

import json
from pathlib import Path
from typing import Any

import pytest
from fhir_examples import patient, request

from fhir.outcome import FhirRefused
from fhir.search.index import Indexed, index_of, said_of
from fhir.search.moments import stretch
from fhir.search.parameters import PARAMETERS
from fhir.search.query import Span
from fhir.search.terms import beside
from fhir.validation import accept

CORPUS = Path(__file__).parents[2] / "data" / "fhir"
BSN = "http://fhir.nl/fhir/NamingSystem/bsn"


def indexed(kind: str, **elements: Any) -> Indexed:
    return index_of(kind, json.dumps({"resourceType": kind, **elements}).encode())


def terms(kind: str, **elements: Any) -> set[str]:
    found = indexed(kind, **elements).terms
    assert len(set(found)) == len(found)
    return set(found)


def of(param: str, found: set[str]) -> set[str]:
    return {one for one in found if one.startswith((param + "=", param + ":"))}


def resources(tree: Any) -> list[dict[str, Any]]:
    if not isinstance(tree, dict) or not isinstance(tree.get("resourceType"), str):
        return []
    entries = tree.get("entry", []) if tree["resourceType"] == "Bundle" else []
    inner = [one.get("resource") for one in entries if isinstance(one, dict)]
    return [tree, *(found for one in inner for found in resources(one))]


def test_a_code_is_found_with_and_without_its_system() -> None:
    concept = {"coding": [{"system": "s", "code": "c"}, {"code": "d"}, {"system": "t"}]}
    assert of("code", terms("Observation", code=concept)) == {
        "code=s|c",
        "code=c",
        "code:system=s|",
        "code=|d",
        "code=d",
        "code:system=t|",
        "code:present",
    }


def test_a_concept_in_words_is_there_but_has_no_code() -> None:
    assert of("code", terms("Observation", code={"text": "koorts"})) == {"code:present"}


def test_a_code_without_system_is_only_itself() -> None:
    found = terms("Task", status="draft") | terms("Patient", active=False)
    assert {"status=draft", "status:present", "active=false", "active:present"} <= found


def test_a_reference_is_found_by_what_it_points_at_and_by_its_identifier() -> None:
    owner = {
        "reference": "Organization/1/_history/3",
        "identifier": {"system": "s", "value": "v"},
    }
    assert of("owner", terms("Task", owner=owner)) == {
        "owner=Organization/1",
        "owner:identifier=s|v",
        "owner:identifier=v",
        "owner:identifier:system=s|",
        "owner:identifier:present",
        "owner:present",
    }
    url = "https://elsewhere.example/fhir/Organization/2"
    assert f"owner={url}" in terms("Task", owner={"reference": url})


@pytest.mark.parametrize("inside", ["#p", "urn:uuid:00000000-0000-4000-8000-000000000001"])
def test_what_only_a_bundle_or_the_resource_itself_knows_is_no_target(inside: str) -> None:
    assert of("owner", terms("Task", owner={"reference": inside})) == {"owner:present"}


def test_a_patient_is_a_patient_only() -> None:
    assert "patient=Patient/1" in terms("Task", **{"for": {"reference": "Patient/1"}})
    absolute = "https://elsewhere.example/fhir/Patient/1"
    assert f"patient={absolute}" in terms("Task", **{"for": {"reference": absolute}})
    logical = {"type": "Patient", "identifier": {"system": BSN, "value": "999900018"}}
    assert f"patient:identifier={BSN}|999900018" in terms("Task", **{"for": logical})
    for other in ({"reference": "Group/1"}, {"type": "Group", "identifier": {"value": "1"}}):
        found = terms("Task", **{"for": other})
        assert not of("patient", found)
        assert of("subject", found)


def test_elements_in_elements_are_found_through_every_list() -> None:
    agents = [{"who": {"reference": "Organization/1"}}, {"who": {"reference": "Patient/2"}}]
    found = terms("AuditEvent", agent=agents, entity=[{"what": {"reference": "Task/3"}}, {}])
    assert of("agent", found) == {"agent=Organization/1", "agent=Patient/2", "agent:present"}
    assert of("patient", found) == {"patient=Patient/2", "patient:present"}
    assert "entity=Task/3" in found


def test_a_canonical_is_found_with_and_without_its_version() -> None:
    found = terms("MeasureReport", measure="https://a.example/m|2.0")
    assert {"measure=https://a.example/m|2.0", "measure=https://a.example/m"} <= found


def test_a_name_is_found_by_the_beginning_of_each_word_without_accents() -> None:
    found = terms("Patient", name=[{"family": "van Gölz-Bé", "given": ["Zoë", None]}])
    assert {"family=v", "family=van", "family=golz", "family=be", "given=zoe"} <= found
    assert {"family:exact=van Gölz-Bé", "given:exact=Zoë", "name:present"} <= found
    assert not {"family=olz", "given=golz", "family=zoe"} & found


def test_a_name_says_again_what_no_other_parameter_says() -> None:
    name = {"family": "Berg", "given": ["Jan"], "prefix": ["Dr."], "text": "Dr. J. Berg"}
    assert {"name=dr", "name:exact=Dr. J. Berg"} <= terms("Patient", name=[name])
    assert "name:exact=Jan" not in terms("Patient", name=[name])
    assert {"name=jan", "name:exact=Jan", "name=dr"} <= terms("RelatedPerson", name=[name])


def test_a_long_word_is_found_by_its_first_letters_and_a_book_by_its_first_words() -> None:
    found = of("title", terms("Composition", title="Zorgbemiddelingsbureau " + "woord " * 10_000))
    assert {"title=zorg", "title:long=zorgb", "title:long=zorgbemiddel"} <= found
    assert not {"title=zorgb", "title:long=zorg", "title:long=zorgbemiddeli"} & found
    assert len(of("title", terms("Composition", title=" ".join(map(str, range(9999)))))) < 300


def test_a_postcode_is_one_word() -> None:
    found = terms("Location", address={"postalCode": "9401 AA"})
    assert {"address-postalcode=9401", "address-postalcode:long=9401aa"} <= found


def test_a_birth_date_is_found_by_day_month_and_year() -> None:
    assert of("birthdate", terms("Patient", birthDate="1940-02-29")) == {
        "birthdate=1940-02-29",
        "birthdate=1940-02",
        "birthdate=1940",
        "birthdate:present",
    }
    assert "birthdate=1940-02" not in terms("Patient", birthDate="1940")


@pytest.mark.parametrize(
    ("elements", "first", "last"),
    [
        ({"occurrenceDateTime": "2026-02"}, "2026-02", "2026-02"),
        (
            {"occurrencePeriod": {"start": "2026-02-01", "end": "2026-02-03"}},
            "2026-02-01",
            "2026-02-03",
        ),
        (
            {"occurrenceTiming": {"event": ["2026-02-05", "2026-02-01"]}},
            "2026-02-01",
            "2026-02-05",
        ),
        (
            {"occurrenceTiming": {"repeat": {"boundsPeriod": {"start": "2026", "end": "2027"}}}},
            "2026",
            "2027",
        ),
    ],
)
def test_what_time_a_request_is_about(elements: dict[str, Any], first: str, last: str) -> None:
    found = indexed("ServiceRequest", **elements)
    low, high = stretch(first), stretch(last)
    assert low is not None
    assert high is not None
    assert found.about == Span(low.low, high.high)
    assert found.written is None
    assert found.terms == ("occurrence:present",)


def test_a_timing_without_times_is_about_no_time() -> None:
    found = indexed("ServiceRequest", occurrenceTiming={"repeat": {"frequency": 2}})
    assert found == Indexed(())


def test_when_it_was_written_stands_apart_from_what_time_it_is_about() -> None:
    found = indexed("Condition", recordedDate="2026-02-01", onsetDateTime="2020")
    assert (found.written, found.about) == (stretch("2026-02-01"), stretch("2020"))


def test_what_is_not_searched_has_no_terms() -> None:
    assert indexed("Slot", status="free") == Indexed(())


def test_the_example_of_every_test_is_found_by_its_number() -> None:
    found = set(index_of("Patient", json.dumps(patient()).encode()).terms)
    assert f"identifier={BSN}|999900018" in found
    assert index_of("ServiceRequest", json.dumps(request()).encode()).written is not None


def test_what_stands_beside_is_known_by_its_term() -> None:
    odd = {"coding": [{"system": "code:present", "code": "x:exact=|"}, {"code": "code:long=a|"}]}
    of_all = [
        said_of("Observation", json.dumps({"code": odd, "effectiveDateTime": "2026"}).encode()),
        said_of("Patient", json.dumps(patient()).encode()),
        said_of("Task", b'{"owner":{"identifier":{"system":"present","value":"system=|"}}}'),
    ]
    for found in of_all:
        assert not any(beside(term) for said in found.terms for term in said)
        assert all(beside(term) for said in found.beside for term in said)
        assert found.terms
        assert found.beside


def test_what_was_read_before_gives_the_same_sets() -> None:
    body = json.dumps({"code": {"coding": [{"code": "c"}]}}).encode()
    first, again = said_of("Observation", body), said_of("Observation", body)
    assert first.terms[0] is again.terms[0]
    long = json.dumps({"code": {"coding": [{"code": "c", "display": "x" * 5000}]}}).encode()
    assert said_of("Observation", long).terms == first.terms


def test_every_accepted_resource_of_the_corpus_has_its_terms() -> None:
    seen = set()
    for path in sorted(CORPUS.rglob("*.json")):
        for one in resources(json.loads(path.read_bytes())):
            body = json.dumps(one).encode()
            try:
                accept(body)
            except FhirRefused:
                continue
            found = index_of(one["resourceType"], body)
            assert index_of(one["resourceType"], body) == found
            assert all("\x00" not in term for term in found.terms)
            for span in (found.written, found.about):
                if span is not None and span.low is not None and span.high is not None:
                    assert span.low < span.high
            if found.terms:
                seen.add(one["resourceType"])
    # Our own definitions are no resources that are sent in.
    assert seen >= set(PARAMETERS) - {"StructureDefinition", "CodeSystem", "ValueSet"}
