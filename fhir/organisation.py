"""A party of the region, as a reference that names it by its register."""

from __future__ import annotations

from typing import Any

from capacity.supply import Organisation
from fhir.capacity_codes import ORGANISATION_ID
from fhir.codes import AGB, URA


def organisation_reference(organisation: Organisation) -> dict[str, Any]:
    """A logical reference: by URA, else by AGB, else by our own id."""
    numbers = (
        (URA, organisation.ura),
        (AGB, organisation.agb),
        (ORGANISATION_ID, organisation.id),
    )
    system, value = next(number for number in numbers if number[1] is not None)
    return {
        "type": "Organization",
        "identifier": {"system": system, "value": value},
        "display": organisation.name,
    }
