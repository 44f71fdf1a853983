"""A region chooses its weights, rings and clocks in a file, and a slip in it is named."""

from datetime import timedelta
from pathlib import Path

import pytest

from capacity.region import DEFAULT, RegionError, load, read, usual
from capacity.rings import Rings
from capacity.weights import PARTS, Weights
from triage.need import Kind


def test_the_file_that_comes_along_says_what_holds_without_a_file() -> None:
    assert usual().weights == DEFAULT.weights
    assert usual().rings == DEFAULT.rings
    assert usual().clocks == DEFAULT.clocks
    assert load("") is usual()


def test_the_weights_make_100_and_each_has_a_part() -> None:
    assert sum(getattr(Weights(), part) for part in PARTS) == 100
    assert set(PARTS) == set(Weights.__struct_fields__) - {"far_km"}


def test_a_file_of_a_region_replaces_the_usual_one(tmp_path: Path) -> None:
    file = tmp_path / "region.toml"
    file.write_text(
        "[weights]\ntime = 20\ndistance = 25\n[rings]\nsoon_hours = 12\n"
        '[rings.neighbours]\nassen = ["groningen", "heerenveen"]\n'
        "[clocks]\nguarantee_hours = 48\n[answer_minutes]\ngrz = 45\n"
    )
    region = load(str(file))
    assert (region.weights.time, region.weights.distance) == (20, 25)
    assert region.rings.soon_hours == 12
    assert region.rings.neighbours == {"assen": {"groningen", "heerenveen"}}
    assert region.guarantee == timedelta(hours=48)
    assert region.hold(Kind.GRZ, timedelta(hours=1)) == timedelta(minutes=45)
    assert region.hold(Kind.HOSPICE, timedelta(hours=1)) == timedelta(hours=1)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("[weights]\ntime = 26", "make 100"),
        ("[weights]\ntime = 60\ndistance = -15", "make 100"),
        ("[weights]\ntime = nan", "make 100"),
        ("[weights]\nfar_km = 0", "far_km"),
        ("[weights]\nfar_km = nan", "far_km"),
        ("[weights]\nspeed = 5", "speed"),
        ("[rings]\nsoon_hours = 0", "soon_hours"),
        ("[rings]\nwiden_after = 1.5", "widen_after"),
        ("[rings]\nwiden = 0.5", "widen"),
        ('[rings.neighbours]\nutrecht = ["groningen"]', "utrecht"),
        ('[rings.neighbours]\nassen = ["emmen"]', "assen"),
        ("[clocks]\nguarantee_hours = -1", "guarantee_hours"),
        ("[answer_minutes]\nzorghotel = 5", "answer_minutes"),
        ("time =", "Invalid value"),
    ],
)
def test_a_slip_is_refused_and_named(text: str, named: str) -> None:
    with pytest.raises(RegionError, match=named):
        read(text)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RegionError, match="can't be read"):
        load(str(tmp_path / "nowhere.toml"))


def test_neighbours_lie_outside_the_province() -> None:
    with pytest.raises(ValueError, match="outside the province"):
        Rings(neighbours={"assen": frozenset({"groningen", "meppel"})})
