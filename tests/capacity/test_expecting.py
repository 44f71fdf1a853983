"""Where someone will fit, as far as an organisation expects it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from capacity_examples import NOW, bed, figures, need, nursing, team

from capacity.expecting import Expected, expected
from capacity.snapshot import Supply
from capacity.supply import Counters, Release, Service
from triage.need import Kind, Need

HOUR = timedelta(hours=1)
FULL = {"occupied": 12}


def coming(*pairs: tuple[float, float]) -> tuple[Release, ...]:
    """Releases: hours from now, and how much."""
    return tuple(Release(at=NOW + hours * HOUR, amount=amount) for hours, amount in pairs)


def ask(service: Service, counters: Counters, asked: Need | None = None) -> list[Expected]:
    return expected(asked or need(), Supply([service], {service.id: counters}), NOW)


def test_a_full_house_that_expects_a_bed_is_named_with_the_moment() -> None:
    found = ask(bed(), figures(bed(), **FULL, releases=coming((6, 1), (3, 1))))
    assert found == [Expected(service=bed().id, at=NOW + 3 * HOUR, free=1.0)]


def test_who_has_a_place_now_expects_none() -> None:
    assert ask(bed(), figures(bed(), releases=coming((3, 1)))) == []


def test_hours_add_up_until_they_are_enough() -> None:
    full = figures(team(), committed=395, releases=coming((1, 2), (2, 2), (5, 4)))
    found = ask(team(), full, nursing())
    assert found == [Expected(service=team().id, at=NOW + 5 * HOUR, free=13.0)]


def test_what_should_have_come_free_already_is_not_counted_on() -> None:
    assert ask(bed(), figures(bed(), **FULL, releases=coming((-1, 1)))) == []


def test_the_soonest_is_named_first_and_no_more_than_asked() -> None:
    services = [bed(id=name) for name in "abc"]
    counters = {
        name: figures(bed(id=name), **FULL, releases=coming((hours, 1)))
        for name, hours in (("a", 5), ("b", 2), ("c", 2))
    }
    found = expected(need(), Supply(services, counters), NOW, most=2)
    assert [one.service for one in found] == ["b", "c"]


@pytest.mark.parametrize(
    "changed",
    [
        bed(kinds=frozenset({Kind.GRZ})),
        bed(sexes=frozenset({"male"})),
        bed(age_from=85),
        bed(active=False),
        bed(subregion="nergens"),
    ],
)
def test_what_would_not_fit_then_either_is_not_named(changed: Service) -> None:
    assert ask(changed, figures(changed, **FULL, releases=coming((3, 1)))) == []


def test_a_stop_that_lasts_longer_and_a_figure_that_is_stale_say_nothing() -> None:
    releases = coming((3, 1))
    until = NOW + 4 * HOUR
    assert (
        ask(bed(), figures(bed(), **FULL, releases=releases, stop_reason="virus", stop_until=until))
        == []
    )
    assert ask(bed(), figures(bed(), **FULL, releases=releases, valid_until=NOW - HOUR)) == []


def test_a_stop_that_ends_before_and_a_report_that_looks_further_ahead_count() -> None:
    until = NOW + 2 * HOUR
    for more in ({"stop_reason": "virus", "stop_until": until}, {"valid_until": NOW + HOUR}):
        assert ask(bed(), figures(bed(), **FULL, releases=coming((3, 1)), **more))
