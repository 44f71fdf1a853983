"""How many services have something free counts what is certain, and nothing else."""

from datetime import timedelta

import msgspec
import pytest
from capacity_examples import NOW, bed, figures, team

from capacity.openness import open_services
from capacity.snapshot import Supply
from capacity.supply import Counters
from triage.need import Kind


def count(counters: Counters) -> int:
    service = bed()
    return open_services(Supply([service], {service.id: counters}), Kind.ELV_LOW, "7901", NOW)


def test_a_service_with_a_fresh_free_place_counts() -> None:
    assert count(figures(bed())) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"occupied": 1000.0, "staffed": 1000.0},
        {"valid_until": NOW - timedelta(seconds=1)},
        {"stop_reason": "quarantaine"},
    ],
)
def test_full_stale_or_stopped_does_not_count(change: dict[str, object]) -> None:
    assert count(msgspec.structs.replace(figures(bed()), **change)) == 0


def test_a_service_of_another_kind_does_not_count() -> None:
    service = bed()
    supply = Supply([service], {service.id: figures(service)})
    assert open_services(supply, Kind.NURSING_NIGHT, "7901", NOW) == 0


def test_a_team_that_does_not_come_there_does_not_count() -> None:
    service = team()
    supply = Supply([service], {service.id: figures(service)})
    kind = next(iter(service.kinds))
    inside = next(iter(service.area))
    assert open_services(supply, kind, inside, NOW) == 1
    assert open_services(supply, kind, "0000", NOW) == 0
    assert open_services(supply, kind, None, NOW) == 0
