"""The table of Task transitions: what is legal passes, all else names what is possible."""

from __future__ import annotations

from itertools import product

import pytest

from fhir.outcome import FhirRefused
from fhir.task.choice import Asked, move_of
from fhir.task.shown import OFFER_STATUS, REFERRAL_STATUS
from fhir.task.steps import MOVES, STATES, STATUSES, By, Move, Of, possible

LEGAL = [(move, state, by) for move in MOVES for state in move.before for by in sorted(move.by)]
_PLACES = [(of, state, status) for of in Of for state in STATES[of] for status in STATUSES]
ILLEGAL = [
    (of, state, status)
    for of, state, status in _PLACES
    if not any(move.of is of and state in move.before and move.status == status for move in MOVES)
]


def saying(move: Move, **other: object) -> Asked:
    """What asks for a move in so many words."""
    said = {
        "status": move.status,
        "business": None if move.of is Of.ABORT else move.after,
        "reason": move.reasons[0] if move.reasons else None,
        "moment": move.output == "moment",
        "destination": move.output == "destination",
    }
    return Asked(**(said | other))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("move", "state", "by"), LEGAL, ids=lambda value: getattr(value, "step", str(value))
)
def test_a_legal_move_is_found_and_is_nobody_elses(move: Move, state: str, by: By) -> None:
    assert move_of(move.of, state, saying(move), by) is move
    for other in set(By) - move.by:
        assert move_of(move.of, state, saying(move), other) is None


@pytest.mark.parametrize(("of", "state", "status"), ILLEGAL)
def test_an_illegal_move_is_refused_for_all_and_names_what_is_possible(
    of: Of, state: str, status: str
) -> None:
    for by in By:
        with pytest.raises(FhirRefused) as refused:
            move_of(of, state, Asked(status=status), by)
        (issue,) = refused.value.issues
        assert (refused.value.kind, issue.code) == ("unprocessable", "business-rule")
        assert (issue.details, issue.expression) == ("task-step", ("Task.status",))
        assert state in issue.diagnostics
        assert all(move.status in issue.diagnostics for move in possible(of, state, by))


@pytest.mark.parametrize("move", [move for move in MOVES if move.reasons], ids=lambda m: m.step)
def test_a_move_that_needs_a_reason_is_refused_without_one_and_with_anothers(move: Move) -> None:
    by = min(move.by)
    for reason, code in ((None, "required"), ("place-started", "code-invalid")):
        with pytest.raises(FhirRefused) as refused:
            move_of(move.of, move.before[0], saying(move, reason=reason), by)
        (issue,) = refused.value.issues
        assert (issue.details, issue.code) == ("status-reason", code)
        assert all(one in issue.diagnostics for one in move.reasons)


@pytest.mark.parametrize("move", [move for move in MOVES if move.output], ids=lambda m: m.step)
def test_a_move_that_tells_something_is_refused_without_it(move: Move) -> None:
    silent = saying(move, moment=False, destination=False)
    with pytest.raises(FhirRefused) as refused:
        move_of(move.of, move.before[0], silent, min(move.by))
    assert [one.details for one in refused.value.issues] == ["task-output"]


@pytest.mark.parametrize(
    ("asked", "step"),
    [
        (Asked(status="on-hold", reason="other-date", moment=True), "counter"),
        (Asked(status="on-hold", reason="on-waiting-list"), "queue"),
        (Asked(status="accepted"), "accept"),
        (Asked(status="rejected", reason="other"), "decline"),
    ],
)
def test_the_reason_or_the_output_says_which_step_is_meant(asked: Asked, step: str) -> None:
    move = move_of(Of.OFFER, "requested", asked, By.SERVICE)
    assert move is not None
    assert move.step == step


def test_who_is_away_comes_back_or_has_gone_somewhere() -> None:
    back = move_of(Of.OFFER, "away", Asked(status="completed"), By.SERVICE)
    gone = move_of(Of.OFFER, "away", Asked(status="completed", destination=True), By.SERVICE)
    assert back is not None
    assert gone is not None
    assert (back.step, gone.step) == ("return", "end")


def test_a_status_and_a_state_that_contradict_each_other_are_no_move() -> None:
    with pytest.raises(FhirRefused):
        move_of(Of.OFFER, "requested", Asked(status="accepted", business="declined"), By.SERVICE)


def test_the_states_of_the_table_are_those_that_tasks_show() -> None:
    assert set(STATES[Of.OFFER]) == set(OFFER_STATUS)
    assert set(STATES[Of.COORDINATION]) == set(REFERRAL_STATUS)
    for move in MOVES:
        assert set(move.before) <= set(STATES[move.of])
        assert move.after in STATES[move.of]
        shown = {Of.OFFER: OFFER_STATUS, Of.COORDINATION: REFERRAL_STATUS}.get(move.of)
        assert (shown or {move.after: move.after})[move.after] == move.status


def test_refusing_cancelling_holding_and_failing_always_need_a_reason() -> None:
    needing = {"rejected", "cancelled", "on-hold", "failed"}
    assert all(move.reasons for move in MOVES if move.status in needing)


@pytest.mark.parametrize(("of", "by"), list(product(Of, By)))
def test_what_has_ended_is_moved_by_nobody(of: Of, by: By) -> None:
    ended = {
        Of.COORDINATION: ("placed", "closed", "cancelled"),
        Of.OFFER: ("declined", "withdrawn", "expired", "ended"),
        Of.ABORT: ("rejected", "cancelled", "completed", "failed"),
    }
    assert all(not possible(of, state, by) for state in ended[of])
