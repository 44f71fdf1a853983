"""The rings around a person, and when the widest one opens."""

import pytest
from capacity_examples import ASSEN, HOOGEVEEN, bed, need, nursing, team

from capacity.geography import place_of
from capacity.rings import Ring, Rings, home_of, ring_of, widens_in, widest_ring
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


def test_the_choices_of_a_region_open_the_rings_sooner_or_later() -> None:
    patient = Rings(soon_hours=6, widen_after=1)
    calm = need(urgency=Urgency.U4, within_hours=24)
    assert widest_ring(calm, rings=patient) is Ring.PROVINCE
    assert widens_in(calm, waited_hours=20, rings=patient) == 4
    assert widest_ring(calm, waited_hours=24, rings=patient) is Ring.NEIGHBOURING
    at_once = Rings(widen_after=0)
    assert widest_ring(need(urgency=Urgency.U5, within_hours=72), rings=at_once) is (
        Ring.NEIGHBOURING
    )


def test_it_says_how_long_until_neighbours_are_asked() -> None:
    calm = need(urgency=Urgency.U4, within_hours=72)
    assert widens_in(calm) == 36
    assert widens_in(calm, waited_hours=30) == 6
    assert widens_in(calm, waited_hours=99) == 0
    assert widens_in(need(urgency=Urgency.U2, within_hours=72)) == 0


def test_a_guarantee_bed_is_in_a_ring_of_its_own_however_near() -> None:
    assert ring_of(place_of(HOOGEVEEN), bed(guarantee=True)) is Ring.GUARANTEE
    elsewhere = bed(guarantee=True, pc4="7770", subregion="hardenberg")
    assert ring_of(place_of(HOOGEVEEN), elsewhere) is Ring.BEYOND
