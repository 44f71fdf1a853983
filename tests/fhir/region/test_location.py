"""Sites are told as Locations, and beds that are named are read from them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from capacity_shown import BEDS, HERE, HOUSE, NOW, SITE_HERE, SITE_THERE, UNKNOWN, published, valid

from fhir.outcome import FhirRefused
from fhir.region.capacity_codes import BED_STATUS, OF_SERVICE, PHYSICAL_TYPE, SERVICE_ID
from fhir.region.location import (
    Bed,
    BedState,
    check_owner,
    check_place,
    read_bed,
    site_location,
    stored_bed,
)


def bed(code: str = "U", **elements: Any) -> dict[str, Any]:
    return {
        "resourceType": "Location",
        "id": UNKNOWN,
        "extension": [
            {
                "url": OF_SERVICE,
                "valueReference": {"reference": f"HealthcareService/{BEDS.id}"},
            }
        ],
        "status": "active",
        "operationalStatus": {"system": BED_STATUS, "code": code},
        "physicalType": {"coding": [{"system": PHYSICAL_TYPE, "code": "bd"}]},
    } | elements


def encoded(resource: dict[str, Any]) -> bytes:
    valid(resource)
    return json.dumps(resource).encode()


def test_a_site_says_where_it_is_and_whose() -> None:
    told = valid(site_location(HERE, HOUSE))
    assert told["position"] == {"longitude": 6.56, "latitude": 52.99}
    assert told["address"]["postalCode"] == "9401"
    assert told["managingOrganization"]["display"] == HOUSE.name
    assert told["physicalType"]["coding"][0]["code"] == "bu"


@pytest.mark.parametrize(
    ("code", "status", "state"),
    [
        ("U", "active", BedState.FREE),
        ("O", "active", BedState.OCCUPIED),
        ("C", "active", BedState.CLOSED),
        ("H", "active", BedState.CLOSED),
        ("I", "active", BedState.CLOSED),
        ("K", "active", BedState.CLOSED),
        ("U", "suspended", BedState.CLOSED),
        ("O", "suspended", BedState.OCCUPIED),
        ("O", "inactive", BedState.GONE),
    ],
)
def test_a_bed_counts_by_its_status(code: str, status: str, state: BedState) -> None:
    assert read_bed(encoded(bed(code, status=status))) == Bed(BEDS.id, state)


def test_a_bed_may_name_its_service_by_number() -> None:
    number = {"identifier": {"system": SERVICE_ID, "value": BEDS.id}}
    told = bed(extension=[{"url": OF_SERVICE, "valueReference": number}])
    assert read_bed(encoded(told)).service == BEDS.id


def test_every_fault_of_a_bed_is_named() -> None:
    told = bed("X", extension=[], mode="kind", physicalType={"text": "bed"})
    del told["extension"]
    with pytest.raises(FhirRefused) as refused:
        read_bed(encoded(told))
    assert {issue.expression[0] for issue in refused.value.issues} == {
        f"Location.extension('{OF_SERVICE}')",
        "Location.mode",
        "Location.operationalStatus",
        "Location.physicalType",
    }


def test_a_published_building_is_no_bed() -> None:
    body = json.dumps(published("hl7-saner/Location-Loc-X140008.json")).encode()
    with pytest.raises(FhirRefused, match="must be a bed"):
        read_bed(body)


def test_a_bed_is_part_of_the_site_of_its_service() -> None:
    check_place(encoded(bed()), SITE_HERE)
    check_place(encoded(bed(partOf={"reference": f"Location/{SITE_HERE}"})), SITE_HERE)
    ward = {"identifier": {"system": "https://voorbeeldhuis.example/afdeling", "value": "3B"}}
    check_place(encoded(bed(partOf=ward)), SITE_HERE)
    with pytest.raises(FhirRefused, match="the site of its service"):
        check_place(encoded(bed(partOf={"reference": f"Location/{SITE_THERE}"})), SITE_HERE)


def test_a_bed_is_of_nobody_but_who_sends_it() -> None:
    ours, theirs = "0190a0a0-0000-7000-8000-000000000001", "0190a0a0-0000-7000-8000-000000000002"
    check_owner(encoded(bed()), ours)
    ura = {"identifier": {"system": "http://fhir.nl/fhir/NamingSystem/ura", "value": "12345678"}}
    check_owner(encoded(bed(managingOrganization=ura)), ours)
    check_owner(encoded(bed(managingOrganization={"reference": f"Organization/{ours}"})), ours)
    for said in (f"Organization/{theirs}", f"https://x.example/fhir/Organization/{theirs}"):
        with pytest.raises(FhirRefused, match="be left out"):
            check_owner(encoded(bed(managingOrganization={"reference": said})), ours)


def test_a_bed_is_kept_as_it_was_sent() -> None:
    told = bed("O", name="Bed 12", description="bij het raam", alias=["12"])
    kept = valid(stored_bed(encoded(told), UNKNOWN, 3, SITE_HERE, NOW))
    assert kept.items() >= told.items()
    assert kept["meta"] == {"versionId": "3", "lastUpdated": "2026-11-16T10:00:00.000Z"}
    assert kept["partOf"] == {"reference": f"Location/{SITE_HERE}"}
    ward = {"display": "afdeling 3"}
    assert (
        valid(stored_bed(encoded(bed(partOf=ward)), UNKNOWN, 1, SITE_HERE, NOW))["partOf"] == ward
    )
