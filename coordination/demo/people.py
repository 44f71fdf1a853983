"""Invented people who wait on the worklist when the demo starts, made from the scenarios."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from fhir.codes import BSN_SYSTEMS
from fhir.person import valid_bsn

SCENARIOS = Path(__file__).parents[2] / "tests" / "scenarios"
"""Complete referrals, one per kind of care; there in a checkout, not in an installed wheel."""

WAITING = (
    "elv-low", "elv-high", "nursing-planned", "grz", "respite", "wlz-crisis-vv", "observation",
    "nursing-unplanned", "elv-palliative", "gp-today",
)  # fmt: skip
"""Which scenarios wait, from the longest to the shortest time."""

APART = timedelta(minutes=17)
_FIRST_BSN = 999_970_000
_TIMES = frozenset({"authoredOn", "effectiveDateTime", "authored", "issued"})


def people(now: datetime) -> Iterator[bytes]:
    """Referral Bundles as if sent in the last hours, each about someone else; none in a wheel."""
    for place, name in enumerate(WAITING):
        path = SCENARIOS / f"{name}.json"
        if not path.exists():
            continue
        bundle = msgspec.json.decode(path.read_bytes())
        sent = now - APART * (len(WAITING) - place) / 4
        request = next(r for r in _resources(bundle) if r["resourceType"] == "ServiceRequest")
        shift = sent - datetime.fromisoformat(request["authoredOn"])
        for resource in _resources(bundle):
            _move(resource, shift)
            if resource["resourceType"] == "Patient":
                _rename(resource, _bsn(place))
            if resource["resourceType"] in {"ServiceRequest", "Task"}:
                for identifier in resource.get("identifier", []):
                    identifier["value"] = f"demo-{identifier['value']}"
        yield msgspec.json.encode(bundle)


def _resources(bundle: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for entry in bundle["entry"]:
        yield entry["resource"]


def _move(resource: dict[str, Any], shift: timedelta) -> None:
    for name in _TIMES & resource.keys():
        if "T" in resource[name]:
            moved = datetime.fromisoformat(resource[name]) + shift
            resource[name] = moved.isoformat(timespec="seconds")


def _rename(patient: dict[str, Any], bsn: str) -> None:
    for identifier in patient.get("identifier", []):
        if identifier.get("system") in BSN_SYSTEMS:
            identifier["value"] = bsn


def _bsn(place: int) -> str:
    """A test BSN for each place; numbers that begin with 9999 are nobody's."""
    valid = (str(n) for n in range(_FIRST_BSN, _FIRST_BSN + 10_000) if valid_bsn(str(n)))
    return next(number for at, number in enumerate(valid) if at == place)
