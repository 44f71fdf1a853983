"""A party of the region: as an Organization, and as a reference that names it by its register.

Resource: https://hl7.org/fhir/R4/organization.html.
"""

from __future__ import annotations

from typing import Any, Final

from capacity.supply import Organisation
from fhir.codes import AGB, NAMESPACE, URA
from fhir.region.capacity_codes import ORGANISATION_ID, concept

ORGANISATION_KIND: Final = NAMESPACE + "/CodeSystem/organisation-kind"
KIND_WORDS: Final = {
    "care-provider": ("zorgaanbieder", "care provider"),
    "gp-practice": ("huisartsenpraktijk", "general practice"),
    "hospital": ("ziekenhuis", "hospital"),
    "coordination-point": ("coördinatiepunt", "coordination point"),
}
"""Dutch and English name of what an organisation is in the region."""


def organisation_resource(organisation: Organisation) -> dict[str, Any]:
    """An Organization: its name, its numbers in the registers, and what it is here."""
    numbers = (
        (URA, organisation.ura),
        (AGB, organisation.agb),
        (ORGANISATION_ID, organisation.id),
    )
    return {
        "resourceType": "Organization",
        "id": organisation.id,
        "identifier": [{"system": system, "value": value} for system, value in numbers if value],
        "active": True,
        "type": [concept(ORGANISATION_KIND, organisation.kind, KIND_WORDS[organisation.kind][0])],
        "name": organisation.name,
    }


def organisation_reference(organisation: Organisation) -> dict[str, Any]:
    """A reference by our id, and by URA, else by AGB, else by our id as a number."""
    numbers = (
        (URA, organisation.ura),
        (AGB, organisation.agb),
        (ORGANISATION_ID, organisation.id),
    )
    system, value = next(number for number in numbers if number[1] is not None)
    return {
        "reference": f"Organization/{organisation.id}",
        "type": "Organization",
        "identifier": {"system": system, "value": value},
        "display": organisation.name,
    }
