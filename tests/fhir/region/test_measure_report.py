"""What services have is told as a MeasureReport; what is too old to know is told as not known."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
from capacity_shown import BEDS, CRISIS, HOUSE, NOW, SITE_HERE, TEAM, counters, valid

from capacity.report import figures_of
from capacity.supply import Counters, Service
from fhir.region.capacity_codes import DATA_ABSENT, FIGURE, MEASURED, OF_SERVICE
from fhir.region.measure_report.reading import read
from fhir.region.measure_report.shown import measure_report


def shown(*supply: tuple[Service, Counters]) -> dict[str, Any]:
    return valid(measure_report(list(supply), HOUSE, id=BEDS.id, now=NOW, version=7))


def count_of(group: dict[str, Any], system: str, code: str) -> Any:
    """The count of a population: a number, or the code of why there is none."""
    for population in group["population"]:
        if any(
            (one["system"], one["code"]) == (system, code) for one in population["code"]["coding"]
        ):
            if "count" in population:
                return population["count"]
            extension = population["_count"]["extension"][0]
            assert extension["url"] == DATA_ABSENT
            return extension["valueCode"]
    return None


def score_of(report: dict[str, Any], code: str) -> dict[str, Any]:
    found: dict[str, Any] = next(
        group["measureScore"]
        for group in report["group"]
        if group["code"]["coding"][0] | {"display": ""}
        == {"system": FIGURE, "code": code, "display": ""}
    )
    return found


def test_beds_are_counted_with_the_codes_of_saner_and_our_own() -> None:
    report = shown((BEDS, counters(BEDS, held=1.0, reserved=1.0)))
    (group,) = report["group"]
    assert count_of(group, MEASURED, "numbeds") == 12
    assert count_of(group, MEASURED, "numBedsOcc") == 9
    assert count_of(group, FIGURE, "closed") == 1
    assert count_of(group, FIGURE, "held") == 1
    assert count_of(group, FIGURE, "reserved") == 1
    assert count_of(group, FIGURE, "available") == 0
    # Nobody told us how many beds there are without staff.
    assert count_of(group, MEASURED, "numTotBeds") is None


def test_it_says_whose_figures_they_are_and_when_they_were_true() -> None:
    report = shown((BEDS, counters(BEDS)))
    assert report["subject"] == {"reference": f"Location/{SITE_HERE}"}
    assert report["reporter"]["identifier"]["value"] == HOUSE.ura
    assert report["meta"]["versionId"] == "7"
    assert report["date"] == "2026-11-16T10:00:00.000Z"
    assert report["period"] == {
        "start": "2026-11-16T09:00:00.000Z",
        "end": "2026-11-16T09:00:00.000Z",
    }
    extension = report["group"][0]["extension"][0]
    assert extension["url"] == OF_SERVICE
    assert extension["valueReference"]["reference"] == f"HealthcareService/{BEDS.id}"


def test_hours_a_week_are_a_score_each() -> None:
    report = shown((TEAM, counters(TEAM, held=2.5)))
    assert {code: score_of(report, code)["value"] for code in ("contracted", "committed")} == {
        "contracted": 400,
        "committed": 372.5,
    }
    assert score_of(report, "available")["value"] == 25
    assert score_of(report, "held")["code"] == "h/wk"


def test_a_figure_that_is_too_old_is_not_known_and_never_a_number() -> None:
    old = {"valid_until": NOW - timedelta(seconds=1)}
    report = shown((BEDS, counters(BEDS, **old)), (TEAM, counters(TEAM, held=3.0, **old)))
    beds = report["group"][0]
    for code in ("staffed", "occupied", "closed", "available"):
        assert count_of(beds, FIGURE, code) == "unknown"
    assert count_of(beds, FIGURE, "held") == 0
    assert set(score_of(report, "contracted")) == {"extension"}
    assert score_of(report, "held")["value"] == 3


def test_what_we_send_out_can_be_sent_back_to_us() -> None:
    for of in (BEDS, TEAM):
        sent = counters(of)
        body = measure_report([(of, sent)], HOUSE, id=of.id, now=NOW)
        (figures,) = read(msgspec.json.encode(body), [BEDS, TEAM], HOUSE, NOW).services
        assert figures.service == of
        assert (figures.report.as_of, figures.report.valid_until) == (
            sent.as_of,
            sent.valid_until,
        )
        for name in figures_of(of.unit):
            assert getattr(figures.report, name) == getattr(sent, name)


def test_services_of_several_sites_have_no_one_subject() -> None:
    assert "subject" in shown((BEDS, counters(BEDS)), (TEAM, counters(TEAM)))
    assert "subject" not in shown((BEDS, counters(BEDS)), (CRISIS, counters(CRISIS)))
