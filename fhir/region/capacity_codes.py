"""The code systems, extensions and words in which capacity is told on FHIR."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Final

from capacity.supply import Service, Unit
from capacity.words import kind_name
from fhir.codes import KIND, NAMESPACE, UCUM

SANER: Final = "http://hl7.org/fhir/uv/saner/CodeSystem/"
GROUP: Final = SANER + "MeasureGroupSystem"
MEASURED: Final = SANER + "MeasuredValues"
PHYSICAL_TYPE: Final = "http://terminology.hl7.org/CodeSystem/location-physical-type"
BED_STATUS: Final = "http://terminology.hl7.org/CodeSystem/v2-0116"
DATA_ABSENT: Final = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
ABSENT_CODES: Final = "http://terminology.hl7.org/CodeSystem/data-absent-reason"

SDOHCC: Final = "http://hl7.org/fhir/us/sdoh-clinicalcare/"
CAPACITY_STATUS: Final = (
    SDOHCC + "StructureDefinition/SDOHCC-ExtensionHealthcareServiceCapacityStatus"
)
STATUS_CODES: Final = SDOHCC + "CodeSystem/SDOHCC-CodeSystemTemporaryCodes"

FIGURE: Final = NAMESPACE + "/CodeSystem/capacity-figure"
RESULT: Final = NAMESPACE + "/CodeSystem/report-result"
MEASURE: Final = NAMESPACE + "/Measure/capacity"
_EXTENSION = NAMESPACE + "/StructureDefinition/"
OF_SERVICE: Final = _EXTENSION + "service"
AREA: Final = _EXTENSION + "area"
AS_OF: Final = _EXTENSION + "as-of"
VALID_UNTIL: Final = _EXTENSION + "valid-until"
_NAMES = NAMESPACE + "/NamingSystem/"
SERVICE_ID: Final = _NAMES + "service"
SITE_ID: Final = _NAMES + "site"
ORGANISATION_ID: Final = _NAMES + "organisation"
PC4: Final = _NAMES + "pc4"

HOURS_A_WEEK: Final = "h/wk"
"""UCUM's code for the unit of district nursing."""


class CapacityStatus(StrEnum):
    """SDOHCC's capacity status, the codes that are used here.

    An older build of the guide says ``no-capacity-has-waitlist`` for what is ``waitlist`` now
    (HL7/fhir-sdoh-clinicalcare, SDOHCCValueSetCapacityStatus.fsh); both are read.
    """

    CAPACITY = "capacity"
    NO_CAPACITY = "no-capacity"
    WAITLIST = "waitlist"


STATUS_OF: Final = {one.value: one for one in CapacityStatus} | {
    "no-capacity-has-waitlist": CapacityStatus.WAITLIST
}
STATUS_WORDS: Final = {
    CapacityStatus.CAPACITY: "Has Capacity",
    CapacityStatus.NO_CAPACITY: "No Capacity",
    CapacityStatus.WAITLIST: "Waitlist",
}


class Figure(StrEnum):
    """What a number in a report counts; the codes of ``FIGURE``."""

    STAFFED = "staffed"
    OCCUPIED = "occupied"
    CLOSED = "closed"
    CONTRACTED = "contracted"
    COMMITTED = "committed"
    HELD = "held"
    RESERVED = "reserved"
    AVAILABLE = "available"


FIGURE_WORDS: Final = {
    Figure.STAFFED: ("bedden met personeel", "staffed beds"),
    Figure.OCCUPIED: ("bezette bedden", "occupied beds"),
    Figure.CLOSED: ("gesloten bedden", "closed beds"),
    Figure.CONTRACTED: (
        "uren per week die het team kan geven",
        "hours a week that the team can give",
    ),
    Figure.COMMITTED: ("uren per week die zijn toegezegd", "hours a week that were promised"),
    Figure.HELD: ("vastgehouden voor open aanvragen", "held for open offers"),
    Figure.RESERVED: ("toegezegd na de peiling", "promised after the count"),
    Figure.AVAILABLE: ("vrij", "free"),
}
"""Dutch and English name of every figure."""

SANER_FIGURES: Final = {
    "numbeds": Figure.STAFFED,
    "numBedsOcc": Figure.OCCUPIED,
    "numTotBeds": Figure.STAFFED,
    "numTotBedsOcc": Figure.OCCUPIED,
    "numTotBedsAvail": Figure.AVAILABLE,
}
"""SANER's codes by what they count here. Those of inpatient beds come first: where both are
sent, all hospital beds (``numTot...``) also count beds in which nobody stays."""


def concept(system: str, code: str, display: str | None = None) -> dict[str, Any]:
    """A CodeableConcept of one coding."""
    return {"coding": [coding(system, code, display)]}


def coding(system: str, code: str, display: str | None = None) -> dict[str, Any]:
    """A Coding."""
    return {"system": system, "code": code} | ({"display": display} if display else {})


def extension(url: str, **value: Any) -> dict[str, Any]:
    """A simple extension: its URL, and its value by FHIR's name (``valueDateTime=...``)."""
    return {"url": url, **value}


def unknown() -> dict[str, Any]:
    """What stands beside an element whose value is not known."""
    return {"extension": [extension(DATA_ABSENT, valueCode="unknown")]}


def hours(amount: float) -> dict[str, Any]:
    """A Quantity of hours a week."""
    return {"value": amount, "unit": "uur per week", "system": UCUM, "code": HOURS_A_WEEK}


def service_reference(service: Service) -> dict[str, Any]:
    """A Reference to a service of ours."""
    return {"reference": f"HealthcareService/{service.id}", "display": service.name}


def kind_codings(service: Service) -> list[dict[str, Any]]:
    """The kinds of care of a service, as codings in order of their code."""
    return [coding(KIND, kind.value, kind_name(kind)[0]) for kind in sorted(service.kinds)]


FIGURES_OF: Final = {
    Unit.BED: (Figure.STAFFED, Figure.OCCUPIED, Figure.CLOSED),
    Unit.HOURS: (Figure.CONTRACTED, Figure.COMMITTED),
}
"""What an organisation reports of a service, by its unit; the other figures are ours."""
