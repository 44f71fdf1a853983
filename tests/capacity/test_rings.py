"""The rings around a person, and when the widest one opens."""

import pytest
from capacity_examples import ASSEN, HOOGEVEEN, bed, need, nursing, team

from capacity.geography import place_of
from capacity.rings import Ring, home_of, ring_of, widest_ring
from triage.urgency import Urgency


@pytest.mark.parametrize(
    ("pc4", "ring"),
    [
        (HOOGEVEEN, Ring.AREA),
        ("7913", Ring.AREA),  # another place in the same municipality
        ("7921", Ring.SUBREGION),
        (ASSEN, Ring.PROVINCE),
    ],
)
def test_a_bed_lies_in_the_ring_of_its_municipality_sub_region_or_province(
    pc4: str, ring: Ring
) -> None:
    assert ring_of(place_of(HOOGEVEEN), bed(pc4=pc4)) is ring


def test_a_region_next_door_is_neighbouring_only_for_its_neighbours() -> None:
    outside = bed(pc4="7770", subregion="hardenberg")
    assert ring_of(place_of(HOOGEVEEN), outside) is Ring.NEIGHBOURING
    assert ring_of(place_of(ASSEN), outside) is Ring.BEYOND


def test_from_an_unknown_home_the_province_is_one_ring() -> None:
    assert ring_of(None, bed()) is Ring.PROVINCE
    assert ring_of(None, bed(pc4="7770", subregion="hardenberg")) is Ring.NEIGHBOURING
    assert ring_of(None, bed(pc4="1012", subregion="elders")) is Ring.BEYOND


def test_the_area_of_a_team_is_its_own() -> None:
    elsewhere = team(pc4=ASSEN)
    assert ring_of(place_of(HOOGEVEEN), elsewhere) is Ring.AREA
    assert ring_of(place_of("7913"), elsewhere) is Ring.PROVINCE


def test_a_bed_may_be_near_to_someone_else_but_care_at_home_is_at_home() -> None:
    assert home_of(need(near_pc4=ASSEN)) == place_of(ASSEN)
    assert home_of(need(near_pc4="1012")) == place_of(HOOGEVEEN)
    assert home_of(nursing(near_pc4=ASSEN)) == place_of(HOOGEVEEN)
    assert home_of(need(pc4=None)) is None


def test_neighbouring_regions_open_by_urgency_by_haste_and_by_waiting() -> None:
    calm = need(urgency=Urgency.U4, within_hours=72)
    assert widest_ring(calm) is Ring.PROVINCE
    assert widest_ring(calm, waited_hours=35.9) is Ring.PROVINCE
    assert widest_ring(calm, waited_hours=36) is Ring.NEIGHBOURING
    assert widest_ring(need(urgency=Urgency.U3, within_hours=72)) is Ring.NEIGHBOURING
    assert widest_ring(need(urgency=Urgency.U4, within_hours=24)) is Ring.NEIGHBOURING
