"""Places as Locations: the sites of the region, and beds that an organisation names itself.

Resource: https://hl7.org/fhir/R4/location.html.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any, Final

import msgspec

from capacity.supply import Organisation, Site
from fhir.outcome import FhirRefused, Issue
from fhir.region.capacity_codes import (
    BED_STATUS,
    OF_SERVICE,
    PHYSICAL_TYPE,
    SITE_ID,
    coding,
)
from fhir.region.organisation import organisation_reference
from fhir.region.views import Location, fault, literal, named, service_id
from fhir.stamping import parts_of, stamp, with_elements
from fhir.views import view

_ROOT = "Location"


class BedState(StrEnum):
    """What a named bed counts as; one that is gone counts for nothing."""

    FREE = "free"
    OCCUPIED = "occupied"
    CLOSED = "closed"
    GONE = "gone"


OPERATIONAL: Final = {
    "U": BedState.FREE,
    "O": BedState.OCCUPIED,
    "C": BedState.CLOSED,
    "H": BedState.CLOSED,  # housekeeping
    "I": BedState.CLOSED,  # isolated
    "K": BedState.CLOSED,  # contaminated
}
"""HL7 v2 table 0116, the status of a bed. Only unoccupied is free; what is being cleaned, kept
in isolation or contaminated takes nobody now."""


class Bed(msgspec.Struct, frozen=True):
    """A named bed: the service of which it is, and what it counts as."""

    service: str
    state: BedState


def site_location(site: Site, organisation: Organisation) -> dict[str, Any]:
    """A site: its place in WGS84 degrees, and no more of its address than four digits."""
    return {
        "resourceType": _ROOT,
        "id": site.id,
        "identifier": [{"system": SITE_ID, "value": site.id}],
        "status": "active",
        "name": site.name,
        "mode": "instance",
        "address": {"postalCode": site.pc4, "country": "NL"},
        "physicalType": {"coding": [coding(PHYSICAL_TYPE, "bu", "Building")]},
        "position": {"longitude": site.longitude, "latitude": site.latitude},
        "managingOrganization": organisation_reference(organisation),
    }


def read_bed(body: bytes) -> Bed:
    """What a Location says of a bed, after ``fhir.validation.accept``.

    Raises:
        FhirRefused: "unprocessable" with every fault, and the path of its element.
    """
    sent = view(body, Location, _ROOT)
    issues: list[Issue] = []
    if not any(
        (one.system, one.code) == (PHYSICAL_TYPE, "bd") for one in sent.physical_type.coding
    ):
        text = f"must be a bed: system {PHYSICAL_TYPE}, code bd. Other places are not kept here."
        issues.append(fault(f"{_ROOT}.physicalType", "not-a-bed", text))
    if sent.mode == "kind":
        text = "must be instance: one bed, not a kind of bed."
        issues.append(fault(f"{_ROOT}.mode", "not-a-bed", text))
    if sent.modifier_extension:
        text = "changes the meaning in a way that is not known here; leave it out."
        issues.append(fault(f"{_ROOT}.modifierExtension", "modified", text, "extension"))
    services = [service_id(one.value_reference) for one in named(sent.extension, OF_SERVICE)]
    if len(services) != 1 or services[0] is None:
        path = f"{_ROOT}.extension('{OF_SERVICE}')"
        text = "must say of which service the bed is: valueReference HealthcareService/{id}."
        issues.append(fault(path, "which-service", text, "required"))
    state = _state(sent, issues)
    if issues:
        raise FhirRefused("unprocessable", issues)
    return Bed(services[0] or "", state)


def _state(sent: Location, issues: list[Issue]) -> BedState:
    """What the bed counts as: by its status, then by its operational status.

    A free bed that is suspended is closed; an inactive one is there no more.
    """
    if sent.status == "inactive":
        return BedState.GONE
    code = sent.operational_status
    if code is None or code.system != BED_STATUS or code.code not in OPERATIONAL:
        text = f"must be of {BED_STATUS}: {', '.join(OPERATIONAL)}."
        issues.append(fault(f"{_ROOT}.operationalStatus", "bed-status", text, "code-invalid"))
        return BedState.CLOSED
    state = OPERATIONAL[code.code]
    return BedState.CLOSED if sent.status == "suspended" and state is BedState.FREE else state


def check_place(body: bytes, site: str) -> None:
    """Lets a bed pass that is part of nothing, or of its service's site.

    Raises:
        FhirRefused: it is part of another Location; a ward of the sender's own is no Location
            here, and can be named by its identifier.
    """
    part_of = view(body, Location, _ROOT).part_of
    if part_of is None or part_of.reference is None or literal(part_of, _ROOT) == site:
        return
    text = f"must be Location/{site}, the site of its service, or name a ward by identifier only."
    raise FhirRefused(
        "unprocessable", [fault(f"{_ROOT}.partOf", "another-site", text, "not-found")]
    )


def check_owner(body: bytes, organisation: str) -> None:
    """Lets a bed pass that says nothing of who manages it, or names the organisation that sends it.

    Raises:
        FhirRefused: it names another organisation of the region, or one that is not here.
    """
    said = view(body, Location, _ROOT).managing_organization
    if said is None or said.reference is None or literal(said, "Organization") == organisation:
        return
    text = f"must be Organization/{organisation}, yours, or be left out."
    raise FhirRefused(
        "unprocessable", [fault(f"{_ROOT}.managingOrganization", "not-yours", text, "not-found")]
    )


def stored_bed(body: bytes, identity: str, version: int, site: str, now: datetime) -> bytes:
    """A bed as it is kept: as sent, with our version, and the site where it says no place."""
    stamped = stamp(body, identity, version, now)
    if "partOf" in parts_of(stamped):
        return stamped
    return with_elements(stamped, {"partOf": {"reference": f"Location/{site}"}})
