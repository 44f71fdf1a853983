"""From which status of a Task to which, by whom, with what: the state machine as one table.

After HL7 Clinical Order Workflows and the Dutch transition table (fhir.md 1.1): the owner of a
Task answers it, who asked takes it back, and what has begun is taken back by an abort Task only.
docs/task.md shows the table; tests/coordination/receiving/test_tasking.py walks it.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

import msgspec

from fhir.task.codes import CANCEL_REASONS, DECLINE_REASONS


class Of(StrEnum):
    """The kinds of Task that move something here."""

    COORDINATION = "coordination"
    """The referrer's: how the referral stands."""
    OFFER = "offer"
    """That by which a service is asked for a place."""
    ABORT = "abort"
    """That by which the referrer asks to withdraw what a service has accepted."""


class By(StrEnum):
    """Who moves a Task."""

    SERVICE = "service"
    """The organisation of the HealthcareService that is asked: the Task's owner."""
    REFERRER = "referrer"
    DESK = "desk"


class Move(msgspec.Struct, frozen=True, kw_only=True):
    """A legal transition.

    Attributes:
        of: kind of Task.
        before: our states (Task.businessStatus) from which it is possible.
        status: the Task.status that is asked.
        after: our state afterwards.
        step: name of the step that it is here.
        by: who may.
        reasons: codes of which statusReason must have one; empty: it needs none.
        output: what Task.output must tell: "moment" (the other date), "destination" or nothing.
    """

    of: Of
    before: tuple[str, ...]
    status: str
    after: str
    step: str
    by: frozenset[By]
    reasons: tuple[str, ...] = ()
    output: str = ""

    @property
    def needs(self) -> str:
        """What must be sent with the status, in words; empty where nothing must."""
        parts = []
        if self.reasons:
            parts.append(f"statusReason ({', '.join(self.reasons)})")
        if self.output:
            parts.append(f"output ({OUTPUT[self.output]})")
        return " and ".join(parts)


OUTPUT = {
    "moment": "the other date, SNOMED CT 146851000146105, as valueDateTime",
    "destination": "where the person went, a code of end-destination",
}
"""What an output must tell, in words."""

_SERVICE = frozenset({By.SERVICE})
_DESK = frozenset({By.DESK})
_REFERRER = frozenset({By.REFERRER})
_ASKED = ("requested", "countered")
_DECLINE = tuple(DECLINE_REASONS)
_CANCEL = tuple(CANCEL_REASONS)
_NOT_ACCEPTED = ("received", "needs-info", "triaged", "waiting", "offered")


def _offer(
    before: tuple[str, ...], status: str, after: str, step: str, by: frozenset[By], *needs: str
) -> Move:
    output = needs[-1] if needs and needs[-1] in OUTPUT else ""
    reasons = needs[:-1] if output else needs
    return Move(
        of=Of.OFFER, before=before, status=status, after=after, step=step, by=by,
        reasons=reasons, output=output,
    )  # fmt: skip


MOVES: tuple[Move, ...] = (
    Move(
        of=Of.COORDINATION, before=_NOT_ACCEPTED, status="cancelled", after="cancelled",
        step="cancel", by=_REFERRER | _DESK, reasons=_CANCEL,
    ),
    _offer(("requested", "waiting"), "accepted", "accepted", "accept", _SERVICE),
    _offer(("countered",), "accepted", "accepted", "agree", _DESK),
    _offer((*_ASKED, "waiting"), "rejected", "declined", "decline", _SERVICE, *_DECLINE),
    _offer(("requested",), "on-hold", "countered", "counter", _SERVICE, "other-date", "moment"),
    _offer(_ASKED, "on-hold", "waiting", "queue", _SERVICE | _DESK, "on-waiting-list"),
    _offer(
        (*_ASKED, "waiting", "accepted"), "cancelled", "withdrawn", "withdraw", _DESK,
        "withdrawn-by-desk",
    ),
    _offer(("accepted",), "completed", "completed", "start", _SERVICE),
    _offer(("completed",), "on-hold", "away", "leave", _SERVICE, "in-hospital"),
    _offer(("away",), "completed", "completed", "return", _SERVICE),
    _offer(("completed", "away"), "completed", "ended", "end", _SERVICE, "destination"),
    Move(
        of=Of.ABORT, before=("requested",), status="accepted", after="accepted",
        step="decide-abort", by=_DESK,
    ),
    Move(
        of=Of.ABORT, before=("requested",), status="rejected", after="rejected",
        step="decide-abort", by=_DESK, reasons=("arrived-already", "other"),
    ),
    Move(
        of=Of.ABORT, before=("requested",), status="cancelled", after="cancelled",
        step="abort", by=_REFERRER, reasons=("entered-in-error", "other"),
    ),
    Move(
        of=Of.ABORT, before=("accepted",), status="completed", after="completed",
        step="decide-abort", by=_DESK,
    ),
    Move(
        of=Of.ABORT, before=("accepted",), status="failed", after="failed",
        step="decide-abort", by=_DESK, reasons=("arrived-already", "other"),
    ),
)  # fmt: skip
"""Every legal transition; the first that fits counts. All others are refused."""

STATES: Mapping[Of, tuple[str, ...]] = {
    Of.COORDINATION: (*_NOT_ACCEPTED, "accepted", "placed", "closed", "cancelled"),
    Of.OFFER: (
        "requested", "countered", "waiting", "accepted", "declined", "withdrawn", "expired",
        "completed", "away", "ended",
    ),
    Of.ABORT: ("requested", "accepted", "rejected", "cancelled", "completed", "failed"),
}  # fmt: skip
"""Our states of each kind of Task; of an abort Task they are its statuses."""

STATUSES = (
    "draft", "requested", "received", "accepted", "rejected", "ready", "cancelled", "in-progress",
    "on-hold", "failed", "completed", "entered-in-error",
)  # fmt: skip
"""Every Task.status of R4."""


def possible(of: Of, state: str, by: By) -> list[Move]:
    """The moves from a state that someone may make."""
    return [move for move in MOVES if move.of is of and state in move.before and by in move.by]
