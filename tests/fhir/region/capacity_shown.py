"""An organisation with two services, its figures, and what others say of what we send out."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from fhir.resources.R4B import get_fhir_model_class  # noqa: TID251 - the oracle

from capacity.hours import weekly
from capacity.supply import Counters, Organisation, Service, Site, Unit
from fhir.validation import accept
from triage.need import Kind, Requirement

NOW = datetime(2026, 11, 16, 10, 0, tzinfo=UTC)
CORPUS = Path(__file__).parents[2] / "data" / "fhir"
_ID = "00000000-0000-4000-8000-0000000000"
SITE_HERE, SITE_THERE = _ID + "01", _ID + "02"
UNKNOWN = _ID + "99"

HOUSE = Organisation(
    id=_ID + "10", name="Voorbeeldhuis", kind="care-provider", ura="90000010", agb="41999910"
)
HERE = Site(
    id=SITE_HERE,
    organisation=HOUSE.id,
    name="Voorbeeldhuis Nergensdorp",
    pc4="9401",
    latitude=52.99,
    longitude=6.56,
    subregion="assen",
)


def service(number: int, **changes: Any) -> Service:
    values: dict[str, Any] = {
        "id": f"{_ID}{number}",
        "organisation": HOUSE.id,
        "site": SITE_HERE,
        "name": f"Dienst {number}",
        "kinds": frozenset({Kind.ELV_LOW, Kind.RESPITE}),
        "unit": Unit.BED,
        "pc4": "9401",
        "subregion": "assen",
        "latitude": 52.99,
        "longitude": 6.56,
    }
    return Service(**(values | changes))


BEDS = service(
    21,
    name="Herstelbedden",
    offers=frozenset({Requirement.OXYGEN, Requirement.ISOLATION}),
    admission=weekly(range(1, 6), 8, 17),
)
CRISIS = service(22, name="Crisisbedden", kinds=frozenset({Kind.WLZ_CRISIS_VV}), site=SITE_THERE)
TEAM = service(
    23,
    name="Wijkteam Noord",
    unit=Unit.HOURS,
    kinds=frozenset({Kind.NURSING_PLANNED}),
    area=frozenset({"9401", "9402"}),
)


def counters(of: Service, **changes: Any) -> Counters:
    figures: dict[str, Any] = (
        {"staffed": 12.0, "occupied": 9.0, "closed": 1.0}
        if of.unit is Unit.BED
        else {"contracted": 400.0, "committed": 372.5}
    )
    values = figures | {
        "service": of.id,
        "unit": of.unit,
        "as_of": NOW - timedelta(hours=1),
        "valid_until": NOW + timedelta(hours=23),
        "source": "organisation",
        "version": 7,
    }
    return Counters(**(values | changes))


def published(name: str) -> dict[str, Any]:
    """A resource that others published."""
    read: dict[str, Any] = json.loads((CORPUS / name).read_bytes())
    return read


def valid(body: bytes | dict[str, Any]) -> dict[str, Any]:
    """The resource, once the library and our own compiled checks find it right."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    tree: dict[str, Any] = json.loads(raw)
    get_fhir_model_class(tree["resourceType"]).model_validate(tree)
    accept(raw, tree["resourceType"])
    return tree
