"""A referral's own ServiceRequest and Task as they are shown: with the state of the referral."""

from __future__ import annotations

import msgspec

from coordination.db.stated import Stated
from coordination.records.shelf import Found
from coordination.referral import State
from fhir.request import overlay_request
from fhir.task.shown import overlay_state
from triage.advice import Question

_ASKED = msgspec.json.Decoder(list[Question]).decode


def overlaid(sent: Found, state: Stated) -> Found:
    """What was sent, in the version and with the state of its referral.

    Args:
        sent: the ServiceRequest or Task as it was sent.
        state: of its referral, now or then.
    """
    if sent.type == "Task":
        body = overlay_state(
            sent.body,
            state=state.state,
            modified=state.changed_at,
            version=state.version,
            reason=state.reason if state.state == State.CANCELLED else None,
            questions=_questions(state),
            place=str(state.place) if state.place else None,
        )
    else:
        body = overlay_request(
            sent.body, state=state.state, modified=state.changed_at, version=state.version
        )
    return msgspec.structs.replace(
        sent,
        version=state.version,
        updated=state.changed_at,
        body=body,
        method="POST" if state.version == 1 else "PUT",
    )


def _questions(state: Stated) -> list[tuple[str, str]]:
    """What is asked of the referrer, most urgent first: the fact, and the question in Dutch."""
    if state.asked is None:
        return []
    return [(one.fact, one.text) for one in _ASKED(state.asked)]
