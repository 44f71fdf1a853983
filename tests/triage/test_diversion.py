"""A diversion is never slower than the urgency, and what the person is told names one place."""

from __future__ import annotations

from explained_examples import NOW, PROTOCOL, drawn, explained

from triage.decide import decide
from triage.need import Kind
from triage.urgency import Urgency


def test_a_diversion_is_never_slower_than_the_urgency() -> None:
    seen = 0
    for each in drawn(47, 600):
        advice = decide(PROTOCOL, each, NOW)
        limit = advice.urgency.seen_within.total_seconds() / 3600
        for diversion in advice.diversions:
            seen += 1
            assert diversion.reachable_within_hours <= limit
            assert 0 < diversion.call_back_within_hours <= max(limit, 1)
    assert seen > 50


def test_equipment_for_someone_at_u3_is_followed_up_within_hours() -> None:
    advice = explained(urgency="U3", service="urgent-equipment")
    assert advice.urgency is Urgency.U3
    assert all(each.call_back_within_hours <= 3 for each in advice.diversions)
    assert not any("24 uur" in each for each in advice.patient.nl)


def test_nobody_is_called_back_within_no_time_at_all() -> None:
    advice = explained(urgency="U1", red_flag_suicidal=True)
    assert advice.kind is Kind.GGZ_CRISIS
    assert not any(" 0 uur" in line for line in advice.safety_net)
    assert any("binnen 1 uur" in line for line in advice.safety_net)


def test_who_must_be_seen_within_the_hour_calls_112_when_it_gets_worse() -> None:
    said = explained(red_flag_abdomen=True).patient.nl
    assert "Bel dan meteen 112." in said
    assert not any("huisartsenpost" in each for each in said)
    calm = explained(nursing="planned").patient.nl
    assert "Bel dan meteen uw huisarts of de huisartsenpost." in calm


def test_one_place_is_named_where_two_flags_lead_to_two() -> None:
    advice = explained(red_flag_confusion=True, urgency="U2")
    assert (advice.kind, advice.urgency) == (Kind.SEH, Urgency.U2)
    assert not any("huisartsenpost" in each for each in advice.patient.nl)
    both = explained(red_flag_stroke=True, red_flag_fall=True).patient.nl
    assert both[0] == "Bel 112."
    assert any("gevallen" in each for each in both)
    assert not any("spoedeisende hulp" in each for each in both)
