"""Which step a Task asks for that is sent in place of one: chosen from the table, or refused."""

from __future__ import annotations

import msgspec

from fhir.outcome import FhirRefused, Issue, refused
from fhir.task.steps import MOVES, OUTPUT, STATES, By, Move, Of, possible

_BECAUSE = {"other-date": "countered", "on-waiting-list": "waiting", "in-hospital": "away"}
"""The state that a reason means by itself."""

_HINTS = {
    (Of.COORDINATION, "cancelled"): "What a service has accepted is withdrawn by a new Task with"
    " code abort and the coordination Task as focus.",
    (Of.OFFER, "received"): "A receipt changes nothing here: the place is held and the time to"
    " answer runs.",
    (Of.OFFER, "in-progress"): "What was accepted is completed once the person has arrived.",
}
"""What to do instead, by what is often tried."""


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What a Task that is sent says of its state.

    Attributes:
        status: Task.status.
        business: our code of Task.businessStatus where it is another than is shown, else None.
        reason: our code of Task.statusReason; "other" for words alone; None without one.
        moment: whether an output tells another date.
        destination: whether an output tells where the person went.
    """

    status: str
    business: str | None = None
    reason: str | None = None
    moment: bool = False
    destination: bool = False

    @property
    def after(self) -> str | None:
        """Our state that is asked, where more than the status says so."""
        if self.business:
            return self.business
        if self.status == "on-hold":
            return _BECAUSE.get(self.reason or "") or ("countered" if self.moment else None)
        return "ended" if self.destination else None


def move_of(of: Of, state: str, asked: Asked, by: By) -> Move | None:
    """The move that is asked; None where it is another's to make.

    Args:
        of: kind of the Task.
        state: ours, now.
        asked: what is sent; another state than now.
        by: who sends it.

    Raises:
        FhirRefused: it is not possible from here, or lacks what it needs.
    """
    fitting = [
        move
        for move in MOVES
        if move.of is of
        and state in move.before
        and move.status == asked.status
        and asked.after in {None, move.after}
    ]
    if not fitting:
        raise _impossible(of, state, asked.status, by)
    move = next((one for one in fitting if by in one.by), None)
    if move is not None and (issues := list(_lacking(move, asked))):
        raise FhirRefused("unprocessable", issues)
    return move


def _impossible(of: Of, state: str, status: str, by: By) -> FhirRefused:
    moves = possible(of, state, by)
    ways = "; ".join(
        f"{move.status} ({move.step})" + (f" with {move.needs}" if move.needs else "")
        for move in moves
    )
    text = (
        f"Task.status: a Task that is {state} does not become {status} this way."
        f" {'Possible for you from here: ' + ways if ways else 'You can change nothing of it now'}."
    )
    hint = _HINTS.get((of, status)) if state not in _ENDED[of] else None
    return refused(
        "unprocessable", "business-rule", "task-step",
        f"{text} {hint}" if hint else text, "Task.status",
    )  # fmt: skip


_ENDED = {
    of: frozenset(states) - {state for move in MOVES if move.of is of for state in move.before}
    for of, states in STATES.items()
}
_ENDED[Of.COORDINATION] -= {"accepted"}


def _lacking(move: Move, asked: Asked) -> list[Issue]:
    issues = []
    if move.reasons and asked.reason not in move.reasons:
        issues.append(
            Issue(
                code="required" if asked.reason is None else "code-invalid",
                details="status-reason",
                diagnostics=f"Task.statusReason: {move.status} ({move.step}) needs one of"
                f" {', '.join(move.reasons)}.",
                expression=("Task.statusReason",),
            )
        )
    has = {"moment": asked.moment, "destination": asked.destination, "": True}
    if not has[move.output]:
        issues.append(
            Issue(
                code="required",
                details="task-output",
                diagnostics=f"Task.output: {move.status} ({move.step}) needs"
                f" {OUTPUT[move.output]}.",
                expression=("Task.output",),
            )
        )
    return issues
