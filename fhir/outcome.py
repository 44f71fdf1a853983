"""What is wrong with a request, told as a FHIR OperationOutcome: issues, and their refusal.

OperationOutcome: https://hl7.org/fhir/R4/operationoutcome.html; issue codes:
https://hl7.org/fhir/R4/valueset-issue-type.html.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final, Literal

import msgspec

from fhir.outcome_words import Language, words

ISSUE_SYSTEM = "urn:naober:issue"
"""System of our own stable detail codes, so that a program need not read our sentences."""

MOST_ISSUES = 100
"""More faults than this in one body help nobody; the list says that it was cut."""

IssueType = Literal[
    "business-rule",
    "code-invalid",
    "conflict",
    "deleted",
    "duplicate",
    "exception",
    "expired",
    "extension",
    "forbidden",
    "incomplete",
    "informational",
    "invalid",
    "invariant",
    "lock-error",
    "login",
    "multiple-matches",
    "no-store",
    "not-found",
    "not-supported",
    "processing",
    "required",
    "security",
    "structure",
    "suppressed",
    "throttled",
    "timeout",
    "too-costly",
    "too-long",
    "transient",
    "unknown",
    "value",
]
RefusalKind = Literal["invalid", "unprocessable", "too-large"]
"""invalid: can't be read (400); unprocessable: read, but against a rule (422); too-large (413)."""


class Issue(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is wrong, where, and what would cure it.

    Attributes:
        code: the R4 issue type.
        details: our own stable code, in kebab case.
        diagnostics: one sentence for a person: what was found and what was expected.
        expression: paths of the elements concerned, ``Bundle.entry[3].resource.birthDate``
            (the JSON's own element names, so ``valueQuantity`` rather than ``value``).
        severity: "error" unless the rest of the request could go on.
    """

    code: IssueType
    details: str
    diagnostics: str
    expression: tuple[str, ...] = ()
    severity: Literal["fatal", "error", "warning", "information"] = "error"


_SEVERITIES: Final = ("fatal", "error", "warning", "information")

MORE_FAULTS: Final = Issue(
    code="incomplete",
    details="more-faults",
    diagnostics=f"There is more than these {MOST_ISSUES - 1}: cure them first.",
    expression=("$this",),
)
"""Stands last where a list was cut."""


class FhirRefused(Exception):  # noqa: N818 - a refusal is an answer, not a defect
    """A body that this service does not take, with every reason that was found.

    Attributes:
        kind: which sort of refusal; the edge turns it into an HTTP status.
        issues: at least one.
    """

    def __init__(self, kind: RefusalKind, issues: list[Issue]) -> None:
        super().__init__("; ".join(issue.diagnostics for issue in issues[:3]))
        self.kind: RefusalKind = kind
        self.issues = issues


def refused(
    kind: RefusalKind, code: IssueType, details: str, diagnostics: str, *expression: str
) -> FhirRefused:
    """A refusal for one reason."""
    issue = Issue(code=code, details=details, diagnostics=diagnostics, expression=expression)
    return FhirRefused(kind, [issue])


def in_order(issues: Iterable[Issue]) -> list[Issue]:
    """Each issue once, the worst first, and no more than anybody reads.

    Args:
        issues: any number, of one severity in the order in which they are to be told.
    """
    found = sorted(dict.fromkeys(issues), key=lambda one: _SEVERITIES.index(one.severity))
    if len(found) <= MOST_ISSUES:
        return found
    return [*found[: MOST_ISSUES - 1], MORE_FAULTS]


def operation_outcome(issues: list[Issue], language: Language = "nl") -> dict[str, Any]:
    """The OperationOutcome resource, ready to be encoded; one issue per problem.

    Args:
        issues: at least one.
        language: of ``details.text``.
    """
    told = [_issue(issue, language) for issue in issues]
    return {"resourceType": "OperationOutcome", "issue": told}


def _issue(issue: Issue, language: Language) -> dict[str, Any]:
    rendered: dict[str, Any] = {
        "severity": issue.severity,
        "code": issue.code,
        "details": {
            "coding": [{"system": ISSUE_SYSTEM, "code": issue.details}],
            "text": words(issue.code, language),
        },
        "diagnostics": issue.diagnostics,
    }
    if issue.expression:
        rendered["expression"] = list(issue.expression)
    return rendered
