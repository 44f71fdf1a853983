"""The profiles of a referral and our own extensions, as StructureDefinitions.

Differentials: what stands in none is as R4 has it.
Resource: https://hl7.org/fhir/R4/structuredefinition.html.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from fhir.profiles.elements import USED, Use
from fhir.profiles.names import (
    BASE,
    REFERRAL,
    REFERRAL_BUNDLE,
    REFERRAL_PATIENT,
    REFERRAL_TASK,
)
from fhir.referral import ORDERS
from fhir.region.capacity_codes import AREA, AS_OF, OF_SERVICE, VALID_UNTIL

VERSION: Final = "1"
DATE: Final = "2026-11-22"
_CHOICES: Final = ("value", "effective", "deceased", "medication", "quantity")
_ORDERED: Final = " or ".join(f"intent = '{one}'" for one in sorted(ORDERS))
_ASKS: Final = (
    f"status = 'active' and ({_ORDERED}) and (doNotPerform.empty() or doNotPerform.not())"
)

_PROFILES: Final = {
    "ServiceRequest": (REFERRAL, "Verwijzing", "Referral"),
    "Task": (REFERRAL_TASK, "Taak van een verwijzing", "Coordination task of a referral"),
    "Patient": (REFERRAL_PATIENT, "Persoon van een verwijzing", "Person of a referral"),
}
_EXTENSIONS: Final = {
    OF_SERVICE: ("Service", "Reference", "Of which HealthcareService a group, or a bed, is."),
    AREA: ("Area", "string", "Four digits of the postcode of which hours are."),
    AS_OF: ("AsOf", "dateTime", "For which moment a figure is true."),
    VALID_UNTIL: ("ValidUntil", "dateTime", "Until when a figure counts."),
}


def structure_definitions() -> list[dict[str, Any]]:
    """Every StructureDefinition that is ours."""
    return [
        *(_profile(kind) for kind in _PROFILES),
        _bundle(),
        *(_extension(url) for url in _EXTENSIONS),
    ]


def _head(url: str, name: str, title: str, kind: str, of: str) -> dict[str, Any]:
    return {
        "resourceType": "StructureDefinition",
        "id": url.rpartition("/")[2],
        "url": url,
        "version": VERSION,
        "name": name,
        "title": title,
        "status": "active",
        "date": DATE,
        "publisher": "Naober",
        "fhirVersion": "4.0.1",
        "kind": kind,
        "abstract": False,
        "type": of,
        "baseDefinition": BASE + of,
        "derivation": "constraint",
    }


def _profile(kind: str) -> dict[str, Any]:
    url, nl, en = _PROFILES[kind]
    head = _head(url, "Naober" + en.title().replace(" ", ""), nl, "resource", kind)
    root: dict[str, Any] = {"id": kind, "path": kind}
    if kind == "ServiceRequest":
        root["constraint"] = [
            _constraint("naober-1", "Active, an order, and to be performed.", _ASKS)
        ]
    elements = [root, *(_element(kind, *one) for one in _rows(kind))]
    return head | {"differential": {"element": elements}}


def _rows(kind: str) -> Iterator[tuple[str, Use]]:
    """The elements of a type, a choice once."""
    seen = set()
    for name, use in USED[kind].items():
        choice = next((one for one in _CHOICES if name.startswith(one) and name != one), None)
        path = f"{choice}[x]" if choice else name
        if path not in seen:
            seen.add(path)
            yield path, use


def _element(kind: str, name: str, use: Use) -> dict[str, Any]:
    element: dict[str, Any] = {
        "id": f"{kind}.{name}", "path": f"{kind}.{name}", "short": use.purpose
    }  # fmt: skip
    if use.need == "required":
        element["min"] = 1
    if (kind, name) == ("ServiceRequest", "status"):
        element["patternCode"] = "active"
    if (kind, name) == ("ServiceRequest", "subject"):
        element["type"] = [{"code": "Reference", "targetProfile": [REFERRAL_PATIENT]}]
    if (kind, name) == ("Task", "focus"):
        element["type"] = [{"code": "Reference", "targetProfile": [REFERRAL]}]
    return element | {"mustSupport": True}


def _bundle() -> dict[str, Any]:
    asking = f"entry.resource.where($this is ServiceRequest and {_ASKS})"
    return _head(
        REFERRAL_BUNDLE, "NaoberReferralBundle", "Verwijzing als transactie", "resource", "Bundle"
    ) | {
        "differential": {
            "element": [
                {
                    "id": "Bundle",
                    "path": "Bundle",
                    "constraint": [
                        _constraint(
                            "naober-2", "One ServiceRequest asks for care.", f"{asking}.count() = 1"
                        )
                    ],
                },
                {
                    "id": "Bundle.type",
                    "path": "Bundle.type",
                    "patternCode": "transaction",
                    "mustSupport": True,
                },
                {"id": "Bundle.entry", "path": "Bundle.entry", "min": 1, "mustSupport": True},
                {"id": "Bundle.entry.request", "path": "Bundle.entry.request", "min": 1},
            ]
        }
    }


def _constraint(key: str, human: str, expression: str) -> dict[str, Any]:
    return {"key": key, "severity": "error", "human": human, "expression": expression}


def _extension(url: str) -> dict[str, Any]:
    name, kind, text = _EXTENSIONS[url]
    head = _head(url, f"Naober{name}", text, "complex-type", "Extension")
    return head | {
        "context": [{"type": "element", "expression": "Element"}],
        "differential": {
            "element": [
                {"id": "Extension", "path": "Extension", "short": text},
                {"id": "Extension.extension", "path": "Extension.extension", "max": "0"},
                {"id": "Extension.url", "path": "Extension.url", "fixedUri": url},
                {
                    "id": "Extension.value[x]",
                    "path": "Extension.value[x]",
                    "min": 1,
                    "type": [{"code": kind}],
                },
            ]
        },
    }
