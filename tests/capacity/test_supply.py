"""Figures say what is free, and when they stop saying anything."""

from datetime import timedelta

from capacity_examples import NOW, bed, figures, team


def test_free_beds_are_what_nobody_lies_in_closed_off_holds_or_was_promised() -> None:
    assert figures(bed(), staffed=12, occupied=5, closed=1, held=2, reserved=1).free == 3


def test_free_hours_are_what_is_not_committed_held_or_promised() -> None:
    assert figures(team(), contracted=400, committed=372.5, held=10, reserved=5).free == 12.5


def test_tenths_of_hours_leave_no_sliver() -> None:
    counters = figures(team(), contracted=0.3, committed=0.1, held=0.1)
    assert counters.free == 0.1


def test_free_is_never_below_nothing_and_the_conflict_shows() -> None:
    over = figures(bed(), staffed=12, occupied=11, held=1, reserved=1)
    assert over.free == 0
    assert over.conflict
    assert not figures(bed(), staffed=12, occupied=11, held=1).conflict


def test_a_figure_is_fresh_up_to_and_including_its_last_moment() -> None:
    counters = figures(bed(), valid_until=NOW)
    assert counters.freshness(NOW) == "fresh"
    assert counters.freshness(NOW + timedelta(microseconds=1)) == "stale"


def test_a_stop_ends_at_its_expected_end_and_without_one_goes_on() -> None:
    until = figures(bed(), stop_reason="griep", stop_until=NOW)
    assert until.stopped(NOW - timedelta(seconds=1))
    assert not until.stopped(NOW)
    assert figures(bed(), stop_reason="griep").stopped(NOW + timedelta(days=365))
    assert not figures(bed(), stop_until=NOW + timedelta(days=1)).stopped(NOW)
