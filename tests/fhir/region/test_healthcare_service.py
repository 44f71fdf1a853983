"""A service says whether it has room; of what is sent back only that is taken."""

from __future__ import annotations

import json
from copy import deepcopy
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from capacity_shown import BEDS, HOUSE, NOW, SITE_HERE, TEAM, counters, published, service, valid

from capacity.hours import AdmissionHours, Window
from fhir import codes
from fhir.outcome import FhirRefused
from fhir.region.capacity_codes import (
    AS_OF,
    CAPACITY_STATUS,
    STATUS_CODES,
    VALID_UNTIL,
    CapacityStatus,
)
from fhir.region.healthcare_service import Said, healthcare_service, read_status, status_of

FULL: dict[str, Any] = {"occupied": 11.0}
STOP: dict[str, Any] = {"stop_reason": "Griep op de afdeling."}
OLD: dict[str, Any] = {"valid_until": NOW - timedelta(seconds=1)}
PROGRAM = "gravity-sdoh-cc/HealthcareService-SDOHCC-HealthcareServiceSocialCareProgram.json"


def shown(of: Any = BEDS, *, waiting: bool = False, **changes: Any) -> dict[str, Any]:
    return valid(healthcare_service(of, counters(of, **changes), HOUSE, now=NOW, waiting=waiting))


def parts(resource: dict[str, Any]) -> dict[str, Any]:
    """The parts of the capacity extension by URL: the code, and the other values."""
    (extension,) = resource["extension"]
    assert extension["url"] == CAPACITY_STATUS
    told = {}
    for part in extension["extension"]:
        (value,) = (part[name] for name in part if name.startswith("value"))
        told[part["url"]] = value["coding"][0]["code"] if isinstance(value, dict) else value
    return told


def capacity(code: str, notes: str | None = None, system: str = STATUS_CODES) -> dict[str, Any]:
    said: list[dict[str, Any]] = [
        {
            "url": "capacityStatus",
            "valueCodeableConcept": {"coding": [{"system": system, "code": code}]},
        }
    ]
    if notes is not None:
        said.append({"url": "capacityNotes", "valueString": notes})
    return {"url": CAPACITY_STATUS, "extension": said}


def sent(status: dict[str, Any] | None, **elements: Any) -> bytes:
    body = {"resourceType": "HealthcareService", "id": BEDS.id} | elements
    return json.dumps(body | ({"extension": [status]} if status else {})).encode()


@pytest.mark.parametrize(
    ("figures", "waiting", "status"),
    [
        ({}, False, "capacity"),
        (FULL, False, "no-capacity"),
        (FULL, True, "waitlist"),
        ({"held": 2.0}, False, "no-capacity"),
        (STOP, False, "no-capacity"),
        (STOP, True, "no-capacity"),
        (STOP | {"stop_until": NOW}, False, "capacity"),
        (OLD, False, None),
        (OLD | STOP, False, "no-capacity"),
    ],
)
def test_the_status_follows_from_figures_stop_and_waiting_list(
    figures: dict[str, Any], *, waiting: bool, status: str | None
) -> None:
    assert status_of(counters(BEDS, **figures), NOW, waiting=waiting) == status


def test_a_service_shows_its_status_with_when_it_was_true() -> None:
    told = parts(shown())
    assert told == {
        "capacityStatus": "capacity",
        AS_OF: "2026-11-16T09:00:00.000Z",
        VALID_UNTIL: "2026-11-17T09:00:00.000Z",
    }


def test_an_old_figure_is_shown_as_unknown() -> None:
    assert parts(shown(**OLD))["capacityStatus"] == "unknown"


def test_a_stop_is_shown_with_its_reason_and_end() -> None:
    stopped = shown(**STOP, stop_until=NOW + timedelta(days=2))
    assert parts(stopped)["capacityNotes"] == "Griep op de afdeling."
    assert stopped["notAvailable"] == [
        {"description": "Griep op de afdeling.", "during": {"end": "2026-11-18T10:00:00.000Z"}}
    ]
    assert shown(**STOP)["notAvailable"] == [{"description": "Griep op de afdeling."}]
    assert "notAvailable" not in shown()


def test_it_says_what_it_is_where_and_whose() -> None:
    resource = shown()
    assert (resource["id"], resource["meta"]) == (BEDS.id, {"versionId": "7"})
    assert resource["providedBy"]["identifier"] == {"system": codes.URA, "value": HOUSE.ura}
    kinds = [one["coding"][0]["code"] for one in resource["type"]]
    assert kinds == ["elv-low", "respite"]
    assert resource["location"] == [{"reference": f"Location/{SITE_HERE}"}]
    assert [one["coding"][0]["code"] for one in resource["characteristic"]] == [
        "isolation",
        "oxygen",
    ]
    assert "coverageArea" not in resource
    assert [one["identifier"]["value"] for one in shown(TEAM)["coverageArea"]] == ["9401", "9402"]


def test_hours_of_admission_are_told_by_day() -> None:
    assert shown()["availableTime"] == [
        {
            "daysOfWeek": ["mon", "tue", "wed", "thu", "fri"],
            "availableStartTime": "08:00:00",
            "availableEndTime": "17:00:00",
        }
    ]
    assert shown(TEAM)["availableTime"] == [
        {"daysOfWeek": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], "allDay": True}
    ]
    night = AdmissionHours(
        windows=(Window(day=6, opens=0, closes=1440), Window(day=7, opens=1320, closes=1440))
    )
    assert shown(service(29, admission=night))["availableTime"] == [
        {"daysOfWeek": ["sat"], "allDay": True},
        {
            "daysOfWeek": ["sun"],
            "availableStartTime": "22:00:00",
            "availableEndTime": "23:59:59",
        },
    ]


def test_a_status_is_read_and_the_rest_may_be_left_out() -> None:
    assert read_status(sent(capacity("no-capacity", "Griep.")), shown()) == Said(
        CapacityStatus.NO_CAPACITY, "Griep."
    )
    assert read_status(sent(capacity("capacity")), shown(**STOP)) == Said(
        CapacityStatus.CAPACITY, None
    )
    # As an older build of the guide has it.
    assert read_status(sent(capacity("no-capacity-has-waitlist")), shown()) == Said(
        CapacityStatus.WAITLIST, None
    )


def test_a_published_status_is_read() -> None:
    program = published(PROGRAM)
    body = sent(program["extension"][0])
    assert read_status(body, shown(**FULL)) == Said(CapacityStatus.CAPACITY, None)


@pytest.mark.parametrize("figures", [{}, FULL, STOP, OLD])
def test_what_was_read_and_is_sent_back_changes_nothing(figures: dict[str, Any]) -> None:
    """A service that is full is not stopped because someone saved what it showed."""
    resource = shown(**figures)
    assert read_status(msgspec.json.encode(resource), resource) is None
    del resource["meta"]
    code = parts(resource)["capacityStatus"]
    if code != "unknown":
        assert read_status(sent(capacity(code)), resource) is None


def test_a_reason_makes_a_stop_of_a_service_that_is_full() -> None:
    assert read_status(sent(capacity("no-capacity", "Griep.")), shown(**FULL)) == Said(
        CapacityStatus.NO_CAPACITY, "Griep."
    )


@pytest.mark.parametrize(
    ("element", "value"),
    [
        ("name", "Anders"),
        ("active", False),
        ("availableTime", []),
        ("comment", "nieuw"),
        ("contained", [{"resourceType": "Location", "id": "a"}]),
        ("modifierExtension", [{"url": "https://elders.example/x", "valueBoolean": True}]),
        ("language", "nl"),
    ],
)
def test_anything_else_that_is_changed_is_refused_by_name(element: str, value: Any) -> None:
    resource = deepcopy(shown()) | {element: value}
    resource["extension"] = [capacity("no-capacity")]
    with pytest.raises(FhirRefused) as refused:
        read_status(msgspec.json.encode(resource), shown())
    (issue,) = refused.value.issues
    assert issue.expression == (f"HealthcareService.{element}",)
    assert issue.code == "not-supported"
    assert "/api/services" in issue.diagnostics


@pytest.mark.parametrize(
    "status",
    [
        None,
        capacity("additional-assessment-required"),
        capacity("full"),
        capacity("capacity", system="https://elders.example/codes"),
        {"url": CAPACITY_STATUS, "valueString": "vol"},
        {"url": "https://elders.example/status", "valueCode": "capacity"},
    ],
)
def test_a_status_that_is_none_is_refused_with_those_there_are(
    status: dict[str, Any] | None,
) -> None:
    with pytest.raises(FhirRefused) as refused:
        read_status(sent(status), shown())
    assert "no-capacity" in refused.value.issues[-1].diagnostics
