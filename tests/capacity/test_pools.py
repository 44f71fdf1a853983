"""What changed between two looks, and who competes for it."""

from __future__ import annotations

from capacity_examples import bed, figures, team

from capacity.pools import one_pool, touched
from capacity.snapshot import Supply
from capacity.supply import Conversion
from triage.need import Kind


def supply() -> Supply:
    return Supply([bed(), team(id="t")], {bed().id: figures(bed()), "t": figures(team(id="t"))})


def test_a_snapshot_that_is_the_same_one_touched_nothing() -> None:
    first = supply()
    assert touched(first, first) == frozenset()
    assert touched(first, first.with_counters()) == frozenset()


def test_figures_that_were_read_anew_are_touched_even_when_they_say_the_same() -> None:
    first = supply()
    assert touched(first, first.with_counters(figures(bed(), occupied=9))) == {bed().id}
    assert touched(first, first.with_counters(figures(bed()))) == {bed().id}
    assert touched(Supply([], {}), first) == {bed().id, "t"}


def test_a_service_that_is_new_or_gives_other_care_is_touched() -> None:
    first = supply()
    wider = Supply([bed(kinds=frozenset({Kind.GRZ})), team(id="t")], first.counters)
    assert touched(first, wider) == {bed().id}
    more = Supply([*first.services, bed(id="n")], first.counters)
    assert touched(first, more) == {"n"}


def test_kinds_that_share_beds_are_one_pool_and_nursing_is_another() -> None:
    services = [
        bed(id="a", kinds=frozenset({Kind.ELV_LOW, Kind.ELV_HIGH})),
        bed(id="b", kinds=frozenset({Kind.ELV_HIGH, Kind.GRZ})),
        bed(
            id="c", kinds=frozenset({Kind.HOSPICE}), converts=(Conversion(kind=Kind.GRZ, hours=4),)
        ),
        bed(id="d", kinds=frozenset({Kind.GGZ_CRISIS})),
        team(id="t"),
    ]
    tied = {Kind.ELV_LOW, Kind.ELV_HIGH, Kind.GRZ, Kind.HOSPICE}
    assert one_pool(services, {"a"}) == one_pool(services, {"c"}) == tied
    assert one_pool(services, {"t"}) == {Kind.NURSING_PLANNED}
    assert one_pool(services, {"d", "t"}) == {Kind.GGZ_CRISIS, Kind.NURSING_PLANNED}
    assert one_pool(services, ()) == frozenset()
