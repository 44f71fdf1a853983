"""What a step of one offer does to the others of its referral, and to the referral itself."""

from __future__ import annotations

from uuid import UUID

import msgspec
import pytest

from coordination.errors import Refused
from coordination.offer_rules import (
    TOPICS,
    besides,
    ended,
    may_be_bridged,
    resting,
    state_after,
    still_fits,
)
from coordination.referral import HOLDING, STEPS, TAKEN, UNDECIDED, OfferState, Purpose, State, Step
from triage.need import Kind, Requirement


class Offer(msgspec.Struct, frozen=True):
    id: UUID
    state: OfferState
    purpose: Purpose = Purpose.PLACE


THIS = Offer(UUID(int=1), OfferState.REQUESTED)
STANDING = sorted(UNDECIDED | TAKEN)


def other(state: OfferState, purpose: Purpose = Purpose.PLACE) -> Offer:
    return Offer(UUID(int=2), state, purpose)


def test_each_step_has_a_topic_of_its_own() -> None:
    assert set(TOPICS) == set(Step)
    assert len(set(TOPICS.values())) == len(TOPICS)


@pytest.mark.parametrize("step", [Step.ACCEPT, Step.AGREE])
@pytest.mark.parametrize("state", STANDING)
@pytest.mark.parametrize("purpose", Purpose)
def test_who_accepts_first_ends_what_was_asked_for_the_same(
    step: Step, state: OfferState, purpose: Purpose
) -> None:
    changes = besides(THIS, step, [other(state, purpose)])
    if purpose is Purpose.BRIDGE or state not in UNDECIDED:
        assert changes == []
    else:
        assert [(one.was, one.state, one.reason, one.step) for one in changes] == [
            (state, OfferState.WITHDRAWN, "not-selected", None)
        ]


@pytest.mark.parametrize("state", STANDING)
def test_care_at_home_ends_when_the_person_arrives_in_a_bed(state: OfferState) -> None:
    (change,) = besides(
        Offer(UUID(int=1), OfferState.ACCEPTED), Step.START, [other(state, Purpose.BRIDGE)]
    )
    assert change.reason == "place-started"
    if state in TAKEN:
        assert (change.state, change.destination) == (OfferState.ENDED, "other-temporary-stay")
    else:
        assert (change.state, change.destination) == (OfferState.WITHDRAWN, None)


def test_a_bridge_that_starts_ends_nothing() -> None:
    bridge = Offer(UUID(int=1), OfferState.ACCEPTED, Purpose.BRIDGE)
    assert besides(bridge, Step.START, [other(OfferState.REQUESTED)]) == []


@pytest.mark.parametrize("step", Step)
def test_a_bridge_never_moves_its_referral(step: Step) -> None:
    bridge = Offer(UUID(int=1), OfferState.REQUESTED, Purpose.BRIDGE)
    assert state_after(bridge, step, [], State.OFFERED, "final", listed=False) is None


@pytest.mark.parametrize(
    ("left", "status", "listed", "expected"),
    [
        ([], "final", False, State.TRIAGED),
        ([], "final", True, State.WAITING),
        ([], "provisional", False, State.NEEDS_INFO),
        ([], "provisional", True, State.NEEDS_INFO),
        ([OfferState.REQUESTED], "final", True, State.OFFERED),
        ([OfferState.COUNTERED], "provisional", True, State.OFFERED),
        ([OfferState.WAITING], "final", False, State.WAITING),
        ([OfferState.WAITING, OfferState.REQUESTED], "final", False, State.OFFERED),
        ([OfferState.ACCEPTED], "final", True, None),
    ],
)
def test_a_referral_goes_back_to_where_it_was_once_an_offer_comes_to_nothing(
    left: list[OfferState],
    status: str,
    listed: bool,  # noqa: FBT001 - a column of the table above
    expected: State | None,
) -> None:
    offers = [other(state) for state in left]
    bridge = other(OfferState.REQUESTED, Purpose.BRIDGE)
    assert resting([*offers, bridge], State.OFFERED, status, listed=listed) is expected
    for step in (Step.DECLINE, Step.WITHDRAW, Step.EXPIRE):
        after = state_after(THIS, step, offers, State.OFFERED, status, listed=listed)
        assert after is expected
    for state in (State.PLACED, State.CLOSED, State.CANCELLED):
        assert resting(offers, state, status, listed=listed) is None


def test_each_other_step_leads_its_referral_where_it_should() -> None:
    leads = {
        step: state_after(THIS, step, [], State.OFFERED, "final", listed=False) for step in STEPS
    }
    assert leads == {
        Step.ACCEPT: State.ACCEPTED,
        Step.AGREE: State.ACCEPTED,
        Step.COUNTER: None,
        Step.QUEUE: State.WAITING,
        Step.DECLINE: State.TRIAGED,
        Step.WITHDRAW: State.TRIAGED,
        Step.EXPIRE: State.TRIAGED,
        Step.START: State.PLACED,
        Step.LEAVE: None,
        Step.RETURN: None,
        Step.END: State.CLOSED,
    }


@pytest.mark.parametrize("state", STANDING)
def test_what_has_begun_ends_and_the_rest_is_withdrawn(state: OfferState) -> None:
    change = ended(other(state), "deceased", "deceased", Step.WITHDRAW)
    begun = state in {OfferState.COMPLETED, OfferState.AWAY}
    assert (change.destination is not None) is begun
    assert change.state is (OfferState.ENDED if begun else OfferState.WITHDRAWN)
    assert change.state is STEPS[change.step or Step.START][1]


def test_only_the_wait_for_a_bed_is_bridged() -> None:
    for state in (State.TRIAGED, State.WAITING, State.OFFERED, State.ACCEPTED):
        may_be_bridged(state, "final", "elv-high", frozenset({Requirement.OXYGEN}))
    for state in (State.PLACED, State.CLOSED, State.CANCELLED):
        with pytest.raises(Refused, match="has ended"):
            may_be_bridged(state, "final", "elv-high", frozenset())
    with pytest.raises(Refused, match="provisional"):
        may_be_bridged(State.NEEDS_INFO, "provisional", "elv-high", frozenset())
    with pytest.raises(Refused, match="only the wait for a bed"):
        may_be_bridged(State.TRIAGED, "final", "nursing-planned", frozenset())
    with pytest.raises(Refused, match="closed ward"):
        may_be_bridged(State.TRIAGED, "final", "elv-high", frozenset({Requirement.CLOSED_WARD}))


def test_what_was_asked_fits_until_the_advice_is_another() -> None:
    assert still_fits(Purpose.PLACE, Kind.ELV_LOW, "elv-low")
    assert not still_fits(Purpose.PLACE, Kind.ELV_LOW, "elv-high")
    assert still_fits(Purpose.BRIDGE, Kind.NURSING_PLANNED, "elv-high")
    assert not still_fits(Purpose.BRIDGE, Kind.NURSING_PLANNED, "seh")


def test_what_holds_and_what_is_taken_share_no_state() -> None:
    assert HOLDING < UNDECIDED
    assert not UNDECIDED & TAKEN
