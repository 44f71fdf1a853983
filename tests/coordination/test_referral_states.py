"""States of a referral and of an offer: what leads where, and what may be asked when."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from conftest import scenario

from coordination.errors import Refused, Wrong
from coordination.referral import (
    CANCEL_REASONS,
    DECLINE_REASONS,
    ENDED,
    STANDING,
    STEPS,
    OfferState,
    State,
    after_triage,
    coded,
    hours_waited,
    may_be_offered,
    must_be_open,
)
from coordination.referrals.what_if import advise
from fhir.task.shown import OFFER_STATUS, REFERRAL_STATUS
from triage import protocol
from triage.advice import Advice, Status

NOW = datetime(2027, 3, 1, 12, 0, tzinfo=UTC)


def advice(status: Status) -> Advice:
    made = advise(msgspec.json.encode(scenario("elv-low")), protocol.load(), NOW)
    return msgspec.structs.replace(made, status=status)


@pytest.mark.parametrize("state", State)
def test_triage_never_takes_back_a_promise_or_an_end(state: State) -> None:
    for status in Status:
        after = after_triage(advice(status), state)
        if state in ENDED | {State.OFFERED, State.ACCEPTED}:
            assert after is state
        else:
            expected = State.NEEDS_INFO if status is Status.PROVISIONAL else State.TRIAGED
            assert after is expected


@pytest.mark.parametrize("state", State)
def test_only_what_is_open_final_and_placed_here_is_offered(state: State) -> None:
    def refusal(act: Callable[[], None]) -> Wrong | None:
        try:
            act()
        except Refused as refused:
            return refused.wrong
        return None

    plain = refusal(lambda: may_be_offered(state, "final", "elv-low"))
    assert plain is (Wrong.CONFLICT if state in ENDED | {State.ACCEPTED} else None)
    if plain is None:
        open_ended = Wrong.UNPROCESSABLE
        assert refusal(lambda: may_be_offered(state, "provisional", "elv-low")) is open_ended
        assert refusal(lambda: may_be_offered(state, "final", "gp-today")) is open_ended
    assert refusal(lambda: must_be_open(state)) is (Wrong.CONFLICT if state in ENDED else None)


def test_no_step_leads_out_of_an_end_and_every_state_can_be_reached() -> None:
    ends = set(OfferState) - STANDING
    assert ends == {
        OfferState.DECLINED,
        OfferState.WITHDRAWN,
        OfferState.EXPIRED,
        OfferState.ENDED,
    }
    assert not [step for step, (allowed, _) in STEPS.items() if allowed & ends]
    assert {to for _, to in STEPS.values()} == set(OfferState) - {OfferState.REQUESTED}


def test_each_state_has_a_status_in_fhir() -> None:
    assert set(REFERRAL_STATUS) == set(State)
    assert set(OFFER_STATUS) == set(OfferState)


@pytest.mark.parametrize("codes", [DECLINE_REASONS, CANCEL_REASONS])
def test_a_reason_is_one_of_the_codes(codes: dict[str, str]) -> None:
    assert [coded(code, codes) for code in codes] == list(codes)
    with pytest.raises(Refused, match="other") as refused:
        coded("OTHER", codes)
    assert refused.value.wrong is Wrong.UNPROCESSABLE


def test_hours_waited_are_never_below_nothing() -> None:
    assert hours_waited(NOW - timedelta(minutes=90), NOW) == 1.5
    assert hours_waited(NOW + timedelta(minutes=5), NOW) == 0
