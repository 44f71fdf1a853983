"""NEWS2 against 2,070 vectors, and its range when parts are missing."""

from __future__ import annotations

import csv
import itertools
from pathlib import Path

import pytest

from triage.codes import Consciousness
from triage.picture import Picture
from triage.scores.news2 import News2, news2, parts

VECTORS = Path(__file__).parent.parent / "data" / "triage" / "news2_vectors.csv"
PARTS = ("p_rr", "p_spo2", "p_o2", "p_sbp", "p_hr", "p_cns", "p_temp")
NORMAL = {
    "respiration_rate": 16.0,
    "oxygen_saturation": 97.0,
    "hypercapnic_target": False,
    "on_oxygen": False,
    "systolic": 130.0,
    "pulse": 75.0,
    "consciousness": Consciousness.ALERT,
    "temperature": 37.0,
}


def normal(**changes: object) -> Picture:
    return Picture(**{**NORMAL, **changes})  # type: ignore[arg-type]


def test_every_vector_has_its_parts_its_total_and_its_single_three() -> None:
    with VECTORS.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 2070
    for row in rows:
        picture = Picture(
            respiration_rate=float(row["rr"]),
            oxygen_saturation=float(row["spo2"]),
            hypercapnic_target=row["scale2"] == "1",
            on_oxygen=row["on_oxygen"] == "1",
            systolic=float(row["sbp"]),
            pulse=float(row["hr"]),
            consciousness=Consciousness(row["acvpu"]),
            temperature=float(row["temp_c"]),
        )
        assert parts(picture) == tuple((int(row[part]), int(row[part])) for part in PARTS), row
        total = int(row["total"])
        assert news2(picture) == News2(total, total, row["any3"] == "1"), row


@pytest.mark.parametrize(
    ("fact", "value", "points"),
    [
        ("respiration_rate", 8.5, 3),
        ("respiration_rate", 11.5, 1),
        ("respiration_rate", 20.5, 2),
        ("respiration_rate", 24.5, 3),
        ("oxygen_saturation", 91.5, 3),
        ("oxygen_saturation", 95.5, 1),
        ("systolic", 90.5, 3),
        ("systolic", 219.5, 3),
        ("pulse", 40.5, 3),
        ("pulse", 130.5, 3),
        ("temperature", 35.05, 3),
        ("temperature", 38.05, 1),
    ],
)
def test_a_value_between_two_bands_takes_the_worse(fact: str, value: float, points: int) -> None:
    assert news2(normal(**{fact: value})).low == points


def test_nothing_known_may_be_anything() -> None:
    score = news2(Picture())
    assert (score.low, score.high, score.any_three) == (0, 20, None)
    assert set(score.missing) == set(NORMAL) - {"hypercapnic_target"}


@pytest.mark.parametrize("fact", [fact for fact in NORMAL if fact != "hypercapnic_target"])
def test_a_missing_part_is_missing_and_not_zero(fact: str) -> None:
    score = news2(normal(**{fact: None}))
    assert score.low == 0
    assert score.high == (2 if fact == "on_oxygen" else 3)
    assert score.any_three is (False if fact == "on_oxygen" else None)
    assert score.missing == (fact,)


def test_the_oxygen_scale_is_missing_only_where_it_makes_a_difference() -> None:
    assert news2(normal(hypercapnic_target=None)).missing == ()
    low = news2(normal(hypercapnic_target=None, oxygen_saturation=88.0))
    assert (low.low, low.high, low.missing) == (0, 3, ("hypercapnic_target",))
    rich = news2(normal(hypercapnic_target=None, oxygen_saturation=98.0, on_oxygen=True))
    assert (rich.low, rich.high, rich.any_three) == (2, 5, None)


def test_the_range_is_exact_over_every_value_of_the_missing_facts() -> None:
    for saturation, target, oxygen in itertools.product(
        range(80, 101), (True, False, None), (True, False, None)
    ):
        score = news2(
            normal(oxygen_saturation=float(saturation), hypercapnic_target=target, on_oxygen=oxygen)
        )
        totals = [
            news2(
                normal(oxygen_saturation=float(saturation), hypercapnic_target=t, on_oxygen=o)
            ).low
            for t in ((target,) if target is not None else (True, False))
            for o in ((oxygen,) if oxygen is not None else (True, False))
        ]
        # Air or oxygen counts in two parts: the range may be wider than the truth, never narrower.
        assert score.low <= min(totals)
        assert score.high >= max(totals)
        if oxygen is not None:
            assert (score.low, score.high) == (min(totals), max(totals))
