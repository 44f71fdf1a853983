"""What a care organisation sees of a need is too coarse to know who it is."""

import msgspec
import pytest

from triage.need import BED_KINDS, HOUR_KINDS, Kind, Need
from triage.outline import outline
from triage.urgency import Urgency


def need(kind: Kind, age: int | None = 82) -> Need:
    return Need(kind=kind, urgency=Urgency.U4, pc4="7921", near_pc4="7811", age=age, carer="x")


@pytest.mark.parametrize(
    ("age", "span"),
    [
        (18, (10, 19)),
        (79, (70, 79)),
        (80, (80, 89)),
        (89, (80, 89)),
        (90, (90, 130)),
        (104, (90, 130)),
        (None, (None, None)),
    ],
)
def test_an_age_is_ten_years_wide_and_the_oldest_are_one_group(
    age: int | None, span: tuple[int | None, int | None]
) -> None:
    seen = outline(need(Kind.ELV_LOW, age))
    assert (seen.age_from, seen.age_to) == span


@pytest.mark.parametrize("kind", sorted(BED_KINDS))
def test_a_bed_is_asked_without_a_postcode(kind: Kind) -> None:
    assert b"7921" not in msgspec.json.encode(outline(need(kind)))


@pytest.mark.parametrize("kind", sorted(HOUR_KINDS))
def test_care_at_home_is_asked_with_the_postcode_it_goes_to(kind: Kind) -> None:
    assert outline(need(kind)).pc4 == "7921"


@pytest.mark.parametrize("kind", sorted(BED_KINDS | HOUR_KINDS))
def test_neither_partner_nor_carer_is_told(kind: Kind) -> None:
    told = msgspec.json.encode(outline(need(kind)))
    assert b"7811" not in told
    assert b"carer" not in told
