"""Every postcode of Drenthe has its place, and distances are those of the map."""

from itertools import pairwise

import pytest
from capacity_examples import ASSEN, HOOGEVEEN

from capacity.geography import (
    DETOUR,
    NEIGHBOURS,
    Place,
    distance_km,
    place_of,
    places,
    subregions,
)


def there(pc4: str) -> Place:
    place = place_of(pc4)
    assert place is not None
    return place


def test_all_283_postcodes_lie_in_the_four_sub_regions() -> None:
    assert len(places()) == 283
    assert subregions() == {"hoogeveen", "emmen", "meppel", "assen"}
    assert all(52.5 < place.latitude < 53.3 for place in places().values())
    assert all(6.0 < place.longitude < 7.2 for place in places().values())


@pytest.mark.parametrize("pc4", [None, "", "1012", "7901AB", "ABCD"])
def test_a_postcode_that_is_not_of_drenthe_has_no_place(pc4: str | None) -> None:
    assert place_of(pc4) is None


def test_hoogeveen_is_in_hoogeveen() -> None:
    place = there(HOOGEVEEN)
    assert (place.place, place.municipality, place.subregion) == (
        "Hoogeveen",
        "Hoogeveen",
        "hoogeveen",
    )


def test_one_degree_north_is_111_kilometres_as_the_crow_flies() -> None:
    a = Place(pc4="", place="", municipality="", subregion="", latitude=52, longitude=6)
    b = Place(pc4="", place="", municipality="", subregion="", latitude=53, longitude=6)
    assert distance_km(a, b) / DETOUR == pytest.approx(111.2, abs=0.1)


def test_from_hoogeveen_to_assen_is_about_forty_kilometres_by_road() -> None:
    assert 33 < distance_km(there(HOOGEVEEN), there(ASSEN)) < 45


def test_distance_is_symmetric_and_nothing_to_oneself() -> None:
    for a, b in pairwise(list(places().values())[::20]):
        assert distance_km(a, b) == pytest.approx(distance_km(b, a))
        assert distance_km(a, a) == 0


def test_every_sub_region_has_neighbours_outside_the_province() -> None:
    assert set(NEIGHBOURS) == subregions()
    assert all(regions and not regions & subregions() for regions in NEIGHBOURS.values())
