"""For each kind of care a whole Dutch referral is taken, and the advice on it is that kind."""

import json
import runpy
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fhir.resources.R4B.bundle import Bundle  # noqa: TID251 - the oracle
from fhir_examples import asked

from fhir.bundle import read
from fhir.person import valid_bsn
from fhir.referral import from_fhir
from fhir.settle import settle
from fhir.validation import validate_bundle, validate_resource
from fhir.validation.limits import check
from triage.advice import Status
from triage.decide import decide
from triage.need import Kind
from triage.protocol import load

SCENARIOS = Path(__file__).parents[1] / "scenarios"
NOW = datetime(2027, 3, 1, 12, 0, tzinfo=UTC)
PROTOCOL = load()

each_kind = pytest.mark.parametrize("kind", Kind)


def body(kind: str) -> bytes:
    return (SCENARIOS / f"{kind}.json").read_bytes()


def test_there_is_one_scenario_for_each_kind_and_the_guide_lists_them() -> None:
    assert {path.stem for path in SCENARIOS.glob("*.json")} == set(Kind)
    guide = (SCENARIOS / "README.md").read_text("utf-8")
    assert all(f"`{kind}`" in guide for kind in Kind)


def test_the_files_are_what_their_story_makes() -> None:
    made = runpy.run_path(str(SCENARIOS / "make.py"))["scenarios"]()
    assert {kind: text.encode() for kind, text in made.items()} == {
        kind: body(kind) for kind in Kind
    }


@each_kind
def test_a_scenario_is_valid_for_us_and_for_the_specification(kind: Kind) -> None:
    check(body(kind))
    validate_bundle(body(kind))
    Bundle.model_validate_json(body(kind))


@each_kind
def test_the_advice_on_a_scenario_is_final_and_its_kind(kind: Kind) -> None:
    found = from_fhir(read(body(kind)).entries, NOW)
    advice = decide(PROTOCOL, found.picture, NOW)
    assert (advice.kind, advice.status) == (kind, Status.FINAL)
    assert not advice.questions


@each_kind
def test_a_scenario_is_read_without_a_remark_but_on_its_age(kind: Kind) -> None:
    found = from_fhir(read(body(kind)).entries, NOW)
    assert [note.text for note in found.picture.notes if "ouder dan een uur" not in note.text] == []
    assert found.person is not None
    assert found.person.bsn is not None
    assert found.person.bsn.startswith("9999")
    assert valid_bsn(found.person.bsn)
    assert found.requester.identifiers


@each_kind
def test_what_is_stored_of_a_scenario_is_valid_and_refers_to_itself(kind: Kind) -> None:
    entries = read(body(kind)).entries
    ids = [f"id-{place}" for place in range(len(entries))]
    stored = settle(entries, ids, NOW)
    for each in stored:
        validate_resource(each.body)
        assert b"urn:uuid:" not in each.body


@each_kind
def test_a_scenario_answers_only_what_the_form_asks(kind: Kind) -> None:
    entries = json.loads(body(kind))["entry"]
    forms = [e["resource"] for e in entries if e["resource"]["resourceType"].startswith("Quest")]
    assert len(forms) == 1
    assert {item["linkId"] for item in forms[0]["item"]} <= set(asked())
