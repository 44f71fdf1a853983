"""When a departure takes a second professional, which lane follows, and when it lapses: pure."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
import pytest
from conftest import scenario
from hypothesis import given
from hypothesis import strategies as st

from coordination.departure import (
    DepartureState,
    Second,
    Standing,
    after,
    lapses,
    second_needed,
)
from coordination.referrals.what_if import advise
from triage import protocol
from triage.advice import Advice, Lane
from triage.need import ACUTE_DESTINATIONS, Kind
from triage.urgency import Urgency

ACUTE, CALM = Lane.ACUTE, Lane.NON_ACUTE
NOW = datetime(2027, 3, 1, 12, 0, tzinfo=UTC)
MADE = advise(msgspec.json.encode(scenario("gp-today")), protocol.load(), NOW)

urgencies = st.sampled_from(Urgency)
kinds = st.sampled_from(Kind)


def standing(urgency: str, lane: Lane, kind: str) -> Standing:
    return Standing(Urgency(urgency), lane, Kind(kind))


def advice(one: Standing, *alternatives: str) -> Advice:
    return msgspec.structs.replace(
        MADE,
        urgency=one.urgency,
        lane=one.lane,
        kind=one.kind,
        alternatives=tuple(Kind(kind) for kind in alternatives),
    )


@pytest.mark.parametrize(
    ("before", "urgency", "kind", "second"),
    [
        (("U4", CALM, "gp-today"), "U2", None, None),
        (("U4", CALM, "gp-today"), None, "hap", None),
        (("U4", CALM, "gp-today"), None, "elv-low", None),
        (("U4", CALM, "gp-today"), "U5", None, "professional"),
        (("U4", CALM, "elv-low"), "U5", "seh", "professional"),
        (("U2", ACUTE, "seh"), None, "112", None),
        (("U2", ACUTE, "hap"), None, "seh", None),
        (("U2", ACUTE, "seh"), None, "hap", "professional"),
        (("U2", ACUTE, "seh"), None, "gp-today", "professional"),
        (("U2", ACUTE, "seh"), None, "human-triage", "professional"),
        (("U3", ACUTE, "human-triage"), None, "gp-today", "professional"),
        (("U3", ACUTE, "human-triage"), None, "hap", None),
        (("U3", ACUTE, "gp-today"), None, "human-triage", None),
        (("U3", ACUTE, "gp-today"), None, "elv-low", "professional"),
        (("U3", ACUTE, "gp-today"), None, "elv-high", None),  # the advice calls it safe
        (("U1", ACUTE, "seh"), None, "hap", "physician"),
        (("U1", ACUTE, "seh"), "U2", None, "physician"),
        (("U4", ACUTE, "112"), None, "seh", "physician"),
        (("U1", CALM, "gp-today"), "U2", None, "physician"),
    ],
)
def test_calmer_takes_two(
    before: tuple[str, Lane, str], urgency: str | None, kind: str | None, second: str | None
) -> None:
    now = standing(*before)
    to = after(now, Urgency(urgency) if urgency else None, Kind(kind) if kind else None)
    assert second_needed(now, to, advice(now, "elv-high")) == second


def test_a_red_flag_that_is_present_asks_for_a_physician() -> None:
    now = standing("U3", ACUTE, "hap")
    to = after(now, None, Kind.GP_TODAY)
    plain = advice(now)
    for value, second in ((True, Second.PHYSICIAN), (False, Second.PROFESSIONAL)):
        reason = msgspec.structs.replace(plain.reasons[0], facts={"red-flag.abdomen": value})
        flagged = msgspec.structs.replace(plain, reasons=(*plain.reasons, reason))
        assert second_needed(now, to, flagged) is second


@given(urgencies, st.sampled_from(Lane), kinds, st.none() | urgencies, st.none() | kinds)
def test_nothing_that_one_professional_does_is_calmer(
    urgency: Urgency, lane: Lane, kind: Kind, asked: Urgency | None, care: Kind | None
) -> None:
    now = Standing(urgency, lane, kind)
    to = after(now, asked, care)
    if second_needed(now, to, advice(now, "elv-low")) is None:
        assert to.urgency.rank <= now.urgency.rank
        assert now.lane is CALM or to.lane is ACUTE
        assert now.kind not in ACUTE_DESTINATIONS or to.kind in ACUTE_DESTINATIONS


@given(urgencies, st.sampled_from(Lane), kinds, st.none() | urgencies, st.none() | kinds)
def test_who_goes_to_acute_care_or_is_seen_within_hours_is_in_the_acute_lane(
    urgency: Urgency, lane: Lane, kind: Kind, asked: Urgency | None, care: Kind | None
) -> None:
    to = after(Standing(urgency, lane, kind), asked, care)
    if to.kind in ACUTE_DESTINATIONS or to.urgency.rank <= Urgency.U3.rank:
        assert to.lane is ACUTE
    elif lane is CALM:
        assert to.lane is CALM


def test_who_was_diverted_already_stays_in_the_acute_lane_and_who_was_not_leaves_it() -> None:
    diverted = standing("U4", ACUTE, "elv-low")
    assert after(diverted, None, Kind.ELV_HIGH).lane is ACUTE
    assert after(diverted, Urgency.U5, None).lane is CALM
    assert after(standing("U4", ACUTE, "hap"), None, Kind.GP_TODAY).lane is CALM
    assert after(standing("U4", ACUTE, "human-triage"), None, Kind.GP_TODAY).lane is CALM


@pytest.mark.parametrize("state", [DepartureState.PROPOSED, DepartureState.EFFECTIVE])
@pytest.mark.parametrize(
    ("new", "gone"),
    [
        (("U4", CALM, "gp-today"), False),
        (("U5", CALM, "gp-today"), False),
        (("U3", CALM, "gp-today"), True),
        (("U4", ACUTE, "gp-today"), True),
        (("U4", CALM, "gp-planned"), True),
        (("U2", ACUTE, "seh"), True),
    ],
)
def test_a_departure_ends_with_the_advice_that_it_was_made_from(
    state: DepartureState, new: tuple[str, Lane, str], *, gone: bool
) -> None:
    departed = standing("U4", CALM, "gp-today")
    for kind in (None, Kind.ELV_LOW):
        assert lapses(state, departed, kind, advice(standing(*new))) is gone


def test_what_sends_to_more_acute_care_ends_only_by_what_is_as_acute() -> None:
    departed = standing("U4", CALM, "gp-today")
    for new, kept in (("gp-planned", True), ("hap", True), ("seh", False), ("112", False)):
        made = advice(standing("U2", ACUTE, new))
        assert lapses(DepartureState.EFFECTIVE, departed, Kind.SEH, made) is not kept
        assert lapses(DepartureState.PROPOSED, departed, Kind.SEH, made)
