"""A transaction keeps every value that was sent, and gets our ids where it referred to itself."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from fhir_examples import PERSON, entries, observation, patient, request, transaction
from hypothesis import given
from hypothesis import strategies as st

from fhir.bundle import index_of, read, resolve
from fhir.bundle_requests import check
from fhir.outcome import FhirRefused
from fhir.settle import settle
from fhir.stamping import stamp

NOW = datetime(2026, 11, 16, 10, 0, tzinfo=UTC)


def posted(*resources: dict[str, Any], kind: str = "transaction") -> bytes:
    entry = [
        {"resource": each, "request": {"method": "POST", "url": each["resourceType"]}}
        for each in resources
    ]
    return json.dumps({"resourceType": "Bundle", "type": kind, "entry": entry}).encode()


def details(body: bytes) -> list[tuple[str, str]]:
    with pytest.raises(FhirRefused) as refusal:
        read(body)
    return [(issue.details, issue.expression[0]) for issue in refusal.value.issues]


def changed(**entry: Any) -> bytes:
    bundle = json.loads(transaction())
    bundle["entry"][1] |= entry
    return json.dumps(bundle).encode()


def test_entries_are_read_with_their_names_and_requests() -> None:
    found = read(transaction(observation("59408-5", 97, "%"))).entries
    assert [entry.resource_type for entry in found] == ["Patient", "ServiceRequest", "Observation"]
    assert found[0].full_url == PERSON
    assert (found[1].path, found[1].method) == ("Bundle.entry[1]", "POST")


@pytest.mark.parametrize("method", ["DELETE", "PATCH", "HEAD"])
def test_nothing_is_deleted_or_patched_in_a_bundle(method: str) -> None:
    body = changed(request={"method": method, "url": "ServiceRequest/1"})
    assert details(body) == [("method", "Bundle.entry[1].request.method")]


def test_an_entry_without_request_is_refused() -> None:
    assert details(changed(request=None)) == [("request-missing", "Bundle.entry[1].request")]


def test_a_url_of_another_type_is_refused() -> None:
    body = changed(request={"method": "POST", "url": "Patient"})
    assert details(body) == [("request-url", "Bundle.entry[1].request.url")]


def test_two_entries_of_one_name_are_refused() -> None:
    assert details(changed(fullUrl=PERSON)) == [
        ("full-url", "Bundle.entry[0].fullUrl"),
        ("full-url", "Bundle.entry[1].fullUrl"),
    ]


def test_another_type_of_bundle_is_refused() -> None:
    assert details(posted(patient(), kind="message")) == [("bundle-type", "Bundle.type")]


def test_a_batch_is_read_whole_and_checked_entry_by_entry() -> None:
    bundle = json.loads(posted(patient(), patient(), kind="batch"))
    bundle["entry"][1]["request"] = {"method": "DELETE", "url": "Patient/1"}
    good, bad = read(json.dumps(bundle).encode()).entries
    check(good)
    with pytest.raises(FhirRefused, match="DELETE"):
        check(bad)


def test_a_reference_to_an_entry_becomes_our_id() -> None:
    stored = settle(entries(), ["p-1", "s-1"], NOW)
    assert json.loads(stored[1].body)["subject"] == {"reference": "Patient/p-1"}


@pytest.mark.parametrize(
    "said",
    ["Patient/local", "https://gp.example/fhir/Patient/local", "Patient/local/_history/3"],
)
def test_a_reference_by_the_senders_own_address_finds_its_entry(said: str) -> None:
    bundle = json.loads(posted(patient(id="local"), request(subject={"reference": said})))
    bundle["entry"][0]["fullUrl"] = "https://gp.example/fhir/Patient/local"
    stored = settle(read(json.dumps(bundle).encode()).entries, ["p-1", "s-1"], NOW)
    assert json.loads(stored[1].body)["subject"]["reference"] == "Patient/p-1"


def test_an_escaped_slash_is_a_slash() -> None:
    body = posted(patient(id="local"), request(subject={"reference": "Patient/local"}))
    found = read(body.replace(b"Patient/local", rb"Patient\/local")).entries
    stored = settle(found, ["p-1", "s-1"], NOW)
    assert json.loads(stored[1].body)["subject"]["reference"] == "Patient/p-1"


@pytest.mark.parametrize("said", ["Patient/elsewhere", "https://gp.example/Patient/1", "#inside"])
def test_a_reference_to_something_else_stays(said: str) -> None:
    stored = settle(entries(request=request(requester={"reference": said})), ["p", "s"], NOW)
    assert json.loads(stored[1].body)["requester"] == {"reference": said}


@pytest.mark.parametrize(
    ("said", "detail"),
    [
        ("urn:uuid:11111111-1111-4111-8111-111111111111", "reference-unresolved"),
        ("Patient?identifier=x", "reference-conditional"),
    ],
)
def test_a_reference_that_nothing_can_resolve_is_refused_with_its_element(
    said: str, detail: str
) -> None:
    found = entries(request=request(supportingInfo=[{"reference": PERSON}, {"reference": said}]))
    with pytest.raises(FhirRefused) as refusal:
        settle(found, ["p", "s"], NOW)
    (issue,) = refusal.value.issues
    assert issue.details == detail
    assert issue.expression == ("Bundle.entry[1].resource.supportingInfo[1]",)


def test_text_that_looks_like_a_reference_is_left_alone() -> None:
    text = f'zie "reference": "{PERSON}" en \\"reference\\":"{PERSON}"'
    stored = settle(entries(request=request(note=[{"text": text}])), ["p", "s"], NOW)
    assert json.loads(stored[1].body)["note"] == [{"text": text}]


def test_values_stay_byte_for_byte() -> None:
    sent = (
        b'{"resourceType": "Observation", "id": "x", "status":"final","code":{"text":"\\u00e9"},'
        b' "effectiveDateTime":"2026-11-16T10:00:00.120+01:00",'
        b' "valueQuantity":{"value":72.50, "code":"kg"}}'
    )
    body = stamp(sent, "our-id", 1, NOW)
    for kept in (
        b'"status":"final"',
        b'{"text":"\\u00e9"}',
        b'"2026-11-16T10:00:00.120+01:00"',
        b'{"value":72.50, "code":"kg"}',
    ):
        assert kept in body
    assert list(json.loads(body)) == [
        "resourceType", "id", "meta", "status", "code", "effectiveDateTime", "valueQuantity",
    ]  # fmt: skip


def test_our_meta_keeps_the_senders_profiles_and_labels() -> None:
    sent = patient(id="x", meta={"profile": ["p"], "versionId": "9", "tag": [{"code": "t"}]})
    body = json.loads(stamp(json.dumps(sent).encode(), "our-id", 1, NOW))
    assert body["id"] == "our-id"
    assert body["meta"] == {
        "profile": ["p"],
        "versionId": "1",
        "tag": [{"code": "t"}],
        "lastUpdated": "2026-11-16T10:00:00.000Z",
    }


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(_JSON)
def test_whatever_was_sent_is_read_back(extra: Any) -> None:
    sent = {"resourceType": "Basic", "id": "x", "extra": extra}
    expected = json.loads(json.dumps(sent))
    body = json.loads(stamp(json.dumps(sent).encode(), "y", 1, NOW))
    del body["meta"]
    assert body == expected | {"id": "y"}


def test_an_ambiguous_local_id_means_no_entry() -> None:
    found = read(posted(patient(id="same"), patient(id="same"))).entries
    assert resolve("Patient/same", index_of(found)) is None
    assert resolve(None, {}) is None
