"""A MeasureReport is read as figures of our services, or refused with every fault in its place."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from capacity_shown import (
    BEDS,
    CRISIS,
    HOUSE,
    NOW,
    SITE_HERE,
    SITE_THERE,
    TEAM,
    UNKNOWN,
    published,
    service,
    valid,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from capacity.report import Report, figures_of
from fhir import codes
from fhir.outcome import FhirRefused
from fhir.region.capacity_codes import (
    AREA,
    AS_OF,
    FIGURE,
    GROUP,
    MEASURED,
    OF_SERVICE,
    ORGANISATION_ID,
    SERVICE_ID,
    SITE_ID,
    VALID_UNTIL,
)
from fhir.region.measure_report.reading import Measured, read

SERVICES = [BEDS, CRISIS, TEAM]
SANER = "hl7-saner/MeasureReport-ExampleNJ-20200404-CDCPatientImpactAndHospitalCapacity.json"


def at(**ago: float) -> str:
    return (NOW - timedelta(**ago)).isoformat()


def population(code: str, count: int | None, system: str = MEASURED) -> dict[str, Any]:
    absent = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
    told: dict[str, Any] = {"count": count}
    if count is None:
        told = {"_count": {"extension": [{"url": absent, "valueCode": "unknown"}]}}
    return {"code": {"coding": [{"system": system, "code": code}]}} | told


def of(identity: str) -> dict[str, Any]:
    return {"url": OF_SERVICE, "valueReference": {"reference": f"HealthcareService/{identity}"}}


def beds(*counts: Any, identity: str | None = BEDS.id, **elements: Any) -> dict[str, Any]:
    """A group of beds, staffed and occupied, or the populations given."""
    if not counts or isinstance(counts[0], int):
        staffed, occupied = counts or (12, 9)
        counts = (population("numbeds", staffed), population("numBedsOcc", occupied))
    group: dict[str, Any] = {
        "code": {"coding": [{"system": GROUP, "code": "Beds"}]},
        "population": list(counts),
    }
    return group | ({"extension": [of(identity)]} if identity else {}) | elements


def hours(figure: str, value: float | None, *areas: str, **elements: Any) -> dict[str, Any]:
    quantity = {"value": value, "system": codes.UCUM, "code": "h/wk"}
    return {
        "extension": [of(TEAM.id), *({"url": AREA, "valueString": pc4} for pc4 in areas)],
        "code": {"coding": [{"system": FIGURE, "code": figure}]},
        "measureScore": quantity,
    } | elements


def report(*groups: dict[str, Any], **elements: Any) -> dict[str, Any]:
    return {
        "resourceType": "MeasureReport",
        "status": "complete",
        "type": "summary",
        "measure": "https://voorbeeldhuis.example/Measure/bedden",
        "date": at(minutes=5),
        "period": {"start": at(minutes=5), "end": at(minutes=5)},
        "group": list(groups),
    } | elements


def taken(*groups: dict[str, Any], **elements: Any) -> Measured:
    body = json.dumps(report(*groups, **elements)).encode()
    valid(body)
    return read(body, SERVICES, HOUSE, NOW)


def one(*groups: dict[str, Any], **elements: Any) -> Report:
    (figures,) = taken(*groups, **elements).services
    return figures.report


def faults(*groups: dict[str, Any], **elements: Any) -> dict[str, str]:
    """What is wrong, by path."""
    with pytest.raises(FhirRefused) as refused:
        taken(*groups, **elements)
    assert refused.value.kind == "unprocessable"
    return {issue.expression[0]: issue.diagnostics for issue in refused.value.issues}


def test_beds_are_read_by_the_codes_of_saner() -> None:
    assert one(beds(12, 9)) == Report(
        unit=BEDS.unit, staffed=12, occupied=9, as_of=NOW - timedelta(minutes=5)
    )


def test_beds_are_read_by_our_own_codes() -> None:
    own = [population(code, count, FIGURE) for code, count in
           (("staffed", 12), ("occupied", 9), ("closed", 2))]  # fmt: skip
    read_as = one(beds(*own))
    assert (read_as.staffed, read_as.occupied, read_as.closed) == (12, 9, 2)


def test_what_is_occupied_follows_from_what_is_available() -> None:
    counts = population("numTotBeds", 10), population("numTotBedsAvail", 3)
    closed = population("closed", 1, FIGURE)
    assert one(beds(*counts)).occupied == 7
    assert one(beds(*counts, closed)).occupied == 6


def test_all_hospital_beds_are_not_mixed_with_those_for_a_stay() -> None:
    """Where both are told, those of inpatients count."""
    read_as = one(
        beds(
            population("numTotBeds", 30),
            population("numbeds", 12),
            population("numTotBedsOcc", 25),
            population("numBedsOcc", 9),
            population("numTotBedsAvail", 5),
        )
    )
    assert (read_as.staffed, read_as.occupied) == (12, 9)


def test_hours_a_week_of_a_team_are_read() -> None:
    read_as = one(hours("contracted", 400), hours("committed", 372.5))
    assert (read_as.contracted, read_as.committed) == (400, 372.5)


def test_hours_of_several_areas_are_added_up() -> None:
    read_as = one(
        hours("contracted", 100.1, "9401"),
        hours("contracted", 50.2, "9402"),
        hours("committed", 90, "9401", "9402"),
    )
    assert (read_as.contracted, read_as.committed) == (150.3, 90)


def test_several_services_are_told_by_one_report() -> None:
    found = taken(
        beds(), beds(6, 6, identity=CRISIS.id), hours("contracted", 40), hours("committed", 9)
    )
    assert [figures.service for figures in found.services] == [BEDS, CRISIS, TEAM]


@pytest.mark.parametrize(
    ("subject", "found"),
    [
        ({"reference": f"Location/{SITE_THERE}"}, CRISIS),
        ({"reference": f"https://elders.example/fhir/Location/{SITE_THERE}/_history/3"}, CRISIS),
        ({"identifier": {"system": SITE_ID, "value": SITE_HERE}}, BEDS),
        ({"identifier": {"system": SERVICE_ID, "value": CRISIS.id}}, CRISIS),
    ],
)
def test_a_group_without_a_name_is_of_the_only_service_of_its_subject(
    subject: dict[str, Any], found: Any
) -> None:
    (figures,) = taken(beds(identity=None), subject=subject).services
    assert figures.service == found


def test_a_kind_of_care_tells_the_service_where_one_gives_it() -> None:
    kind = {"coding": [{"system": codes.KIND, "code": "wlz-crisis-vv"}]}
    for subject in (
        {"identifier": {"system": codes.URA, "value": HOUSE.ura}},
        {"identifier": {"system": codes.AGB, "value": HOUSE.agb}},
        {"identifier": {"system": ORGANISATION_ID, "value": HOUSE.id}},
    ):
        (figures,) = taken(beds(identity=None, code=kind), subject=subject).services
        assert figures.service == CRISIS


def test_which_service_it_is_must_be_clear() -> None:
    (text,) = faults(beds(identity=None)).values()
    assert "can be of 2 services" in text
    assert f"HealthcareService/{BEDS.id}" in text


@pytest.mark.parametrize(
    ("date", "end", "as_of"),
    [
        (at(minutes=5), at(minutes=9), at(minutes=9)),
        (at(minutes=9), at(minutes=5), at(minutes=9)),
        (at(minutes=5), "2026-11-16", at(minutes=5)),
        (at(minutes=5), "2026", at(minutes=5)),
        (None, at(minutes=3), at(minutes=3)),
        ("2026-11-16", at(minutes=3), at(minutes=3)),
    ],
)
def test_the_moment_of_the_figures_is_the_earlier_one(
    date: str | None, end: str, as_of: str
) -> None:
    """Later than they were taken would count people in who were promised a place since."""
    told = report(beds(), period={"start": "2026", "end": end}) | {"date": date}
    if date is None:
        del told["date"]
    (figures,) = read(json.dumps(told).encode(), SERVICES, HOUSE, NOW).services
    assert figures.report.as_of is not None
    assert figures.report.as_of.isoformat() == as_of


@pytest.mark.parametrize(
    ("date", "end"),
    [("2026-11-16", "2026-11-16"), ("2026-11-16T09:00:00Z", "2026-11-15"), ("2026-11", "2026")],
)
def test_a_day_is_no_moment(date: str, end: str) -> None:
    found = faults(beds(), date=date, period={"start": "2026-11-01", "end": end})
    assert set(found) <= {"MeasureReport.date", "MeasureReport.period.end"}


def test_our_own_extensions_say_when_it_was_true_and_until_when() -> None:
    until = {"url": VALID_UNTIL, "valueDateTime": at(hours=-12)}
    since = {"url": AS_OF, "valueDateTime": at(hours=2)}
    told = one(beds(), extension=[until])
    assert told.valid_until == NOW + timedelta(hours=12)
    told = one(beds(extension=[of(BEDS.id), since, until]))
    assert (told.as_of, told.valid_until) == (NOW - timedelta(hours=2), NOW + timedelta(hours=12))


GROUP_0 = "MeasureReport.group[0]"
BAD: list[tuple[list[dict[str, Any]], dict[str, Any], str, str]] = [
    ([beds(12, -1)], {}, f"{GROUP_0}.population[1]", "below 0"),
    ([beds(12, 13)], {}, f"{GROUP_0}.population[1]", "over staffed"),
    ([beds(12, None)], {}, f"{GROUP_0}.population", "numBedsOcc"),
    ([beds(population("numbeds", None), population("numBedsOcc", 3))], {},
     f"{GROUP_0}.population", "numbeds"),
    ([beds(population("numTotBeds", 5), population("numTotBedsAvail", 6))], {},
     f"{GROUP_0}.population[1]", "more is free"),
    ([beds(population("numbeds", 9), population("numBedsOcc", 5),
           population("available", 5, FIGURE))], {}, f"{GROUP_0}.population[2]", "more is free"),
    ([beds(population("numbeds", 9), population("numbeds", 8))], {},
     f"{GROUP_0}.population[1]", "twice"),
    ([beds(population("bedz", 9, FIGURE))], {}, f"{GROUP_0}.population[0].code", "occupied"),
    ([beds(), beds()], {}, "MeasureReport.group[1]", "twice"),
    ([beds(identity=UNKNOWN)], {}, f"{GROUP_0}.extension('{OF_SERVICE}')", "no service"),
    ([beds(identity=TEAM.id)], {}, f"{GROUP_0}.extension('{OF_SERVICE}')", "counts in bed"),
    ([beds(identity=CRISIS.id)], {"subject": {"reference": f"Location/{SITE_HERE}"}},
     f"{GROUP_0}.extension('{OF_SERVICE}')", "at this subject"),
    ([beds(code={"text": "bedden"}, population=[])], {}, GROUP_0, "not understood"),
    ([beds()], {"subject": {"reference": f"Location/{UNKNOWN}"}}, "MeasureReport.subject", "site"),
    ([beds()], {"subject": {"identifier": {"system": codes.URA, "value": "90000099"}}},
     "MeasureReport.subject", "organisation"),
    ([beds()], {"reporter": {"identifier": {"system": codes.URA, "value": "90000099"}}},
     "MeasureReport.reporter.identifier", "its own"),
    ([beds()], {"status": "pending"}, "MeasureReport.status", "complete"),
    ([beds()], {"type": "individual"}, "MeasureReport.type", "summary"),
    ([beds()], {"date": at(hours=-1), "period": {"end": at(hours=-1)}},
     "MeasureReport.date", "future"),
    ([beds()], {"extension": [{"url": VALID_UNTIL, "valueDateTime": at(hours=1)}]},
     f"MeasureReport.extension('{VALID_UNTIL}')", "before as_of"),
    ([beds()], {"extension": [{"url": VALID_UNTIL, "valueDateTime": "2026-11-20"}]},
     f"MeasureReport.extension('{VALID_UNTIL}')", "time of day"),
    ([hours("contracted", 400)], {}, GROUP_0, "committed is required"),
    ([hours("contracted", 40), hours("committed", 41)], {},
     "MeasureReport.group[1].measureScore", "more than contracted"),
    ([hours("contracted", 40), hours("committed", 1.001)], {},
     "MeasureReport.group[1].measureScore", "two decimals"),
    ([hours("contracted", 40), hours("contracted", 40), hours("committed", 1)], {},
     "MeasureReport.group[1]", "twice"),
    ([hours("contracted", 40, "9401"), hours("contracted", 40), hours("committed", 1)], {},
     "MeasureReport.group[1]", "twice"),
    ([hours("contracted", 40, "9401"), hours("contracted", -4, "9402"), hours("committed", 1)],
     {}, "MeasureReport.group[1].measureScore", "below 0"),
    ([hours("contracted", 40, "7901"), hours("committed", 1)], {},
     f"{GROUP_0}.extension('{AREA}')", "7901"),
    ([hours("contracted", None), hours("committed", 1)], {},
     f"{GROUP_0}.measureScore", "no hours"),
    ([hours("contracted", 40) | {"measureScore": {"value": 40, "unit": "uur"}},
      hours("committed", 1)], {}, f"{GROUP_0}.measureScore", "h/wk"),
    ([hours("contracted", 40) | {"measureScore": {"value": 40, "system": codes.UCUM,
      "code": "h/wk", "comparator": "<"}}, hours("committed", 1)], {},
     f"{GROUP_0}.measureScore", "comparator"),
    ([beds(modifierExtension=[{"url": "https://elders.example/x", "valueBoolean": True}])], {},
     GROUP_0, "modifierExtension"),
    ([hours("held", 3)], {}, "MeasureReport.group", "no group"),
]  # fmt: skip


@pytest.mark.parametrize(("groups", "elements", "path", "word"), BAD)
def test_each_fault_is_named_by_its_element_and_its_cure(
    groups: list[dict[str, Any]], elements: dict[str, Any], path: str, word: str
) -> None:
    said = report(*groups, **elements)
    if any(group.get("measureScore", {}).get("value", 1) is None for group in said["group"]):
        del said["group"][0]["measureScore"]["value"]
    with pytest.raises(FhirRefused) as refused:
        read(json.dumps(said).encode(), SERVICES, HOUSE, NOW)
    texts = {issue.expression[0]: issue.diagnostics for issue in refused.value.issues}
    assert word in texts[path]


def test_every_fault_is_named_at_once() -> None:
    found = faults(beds(12, 13), hours("contracted", -1), hours("committed", 1), status="error")
    assert found.keys() >= {
        "MeasureReport.status",
        f"{GROUP_0}.population[1]",
        "MeasureReport.group[1].measureScore",
    }


def test_a_published_report_of_a_state_is_none_of_ours() -> None:
    body = json.dumps(published(SANER)).encode()
    with pytest.raises(FhirRefused) as refused:
        read(body, SERVICES, HOUSE, NOW)
    assert "MeasureReport.subject" in {issue.expression[0] for issue in refused.value.issues}


def test_a_published_report_with_our_figures_in_it_is_read() -> None:
    """Groups of other things than beds are left aside, and that is said."""
    tree = published(SANER)
    tree["subject"] = {"reference": f"Location/{SITE_THERE}"}
    with pytest.raises(FhirRefused) as refused:
        read(json.dumps(tree).encode(), SERVICES, HOUSE, NOW)
    (issue,) = refused.value.issues
    assert issue.expression == ("MeasureReport.group[0].population",)
    occupied = tree["group"][0]["population"][2]
    del occupied["_count"]
    occupied["count"] = 12_500
    found = read(json.dumps(tree).encode(), SERVICES, HOUSE, NOW)
    (figures,) = found.services
    assert figures.service == CRISIS
    assert (figures.report.staffed, figures.report.occupied) == (15_000, 12_500)
    assert [note.expression[0] for note in found.aside] == [
        "MeasureReport.group[1]",
        "MeasureReport.group[2]",
    ]


counts = st.none() | st.integers(-3, 30)


@settings(max_examples=300)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(("numbeds", "numBedsOcc", "numTotBeds", "numTotBedsOcc",
                             "numTotBedsAvail", "numICUBeds")),
            counts,
        ),
        min_size=1,
        max_size=6,
    )
)  # fmt: skip
def test_whatever_is_counted_becomes_a_report_that_can_be_or_a_refusal(
    told: list[tuple[str, int | None]],
) -> None:
    body = json.dumps(report(beds(*(population(*pair) for pair in told)))).encode()
    try:
        (figures,) = read(body, SERVICES, HOUSE, NOW).services
    except FhirRefused:
        return
    read_as = figures.report
    staffed, occupied = (getattr(read_as, name) for name in figures_of(BEDS.unit)[:2])
    said = {code: count for code, count in told if count is not None}
    assert 0 <= occupied <= staffed
    assert staffed == said.get("numbeds", said.get("numTotBeds"))


def test_two_pools_of_one_kind_at_one_site_must_be_named() -> None:
    twin = service(24)
    with pytest.raises(FhirRefused, match="2 services"):
        read(
            json.dumps(
                report(beds(identity=None), subject={"reference": f"Location/{SITE_HERE}"})
            ).encode(),
            [BEDS, twin],
            HOUSE,
            NOW,
        )
