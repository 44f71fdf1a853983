"""An advice as remarks for the sender of a referral: the outcome, what is asked, what was left."""

from __future__ import annotations

from fhir.outcome import Issue
from triage.advice import Advice, Status


def said(advice: Advice) -> list[Issue]:
    """Remarks on a referral that was taken: none of them is an error.

    The first tells the advice; then a warning for each question that is still open, and a
    remark for each value that triage could not use.
    """
    outcome = Issue(
        severity="information",
        code="informational",
        details=f"advice-{advice.status}",
        diagnostics=f"{advice.urgency}, {advice.lane}, {advice.kind}, {advice.status}",
    )
    asked = [
        Issue(
            severity="warning",
            code="incomplete",
            details="question",
            diagnostics=f"{question.fact}: {question.text}",
        )
        for question in advice.questions
        if advice.status is Status.PROVISIONAL
    ]
    noted = [
        Issue(severity="warning", code="informational", details="note", diagnostics=note)
        for note in advice.notes
    ]
    return [outcome, *asked, *noted]
