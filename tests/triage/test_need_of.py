"""The need that follows from an advice."""

from __future__ import annotations

from typing import Any

import pytest
from triage_examples import PROTOCOL, STAY, advise, picture

from triage.codes import Destination, Nursing, WlzIndication
from triage.need import BED_KINDS, HOUR_KINDS, Kind, Need, Payer, Requirement
from triage.need_of import need_of
from triage.urgency import Urgency


def need(**changes: Any) -> Need:
    return need_of(PROTOCOL, advise(**changes), picture(**changes), pc4="7811")


def test_a_bed_is_asked_without_hours() -> None:
    asked = need(**STAY)
    assert asked == Need(
        kind=Kind.ELV_LOW,
        urgency=Urgency.U5,
        within_hours=24.0,
        pc4="7811",
        payer=Payer.ZVW,
        sex="female",
        age=82,
    )
    assert asked.amount == 1.0


def test_nursing_asks_the_hours_of_the_referrer_or_the_usual_ones() -> None:
    assert need(nursing=Nursing.PLANNED).hours_per_week == 4.0
    assert need(nursing=Nursing.PLANNED, hours_per_week=None).hours_per_week == 5.0


@pytest.mark.parametrize("kind", HOUR_KINDS)
def test_every_kind_that_comes_home_has_usual_hours(kind: Kind) -> None:
    assert PROTOCOL.kinds[kind].hours_per_week > 0


@pytest.mark.parametrize("kind", BED_KINDS)
def test_no_place_to_stay_has_hours(kind: Kind) -> None:
    assert PROTOCOL.kinds[kind].hours_per_week == 0


def test_what_a_place_must_fit_is_required() -> None:
    asked = need(
        **STAY, closed_ward=True, isolation=True, equipment=frozenset({"oxygen", "bariatric"})
    )
    assert asked.requirements == {
        Requirement.CLOSED_WARD,
        Requirement.ISOLATION,
        Requirement.OXYGEN,
        Requirement.BARIATRIC,
    }
    assert need(nursing=Nursing.NIGHT).requirements == {Requirement.NIGHT_CARE}


def test_a_code_that_is_no_requirement_is_refused_and_not_dropped() -> None:
    with pytest.raises(ValueError, match="hovercraft"):
        need(**STAY, equipment=frozenset({"hovercraft"}))


def test_someone_under_the_wlz_has_nursing_and_respite_paid_by_it() -> None:
    wlz = {"wlz_indication": WlzIndication.PRESENT}
    assert need(nursing=Nursing.PLANNED, **wlz).payer is Payer.WLZ
    assert need(carer_unavailable=True, **wlz).payer is Payer.WLZ
    assert need(carer_unavailable=True).payer is Payer.WMO
    assert need(nursing=Nursing.TECHNICAL).payer is Payer.ZVW


def test_an_acute_urgency_or_the_referrer_asks_it_sooner() -> None:
    acute = need(**STAY, urgency=Urgency.U3, intended_destination=Destination.SEH)
    assert acute.within_hours == 3.0
    assert need(**STAY, admission_within_hours=6.0).within_hours == 6.0


def test_an_alternative_can_be_asked_for_and_nothing_else() -> None:
    advice, known = advise(**STAY), picture(**STAY)
    assert need_of(PROTOCOL, advice, known, kind=Kind.ELV_HIGH).kind is Kind.ELV_HIGH
    with pytest.raises(ValueError, match="not advised"):
        need_of(PROTOCOL, advice, known, kind=Kind.GRZ)
