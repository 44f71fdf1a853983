"""What this server does with each type of resource, and no more: what is said is what is done.

https://hl7.org/fhir/R4/http.html#summary
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import msgspec

from fhir.validation.shapes import COMPILED

Interaction = Literal[
    "read",
    "vread",
    "history-instance",
    "history-type",
    "create",
    "update",
    "delete",
    "search-type",
]

LOOKS: tuple[Interaction, ...] = (
    "read",
    "vread",
    "history-instance",
    "history-type",
    "search-type",
)
"""All that changes nothing."""

WRITES: tuple[Interaction, ...] = ("create", "update")
"""Create heeds ``If-None-Exist``, and update needs ``If-Match``."""


class Claim(msgspec.Struct, frozen=True, kw_only=True):
    """What is done with a type.

    Attributes:
        interactions: as R4 names them.
        conditional_read: whether a version tells all: not where time alone changes what is shown.
        update_create: whether a sender may choose the id, and create by PUT.
        documentation: in plain words, what one must know besides.
    """

    interactions: tuple[Interaction, ...]
    conditional_read: bool = True
    update_create: bool = False
    documentation: str = ""


def _full(documentation: str = "") -> Claim:
    return Claim(interactions=LOOKS + WRITES, documentation=documentation)


_INSIDE = Claim(
    interactions=LOOKS, documentation="Written inside a referral: send it in its Bundle."
)

_ALONG = Claim(
    interactions=("read", "vread"),
    documentation=(
        "Comes along in the Bundle of a referral: kept as it was sent, and read by its id by who"
        " may see the referral. Triage uses nothing of it."
    ),
)

_OWN: Mapping[str, Claim] = {
    "Patient": _full(
        "A person is searched by number, name or birth date with POST _search only, so that"
        " these stand in no address."
    ),
    "ServiceRequest": _full(
        "One that asks for care (status active, intent order) is a referral: it is triaged when"
        " it comes in. A referral is changed by its referrer until it is placed."
    ),
    "Task": _full(
        "The coordination Task of a referral, and one for each service that is asked. Who may"
        " move which from what to what stands in the documentation of the workflow."
    ),
    "Observation": _full(),
    "Condition": _full(),
    "QuestionnaireResponse": _full(),
    "Communication": _full(),
    "Organization": _full(),
    "Location": Claim(
        interactions=LOOKS + WRITES,
        update_create=True,
        documentation=(
            "The sites of the region, to read, and beds that a care organisation names itself by"
            " PUT, under ids of its choice: Location/{UUID}. The figures of a service with named"
            " beds follow from their operationalStatus."
        ),
    ),
    "HealthcareService": Claim(
        interactions=LOOKS + WRITES,
        conditional_read=False,
        documentation=(
            "The services of the region. An update of one takes the SDOHCC capacity status and"
            " nothing else: no-capacity stops admissions, capacity ends a stop. One that is"
            " created is kept for its sender, who updates it: services of the region are described"
            " elsewhere (PUT /api/services/{id})."
        ),
    ),
    "MeasureReport": Claim(
        interactions=LOOKS + WRITES,
        conditional_read=False,
        documentation=(
            "Figures of beds and hours a week. Created, corrected and read back by the"
            " organisation that has them; the one with the id of a HealthcareService shows its"
            " figures now."
        ),
    ),
    "Subscription": Claim(
        interactions=(*LOOKS, *WRITES, "delete"),
        documentation=(
            "R4 backport: rest-hook with id-only notifications, of the topics that the"
            " documentation lists."
        ),
    ),
    **dict.fromkeys(
        (
            "Practitioner",
            "PractitionerRole",
            "RelatedPerson",
            "AllergyIntolerance",
            "MedicationStatement",
            "Coverage",
            "Consent",
            "Flag",
            "CarePlan",
            "Encounter",
            "Composition",
            "DocumentReference",
            "Procedure",
        ),
        _INSIDE,
    ),
    "Questionnaire": Claim(interactions=LOOKS, documentation="The form of a referral."),
    "StructureDefinition": Claim(
        interactions=LOOKS, documentation="The profiles of a referral, and our own extensions."
    ),
    "CodeSystem": Claim(interactions=LOOKS, documentation="Our own codes, in Dutch and English."),
    "ValueSet": Claim(interactions=LOOKS, documentation="Which of our own codes are used where."),
    "Provenance": Claim(
        interactions=LOOKS, documentation="Who did which step of the workflow, and when."
    ),
    "AuditEvent": Claim(
        interactions=LOOKS, documentation="Who did what here, for the privacy officer."
    ),
}
"""What is done with the types that are searched and followed."""

CLAIMS: Mapping[str, Claim] = {**dict.fromkeys(COMPILED, _ALONG), **_OWN}
"""Each type that this server reads, with what is done."""

ALONG = tuple(kind for kind in COMPILED if kind not in _OWN)
"""Those that only ride along with a referral."""


def claims(kind: str, interaction: Interaction) -> bool:
    """Whether an interaction is done with a type."""
    claim = CLAIMS.get(kind)
    return claim is not None and interaction in claim.interactions
