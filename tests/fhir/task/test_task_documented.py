"""The page on Tasks has the table of transitions that the service keeps to, row by row."""

from __future__ import annotations

from pathlib import Path

from fhir.task.codes import DESTINATIONS, OFFER_STATES, REFERRAL_STATES
from fhir.task.shown import OFFER_STATUS, REFERRAL_STATUS
from fhir.task.steps import MOVES, Move, Of

PAGE = (Path(__file__).parents[3] / "docs" / "task.md").read_text()


def row(move: Move) -> str:
    """A transition as the page has it."""
    before = ", ".join(move.before)
    who = ", ".join(sorted(move.by))
    needs = []
    if move.reasons:
        needs.append("`statusReason`: " + ", ".join(move.reasons))
    if move.output:
        needs.append(f"`output`: {move.output}")
    return (
        f"| {move.of} | {before} | `{move.status}` | {move.after} | {who} |"
        f" {'; '.join(needs) or '-'} | {move.step} |"
    )


def test_the_page_has_every_transition_in_the_order_of_the_table() -> None:
    kinds = tuple(f"| {of} |" for of in Of)
    rows = [line for line in PAGE.splitlines() if line.startswith(kinds)]
    assert rows == [row(move) for move in MOVES]


def test_the_page_says_which_status_each_state_shows() -> None:
    for states, statuses in ((REFERRAL_STATES, REFERRAL_STATUS), (OFFER_STATES, OFFER_STATUS)):
        for state, status in statuses.items():
            assert f"| {state} | `{status}` | {states[state][1]} |" in PAGE
    assert all(code in PAGE for code in DESTINATIONS)
