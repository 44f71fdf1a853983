"""A Task that is sent says what is asked in its own words, or is refused by name."""

from __future__ import annotations

import json
from typing import Any

import pytest
from fhir_examples import NOW
from hypothesis import given
from hypothesis import strategies as st

from fhir.codes import ALTERNATIVE_DATE, OFFER_STATE, REASON, SNOMED, TASK_CODE
from fhir.outcome import FhirRefused, Issue
from fhir.task.choice import move_of
from fhir.task.codes import DECLINE_REASONS, DESTINATION, TASK_OUTPUT
from fhir.task.new import id_in, read_new
from fhir.task.sent import Sent, moment_of, read
from fhir.task.shown import offer_task
from fhir.task.steps import STATES, STATUSES, By, Of
from fhir.validation import accept


def shown(state: str = "requested", **more: Any) -> bytes:
    return offer_task(
        id="o-1", service="h-1", coordination="t-1", service_request="s-1", patient="p-1",
        state=state, kind=("elv-low", "ELV laag complex"), authored=NOW, modified=NOW, **more,
    )  # fmt: skip


def sent(before: bytes, **changed: Any) -> Sent | None:
    body = json.dumps(json.loads(before) | changed).encode()
    accept(body, "Task")
    return read(body, before)


def concept(system: str, code: str) -> dict[str, Any]:
    return {"coding": [{"system": system, "code": code}]}


def faults(before: bytes, **changed: Any) -> list[tuple[str, tuple[str, ...]]]:
    with pytest.raises(FhirRefused) as refused:
        sent(before, **changed)
    return [(one.details, one.expression) for one in refused.value.issues]


@pytest.mark.parametrize("state", STATES[Of.OFFER])
def test_what_is_shown_already_asks_nothing(state: str) -> None:
    before = shown(state, starts=NOW, reason="at-capacity", destination=None)
    assert sent(before) is None
    words = {"status": "generated", "div": '<div xmlns="http://www.w3.org/1999/xhtml">x</div>'}
    assert sent(before, meta={"versionId": "9"}, text=words) is None


def test_every_fault_is_named_at_once() -> None:
    assert faults(
        shown(),
        status="rejected",
        priority="stat",
        description="iets anders",
        statusReason=concept("urn:of-another", "x"),
        businessStatus={"text": "bezig"},
        output=[
            {"type": concept(TASK_OUTPUT, "destination"), "valueString": "thuis"},
            {"type": {"text": "?"}, "valueString": "x"},
        ],
    ) == [
        ("not-changed-here", ("Task.description",)),
        ("not-changed-here", ("Task.priority",)),
        ("not-kept", ("Task.output[1]",)),
        ("task-code", ("Task.statusReason",)),
        ("task-code", ("Task.businessStatus",)),
        ("task-destination", ("Task.output[0]",)),
    ]


@pytest.mark.parametrize(
    ("state", "status", "reasons"),
    [
        ("requested", "rejected", [*DECLINE_REASONS]),
        ("requested", "on-hold", ["other-date", "on-waiting-list"]),
        ("completed", "on-hold", ["in-hospital"]),
    ],
)
def test_a_reason_that_is_none_of_ours_is_told_those_that_fit_the_step(
    state: str, status: str, reasons: list[str]
) -> None:
    with pytest.raises(FhirRefused) as refused:
        sent(shown(state), status=status, statusReason={"coding": [{"code": reasons[0]}]})
    (issue,) = refused.value.issues
    assert issue.diagnostics == (
        f"Task.statusReason: use a code of {REASON}: {', '.join(reasons)}."
    )


def test_a_reason_or_a_date_does_not_change_by_itself() -> None:
    before = shown("declined", reason="at-capacity")
    assert faults(before, statusReason=concept(REASON, "not-eligible")) == [
        ("task-step", ("Task.status",))
    ]
    other = [
        {"type": concept(SNOMED, ALTERNATIVE_DATE), "valueDateTime": "2026-11-30T10:00:00+01:00"}
    ]
    before = shown("countered", starts=NOW)
    assert faults(before, output=other) == [("task-step", ("Task.status",))]


def test_a_step_to_another_state_with_the_same_status_is_a_step() -> None:
    asked = sent(shown("countered", starts=NOW), statusReason=concept(REASON, "on-waiting-list"))
    assert asked is not None
    assert asked.asked.after == "waiting"
    asked = sent(
        shown("completed"),
        output=[
            {
                "type": concept(TASK_OUTPUT, "destination"),
                "valueCodeableConcept": concept(DESTINATION, "home"),
            }
        ],
    )
    assert asked is not None
    assert (asked.asked.after, asked.destination) == ("ended", "home")


@pytest.mark.parametrize("said", ["2026", "2026-11", "2026-11-22", "2026-11-22T25:00:00Z"])
def test_a_moment_without_a_time_is_refused(said: str) -> None:
    with pytest.raises(FhirRefused):
        moment_of(said, "Task.output")


def new(**elements: Any) -> bytes:
    return json.dumps(
        {"resourceType": "Task", "status": "requested", "intent": "order"} | elements
    ).encode()


def test_only_abort_and_a_plan_for_a_service_ask_something_of_us() -> None:
    owner = {"reference": "HealthcareService/h"}
    fulfill = concept(TASK_CODE, "fulfill")
    assert read_new(new()) is None
    assert read_new(new(code=fulfill, owner=owner)) is None
    assert read_new(new(code=fulfill, intent="plan")) is None
    assert read_new(new(code=concept("urn:x", "abort"))) is None
    asks = read_new(new(code=fulfill, intent="plan", owner=owner))
    assert asks is not None
    assert (asks.code, asks.owner) == ("fulfill", "HealthcareService/h")
    aborts = read_new(new(code=concept(TASK_CODE, "abort"), reasonCode={"text": "Hij wil niet."}))
    assert aborts is not None
    assert (aborts.code, aborts.reason) == ("abort", "other")


def test_an_id_is_read_from_any_way_to_refer_to_it() -> None:
    key = "0198c000-0000-7000-8000-000000000001"
    for reference in (
        f"Task/{key}",
        f"https://x.example/fhir/Task/{key}",
        f"Task/{key}/_history/2",
    ):
        assert str(id_in(reference, "Task")) == key
    for other in (None, "", key, f"Patient/{key}", "Task/1", "Task/"):
        assert id_in(other, "Task") is None


CODES = st.builds(
    concept,
    st.sampled_from([OFFER_STATE, REASON, DESTINATION, TASK_OUTPUT, SNOMED, "urn:x"]),
    st.sampled_from(["requested", "waiting", "other-date", "home", "destination", "other", "x"]),
) | st.just({"text": "woorden"})
OUTPUT = st.fixed_dictionaries(
    {"type": CODES},
    optional={"valueDateTime": st.sampled_from(["2026", "2026-12-01T10:00:00Z"])},
) | st.fixed_dictionaries({"type": CODES, "valueCodeableConcept": CODES})


@given(
    state=st.sampled_from(STATES[Of.OFFER]),
    by=st.sampled_from(By),
    changed=st.fixed_dictionaries(
        {"status": st.sampled_from(STATUSES)},
        optional={
            "statusReason": CODES,
            "businessStatus": CODES,
            "output": st.lists(OUTPUT, min_size=1, max_size=3),
            "executionPeriod": st.sampled_from([{"end": "2026"}, {"start": "2026-01-01"}]),
        },
    ),
)
def test_whatever_is_sent_is_a_step_or_a_refusal_with_a_path(
    state: str, by: By, changed: dict[str, Any]
) -> None:
    before = shown(state, starts=NOW)
    body = json.dumps(json.loads(before) | changed).encode()
    issues: list[Issue] = []
    move = None
    try:
        asked = read(body, before)
        if asked is not None:
            move = move_of(Of.OFFER, state, asked.asked, by)
    except FhirRefused as refused:
        issues = refused.issues
    assert all(one.expression for one in issues)
    assert move is None or (by in move.by and state in move.before)
