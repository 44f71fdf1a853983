"""New answers add to a picture, and never quietly make it look better."""

from datetime import timedelta
from typing import Any

import pytest
from fhir_examples import NOW
from hypothesis import given
from hypothesis import strategies as st

from fhir.picture.facts import VITALS, WARNINGS
from fhir.picture.lasting import LASTING
from fhir.picture.merging import merge, refresh
from triage.picture import Origin, Picture, link_id
from triage.scores.instruments import INSTRUMENTS, RAW_SCORES
from triage.span import Span
from triage.urgency import Urgency

SOME: dict[str, Any] = (
    dict.fromkeys(VITALS, 40.0)
    | dict.fromkeys(INSTRUMENTS, Span(3, 4))
    | dict.fromkeys(RAW_SCORES, 3)
    | {"consciousness": "A", "on_oxygen": True, "no_hospital_confirmed": True}
)
"""A value of each fact that doesn't last."""


def known(minutes: float, by: Any = "gp", **facts: Any) -> Picture:
    """A picture of facts that were all seen at one moment, minutes from now."""
    origin = Origin("test", NOW + timedelta(minutes=minutes), by)
    return Picture(**facts, origins=dict.fromkeys(facts, origin))


def test_a_later_fact_replaces_an_earlier_one() -> None:
    assert merge(known(-60, danger=True), known(0, danger=False)).danger is False
    assert merge(known(0, danger=True), known(-60, danger=False)).danger is True


def test_other_facts_stay() -> None:
    merged = merge(known(-60, danger=True, frail=True), known(0, danger=False))
    assert merged.frail is True
    assert merged.origins["frail"].observed == NOW - timedelta(minutes=60)


@given(st.sampled_from(WARNINGS), st.integers(-100, 100), st.sampled_from(["gp", "lay", None]))
def test_a_flag_that_is_seen_counts_whenever_it_was_seen(
    flag: str, minutes: int, by: str | None
) -> None:
    before = known(0, **{flag: False})
    assert getattr(merge(before, known(minutes, by, **{flag: True})), flag) is True


@given(
    st.sampled_from(WARNINGS),
    st.integers(-100, 100),
    st.sampled_from(["gp", "nurse", "triagist", "lay", None]),
)
def test_only_a_professional_denies_a_flag_and_only_later(
    flag: str, minutes: int, by: str | None
) -> None:
    merged = merge(known(0, **{flag: True}), known(minutes, by, **{flag: False}))
    cleared = minutes > 0 and by not in {"lay", None}
    assert getattr(merged, flag) is not cleared
    assert bool(merged.notes) is not cleared


@given(st.sampled_from(Urgency), st.sampled_from(Urgency), st.integers(-100, 100))
def test_the_class_entered_rises_and_never_falls(old: Urgency, new: Urgency, at: int) -> None:
    merged = merge(known(0, urgency=old), known(at, urgency=new))
    assert merged.urgency == min(old, new, key=lambda urgency: urgency.rank)


def test_the_counterfactual_is_locked() -> None:
    merged = merge(known(-60, intended_destination="seh"), known(0, intended_destination="home"))
    assert merged.intended_destination == "seh"
    assert "vastgelegd" in merged.notes[0].text


def test_a_last_look_without_plain_value_makes_a_sign_unknown() -> None:
    before = known(-30, oxygen_saturation=97.0)
    after = Picture(origins={"oxygen_saturation": Origin("test", NOW)})
    merged = merge(before, after)
    assert merged.oxygen_saturation is None
    assert merge(merged, before).oxygen_saturation is None
    assert merge(merged, known(5, oxygen_saturation=91.0)).oxygen_saturation == 91


@given(st.floats(0, 60), st.floats(0, 300))
def test_vital_signs_count_for_an_hour(age: float, later: float) -> None:
    before = known(-age, pulse=70.0, danger=True)
    after = refresh(before, NOW + timedelta(minutes=later))
    fresh = timedelta(minutes=age) + timedelta(minutes=later) <= timedelta(hours=1)
    assert (after.pulse is not None) is fresh
    assert any("te oud" in note.text for note in after.notes) is not fresh
    assert after.danger is True


@given(st.sampled_from(sorted(LASTING)), st.floats(0, 24 * 100), st.floats(0, 24 * 100))
def test_what_was_seen_is_known_as_long_as_it_lasts(field: str, age: float, later: float) -> None:
    after = refresh(known(-age * 60, **{field: SOME[field]}), NOW + timedelta(hours=later))
    lasts = timedelta(hours=age) + timedelta(hours=later) <= LASTING[field]
    assert (getattr(after, field) is not None) is lasts
    assert any(note.fact == link_id(field) for note in after.notes) is not lasts


def test_a_total_is_replaced_as_a_whole() -> None:
    merged = merge(known(-60, barthel=Span(14, 14)), known(0, barthel=Span(3, 20)))
    assert merged.barthel == Span(3, 20)
    assert merge(merged, known(-30, barthel=Span(14, 14))).barthel == Span(3, 20)


@pytest.mark.parametrize("field", VITALS)
def test_a_sign_of_unknown_moment_is_not_fresh(field: str) -> None:
    before = Picture(**{field: SOME[field]})
    assert getattr(refresh(before, NOW), field) is None


def test_the_same_remark_is_made_once() -> None:
    old = known(-90, pulse=70.0)
    assert len(refresh(old, NOW).notes) == 1
    again = merge(refresh(old, NOW), known(-80, pulse=71.0))
    assert len(refresh(again, NOW).notes) == 1
