"""Reads our codes in the concepts of a Task, or says which could be sent."""

from __future__ import annotations

from collections.abc import Collection

from fhir.codes import REASON
from fhir.outcome import Issue
from fhir.views import Coding, Concept


def codes_of(concept: Concept | None) -> tuple[Coding, ...]:
    """The codes of a concept that may not be there."""
    return concept.coding if concept else ()


def reason_of(
    concept: Concept | None, issues: list[Issue], fitting: Collection[str] = ()
) -> str | None:
    """Our code of a reason; words alone are another reason.

    Args:
        concept: what is sent.
        issues: takes what is wrong with it.
        fitting: the codes that could be sent, to tell them.
    """
    told = [] if concept and concept.text else issues
    code = ours(concept, {REASON}, "statusReason", told, fitting)
    return code or ("other" if concept and concept.text else None)


def ours(
    concept: Concept | None,
    systems: set[str],
    element: str,
    issues: list[Issue],
    fitting: Collection[str] = (),
) -> str | None:
    """The first code of some systems of ours.

    Args:
        concept: what is sent, or None.
        systems: of the codes that are read.
        element: of Task, for who sends it.
        issues: takes that there is no such code in what is sent.
        fitting: the codes that could be sent, to tell them.
    """
    codes = [one.code for one in codes_of(concept) if one.system in systems]
    if concept and not codes:
        issues.append(
            Issue(
                code="code-invalid",
                details="task-code",
                diagnostics=f"Task.{element}: use a code of {', '.join(sorted(systems))}"
                f"{': ' if fitting else ''}{', '.join(dict.fromkeys(fitting))}.",
                expression=(f"Task.{element}",),
            )
        )
    return codes[0] if codes else None
