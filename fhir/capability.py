"""What this server says of itself: the CapabilityStatement, made of what is claimed by type.

https://hl7.org/fhir/R4/capabilitystatement.html
"""

from __future__ import annotations

from typing import Any

from fhir.claims import CLAIMS, Claim
from fhir.definitions import definition
from fhir.search.parameters import Parameter, includes_of, parameters_of
from fhir.validation.shapes import COMPILED

FORMATS = ("application/fhir+json", "json")

_DOCUMENTATION = """\
A coordination point for temporary stay and district nursing. A referral is a transaction Bundle, a
document Bundle, or its parts one by one; it is followed by its Task.

Search: unknown parameters are refused, or left out and named with `Prefer: handling=lenient`. A
comma is "or", a parameter again is "and". `:not`, `:missing`, `:identifier` and `:exact`, and the
prefixes of dates, are done where they fit the type; of chains only `patient.identifier`. What is of
a person (BSN, name, birth date, postcode) is asked with POST _search; the self link then
shows `***` in its place. Follow a next link as it is given: it shows nothing, and is yours alone.
However much changes meanwhile, the pages show each once; sorted by `_lastUpdated`, what changes
meanwhile is met again further on.
`_sort` (by one date or `_id`), `_count` (at most 100), `_include` (each by name: no `*`, no
`:iterate`), `_summary` and `_elements` are done for every type.

Versions: ETag and If-None-Match; an update needs If-Match, for a change that nobody saw is a
danger. Create heeds If-None-Exist; nothing is updated or deleted by a condition. Histories take
`_since` and `_count`. Nobody sees what is not theirs: that answers 404, as what is not there does.
"""
_SECURITY = (
    "Every interaction but this one needs a bearer token (Authorization: Bearer ...), which names"
    " an organisation and a role. What an organisation may see and do follows from its role in a"
    " referral. Tokens are given out by who runs this server: there is no token endpoint here."
)
_VALIDATE = "http://hl7.org/fhir/OperationDefinition/Resource-validate"
_BACKPORT = "http://hl7.org/fhir/uv/subscriptions-backport/OperationDefinition"
OPERATIONS: dict[str, str] = {"validate": _VALIDATE}
"""Operations of every type that we know the shape of, by name, with their definition."""
OPERATIONS_OF: dict[str, dict[str, str]] = {
    "Subscription": {
        "status": f"{_BACKPORT}/backport-subscription-status",
        "events": f"{_BACKPORT}/backport-subscription-events",
    }
}
"""Those of one type."""


def statement(url: str, date: str, version: str) -> dict[str, Any]:
    """The CapabilityStatement of the server at a base URL.

    Args:
        url: base of the FHIR side.
        date: of this version, as a FHIR dateTime.
        version: of the software.
    """
    return {
        "resourceType": "CapabilityStatement",
        "url": f"{url}/metadata",
        "version": version,
        "name": "Naober",
        "title": "Naober",
        "status": "active",
        "date": date,
        "kind": "instance",
        "software": {"name": "Naober", "version": version},
        "implementation": {
            "description": "Coordination point for temporary stay and district nursing",
            "url": url,
        },
        "fhirVersion": "4.0.1",
        "format": list(FORMATS),
        "rest": [
            {
                "mode": "server",
                "documentation": _DOCUMENTATION,
                "security": {
                    "service": [{"text": "Bearer token"}],
                    "description": _SECURITY,
                },
                "resource": [_resource(kind, claim) for kind, claim in sorted(CLAIMS.items())],
                "interaction": [{"code": "transaction"}, {"code": "batch"}],
                "operation": _operations(OPERATIONS),
            }
        ],
    }


def _resource(kind: str, claim: Claim) -> dict[str, Any]:
    claims = set(claim.interactions)
    described: dict[str, Any] = {"type": kind}
    if claim.documentation:
        described["documentation"] = claim.documentation
    described |= {
        "interaction": [{"code": code} for code in claim.interactions],
        "versioning": "versioned-update" if "update" in claims else "versioned",
        "readHistory": "vread" in claims,
        "updateCreate": claim.update_create,
        "conditionalCreate": "create" in claims,
        "conditionalRead": "full-support" if claim.conditional_read else "not-supported",
        "conditionalUpdate": False,
        "conditionalDelete": "not-supported",
    }
    if "search-type" in claims:
        includes = [f"{kind}:{name}" for name in includes_of(kind)]
        if includes:
            described["searchInclude"] = includes
        described["searchParam"] = [_parameter(kind, one) for one in parameters_of(kind).values()]
    operations = {**(OPERATIONS if kind in COMPILED else {}), **OPERATIONS_OF.get(kind, {})}
    if operations:
        described["operation"] = _operations(operations)
    return described


def _operations(named: dict[str, str]) -> list[dict[str, str]]:
    return [{"name": name, "definition": defined} for name, defined in named.items()]


def _parameter(kind: str, one: Parameter) -> dict[str, Any]:
    described = {"name": one.name, "definition": definition(kind, one.name), "type": one.kind}
    told = []
    if one.personal:
        told.append("With POST _search only.")
    elif one.name == "identifier":
        told.append("A BSN with POST _search only.")
    if one.chained:
        told.append(f"Also {one.name}.identifier.")
    return described | ({"documentation": " ".join(told)} if told else {})
