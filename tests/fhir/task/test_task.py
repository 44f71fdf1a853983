"""Tasks tell the state of a referral and of an offer, and no provider sees who it is about."""

import json
from datetime import timedelta
from typing import Any

import pytest
from fhir.resources.R4B.task import Task  # noqa: TID251 - the oracle
from fhir_examples import NOW

from capacity.words import REQUIREMENTS
from fhir.task.codes import PAYERS, TASK_INPUT
from fhir.task.shown import (
    OFFER_STATUS,
    REFERRAL_STATUS,
    coordination_task,
    offer_task,
    overlay_state,
)
from fhir.validation import validate_resource
from triage.need import Kind, Need, Payer, Requirement, Visits, Wish
from triage.outline import outline
from triage.urgency import Urgency


def valid(body: bytes) -> dict[str, Any]:
    validate_resource(body)
    Task.model_validate_json(body)
    read: dict[str, Any] = json.loads(body)
    return read


def coordination(state: str, **more: Any) -> dict[str, Any]:
    return valid(
        coordination_task(
            id="t-1", service_request="s-1", patient="p-1", state=state, authored=NOW,
            modified=NOW + timedelta(minutes=1), version=2, **more,
        )
    )  # fmt: skip


def offer(state: str, **more: Any) -> dict[str, Any]:
    return valid(
        offer_task(
            id="o-1", service="h-1", coordination="t-1", service_request="s-1", patient="p-1",
            state=state, kind=("elv-low", "ELV laag complex"), authored=NOW, modified=NOW, **more,
        )
    )  # fmt: skip


@pytest.mark.parametrize("state", REFERRAL_STATUS)
def test_each_state_of_a_referral_has_a_valid_task(state: str) -> None:
    task = coordination(state)
    assert task["status"] == REFERRAL_STATUS[state]
    assert task["businessStatus"]["coding"][0]["code"] == state
    assert task["focus"] == {"reference": "ServiceRequest/s-1"}
    assert task["for"] == {"reference": "Patient/p-1"}
    assert task["lastModified"] == "2026-11-16T10:01:00.000Z"
    assert task["meta"]["versionId"] == "2"


def test_a_cancelled_referral_says_why() -> None:
    task = coordination("cancelled", reason="no-longer-needed", requester="PractitionerRole/r")
    assert task["statusReason"]["coding"][0]["code"] == "no-longer-needed"
    assert task["requester"] == {"reference": "PractitionerRole/r"}


def test_the_senders_own_task_keeps_all_but_its_state() -> None:
    sent = (
        b'{"resourceType":"Task","id":"t","meta":{"profile":["p"]},"identifier":[{"value":"1"}],'
        b'"status":"requested","intent":"order","note":[{"text":"72.50 \\u00e9"}],'
        b'"authoredOn":"2026-11-16T10:30:00.120+01:00"}'
    )
    body = overlay_state(sent, state="accepted", modified=NOW, version=4)
    task = valid(body)
    assert b'[{"text":"72.50 \\u00e9"}]' in body
    assert b'"2026-11-16T10:30:00.120+01:00"' in body
    assert task["status"] == "accepted"
    assert task["businessStatus"]["coding"][0]["code"] == "accepted"
    assert task["meta"]["profile"] == ["p"]
    assert task["meta"]["versionId"] == "4"
    assert set(task) - set(json.loads(sent)) == {"businessStatus", "lastModified"}


@pytest.mark.parametrize("state", OFFER_STATUS)
def test_who_it_is_about_is_in_an_offer_only_once_it_is_accepted(state: str) -> None:
    task = offer(state, reason="full", expires=NOW + timedelta(hours=1))
    assert task["status"] == OFFER_STATUS[state]
    assert task["owner"] == {"reference": "HealthcareService/h-1"}
    known = state in {"accepted", "completed", "away", "ended"}
    assert task["intent"] == ("order" if known else "plan")
    assert ("for" in task) is known
    assert ("focus" in task) is known
    assert ("p-1" in json.dumps(task)) is known
    assert ("s-1" in json.dumps(task)) is known
    assert ("t-1" in json.dumps(task)) is known


def test_an_offer_that_came_to_nothing_says_why() -> None:
    assert offer("declined", reason="full")["statusReason"]["coding"][0]["code"] == "full"
    assert offer("expired")["statusReason"]["coding"][0]["code"] == "expired"
    assert "statusReason" not in offer("requested")


def test_an_offer_on_hold_says_what_it_waits_for() -> None:
    moment = NOW + timedelta(days=2)
    task = offer("countered", starts=moment, expires=NOW)
    assert (task["status"], task["intent"]) == ("on-hold", "plan")
    assert task["statusReason"]["coding"][0]["code"] == "other-date"
    (proposed,) = task["output"]
    assert proposed["type"]["coding"][0]["code"] == "146851000146105"
    assert proposed["valueDateTime"] == "2026-11-18T10:00:00.000Z"
    waiting = offer("waiting", expires=NOW)
    assert (waiting["status"], waiting["intent"]) == ("on-hold", "plan")
    assert "restriction" not in waiting, "nothing is held for who is on a list"
    assert offer("away")["statusReason"]["coding"][0]["code"] == "in-hospital"


def test_who_accepts_is_selected_and_nobody_else() -> None:
    for state in OFFER_STATUS:
        codes = [one["code"] for one in offer(state)["businessStatus"]["coding"]]
        assert codes == [state, *(["selected"] if state == "accepted" else [])]


def test_a_reason_that_the_service_knows_has_words() -> None:
    (code,) = offer("withdrawn", reason="not-selected")["statusReason"]["coding"]
    assert code["display"] == "Een andere zorgaanbieder was eerder."


def test_what_is_asked_stands_in_the_task_with_the_form_to_answer_it() -> None:
    questions = [("confusion-new", "Is de persoon nieuw verward?"), ("age", "Hoe oud?")]
    task = coordination("needs-info", questions=questions)
    first, second, filled_in = task["input"]
    assert first["type"]["coding"][0]["code"] == "confusion-new"
    assert first["valueString"] == "Is de persoon nieuw verward?"
    assert second["type"]["coding"][0]["code"] == "age"
    assert filled_in["valueCanonical"].endswith("/Questionnaire/referral")
    assert not {"input", "output"} & coordination("triaged").keys()
    placed = coordination("placed", place="h-1")
    assert placed["output"][0]["valueReference"] == {"reference": "HealthcareService/h-1"}


def test_what_we_ask_comes_behind_what_the_sender_said() -> None:
    sent = (
        b'{"resourceType":"Task","id":"t","status":"requested","intent":"order",'
        b'"input":[{"type":{"text":"a"},"valueDecimal":72.50}],'
        b'"output":[{"type":{"text":"b"},"valueString":"x"}]}'
    )
    body = overlay_state(
        sent, state="needs-info", modified=NOW, version=2, questions=[("age", "Hoe oud?")],
        place="h-1",
    )  # fmt: skip
    task = valid(body)
    assert b'{"type":{"text":"a"},"valueDecimal":72.50}' in body
    assert len(task["input"]) == 3
    assert [one["type"].get("text") for one in task["output"]] == ["b", None]
    alone = valid(overlay_state(sent, state="triaged", modified=NOW, version=2))
    assert (len(alone["input"]), len(alone["output"])) == (1, 1)


def test_care_that_began_and_ended_says_when() -> None:
    later = NOW + timedelta(days=9)
    task = offer("ended", started=NOW, ended=later, destination="home")
    assert task["output"][0]["valueCodeableConcept"]["coding"][0]["code"] == "home"
    assert task["executionPeriod"] == {
        "start": "2026-11-16T10:00:00.000Z",
        "end": "2026-11-25T10:00:00.000Z",
    }
    assert offer("completed", started=NOW)["executionPeriod"] == {
        "start": "2026-11-16T10:00:00.000Z"
    }
    assert "executionPeriod" not in offer("requested")


def needed(**more: Any) -> list[dict[str, Any]]:
    need = Need(kind=Kind.NURSING_PLANNED, urgency=Urgency.U3, within_hours=24, **more)
    asked: list[dict[str, Any]] = offer("requested", need=outline(need))["input"]
    return asked


def of(asked: list[dict[str, Any]], code: str) -> list[Any]:
    """The values of the inputs of a type."""
    return [
        next(value for name, value in one.items() if name.startswith("value"))
        for one in asked
        if (one["type"]["coding"][0]["system"], one["type"]["coding"][0]["code"])
        == (TASK_INPUT, code)
    ]


def test_a_service_reads_what_is_asked_and_nothing_of_what_is_not_known() -> None:
    known = needed()
    assert [one["type"]["coding"][0]["code"] for one in known] == ["kind", "urgency", "within"]
    assert of(known, "urgency")[0]["coding"][0]["code"] == "U3"
    assert of(known, "within") == [
        {"value": 24, "unit": "uur", "system": "http://unitsofmeasure.org", "code": "h"}
    ]


def test_all_that_is_known_of_a_need_stands_in_the_task_that_asks() -> None:
    asked = needed(
        pc4="9401", near_pc4="9411", payer=Payer.ZVW, sex="female", age=83, language="tr",
        requirements=frozenset({Requirement.OXYGEN, Requirement.INFUSION}), hours_per_week=3.5,
        level=4, visits=Visits(morning=1, evening=2), wishes=frozenset({Wish.PETS}),
        carer="c-1", insurer="3311", preferred="h-9",
    )  # fmt: skip
    assert [one["type"]["coding"][0]["code"] for one in asked] == [
        "kind", "urgency", "within", "payer", "sex", "age", "postcode", "language", "hours",
        "visits-morning", "visits-evening", "level", "requirement", "requirement", "wish",
    ]  # fmt: skip
    assert {one["coding"][0]["code"] for one in of(asked, "requirement")} == {"oxygen", "infusion"}
    (hours,) = of(asked, "hours")
    assert (hours["value"], hours["code"]) == (3.5, "h/wk")
    assert of(asked, "visits-morning") + of(asked, "visits-evening") == [1, 2]
    for too_much in ("9411", "3311", "c-1", "h-9"):
        assert too_much not in str(asked)


@pytest.mark.parametrize(
    ("age", "low", "high"), [(83, 80, 89), (80, 80, 89), (90, 90, None), (104, 90, None)]
)
def test_an_age_is_ten_years_wide_and_the_oldest_are_one_group(
    age: int, low: int, high: int | None
) -> None:
    (ages,) = of(needed(age=age), "age")
    assert (ages["low"]["value"], ages.get("high", {}).get("value")) == (low, high)


def test_each_act_that_pays_has_words() -> None:
    assert set(PAYERS) == set(Payer)
    assert set(REQUIREMENTS) == set(Requirement)
