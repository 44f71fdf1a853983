"""A bed, a team, their figures and a need that fit together; tests change one thing."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from capacity.geography import places
from capacity.snapshot import Supply
from capacity.supply import Counters, Service, Unit
from triage.need import Kind, Need
from triage.urgency import Urgency

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)  # a Wednesday, 13:00 in Drenthe
HOOGEVEEN = "7901"
ASSEN = "9401"


def bed(**changes: Any) -> Service:
    """An unrestricted ELV bed in Hoogeveen."""
    pc4 = changes.pop("pc4", HOOGEVEEN)
    place = places().get(pc4)
    service = Service(
        id="00000000-0000-4000-8000-000000000001",
        organisation="10000000-0000-4000-8000-000000000001",
        site="20000000-0000-4000-8000-000000000001",
        name="Herstelbedden De Voorbeeldhof",
        kinds=frozenset({Kind.ELV_LOW}),
        unit=Unit.BED,
        pc4=pc4,
        subregion=place.subregion if place else "nergens",
        latitude=place.latitude if place else 52.0,
        longitude=place.longitude if place else 6.0,
    )
    return msgspec.structs.replace(service, **changes)


def team(**changes: Any) -> Service:
    """A nursing team that goes to Hoogeveen only."""
    basis = {
        "name": "Wijkteam Voorbeeld",
        "kinds": frozenset({Kind.NURSING_PLANNED}),
        "unit": Unit.HOURS,
        "area": frozenset({HOOGEVEEN}),
    }
    return bed(**(basis | changes))


def figures(service: Service, **changes: Any) -> Counters:
    """Two of twelve beds free, or 27.5 of 400 hours, reported an hour ago."""
    beds = service.unit is Unit.BED
    counters = Counters(
        service=service.id,
        unit=service.unit,
        staffed=12 if beds else 0,
        occupied=10 if beds else 0,
        contracted=0 if beds else 400,
        committed=0 if beds else 372.5,
        as_of=NOW - timedelta(hours=1),
        valid_until=NOW + timedelta(hours=23),
        source="test",
    )
    return msgspec.structs.replace(counters, **changes)


def need(**changes: Any) -> Need:
    """Someone of 82 in Hoogeveen who needs a bed within a day."""
    basis = Need(
        kind=Kind.ELV_LOW,
        urgency=Urgency.U4,
        pc4=HOOGEVEEN,
        sex="female",
        age=82,
    )
    return msgspec.structs.replace(basis, **changes)


def nursing(**changes: Any) -> Need:
    """Someone of 82 in Hoogeveen who needs ten hours of nursing a week."""
    return need(**({"kind": Kind.NURSING_PLANNED, "hours_per_week": 10.0} | changes))


def snapshot(*services: Service, **changes: float) -> Supply:
    """The services with their usual figures, all changed in the same way."""
    return Supply(services, {service.id: figures(service, **changes) for service in services})
