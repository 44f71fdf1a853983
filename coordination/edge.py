"""Two tables at the edge: a kind of refusal as an HTTP status and a problem, or a FHIR outcome."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec

from coordination.errors import Fault, Refused, Wrong
from fhir.outcome import FhirRefused, Issue, IssueType, operation_outcome
from fhir.outcome_words import Language

FHIR_MEDIA = "application/fhir+json; charset=utf-8"
PROBLEM_MEDIA = "application/problem+json"

STATUS: Mapping[Wrong, int] = {
    Wrong.INVALID: 400,
    Wrong.UNPROCESSABLE: 422,
    Wrong.UNAUTHENTICATED: 401,
    Wrong.FORBIDDEN: 403,
    Wrong.NOT_FOUND: 404,
    Wrong.GONE: 410,
    Wrong.CONFLICT: 409,
    Wrong.STALE: 412,
    Wrong.PRECONDITION_REQUIRED: 428,
    Wrong.TOO_LARGE: 413,
    Wrong.UNSUPPORTED_MEDIA: 415,
    Wrong.NOT_ACCEPTABLE: 406,
    Wrong.METHOD_NOT_ALLOWED: 405,
    Wrong.THROTTLED: 429,
    Wrong.TIMEOUT: 408,
    Wrong.UNAVAILABLE: 503,
    Wrong.FAULT: 500,
}

TITLE: Mapping[Wrong, str] = {
    Wrong.INVALID: "The request can't be read",
    Wrong.UNPROCESSABLE: "The request breaks a rule",
    Wrong.UNAUTHENTICATED: "Sign in first",
    Wrong.FORBIDDEN: "Not allowed",
    Wrong.NOT_FOUND: "Not found",
    Wrong.GONE: "Deleted",
    Wrong.CONFLICT: "Not possible as things are",
    Wrong.STALE: "Changed meanwhile",
    Wrong.PRECONDITION_REQUIRED: "If-Match is missing",
    Wrong.TOO_LARGE: "Too large",
    Wrong.UNSUPPORTED_MEDIA: "Another format is needed",
    Wrong.NOT_ACCEPTABLE: "Not in that format",
    Wrong.METHOD_NOT_ALLOWED: "Not this way",
    Wrong.THROTTLED: "Too many requests",
    Wrong.TIMEOUT: "Too slow",
    Wrong.UNAVAILABLE: "Not available now",
    Wrong.FAULT: "Something went wrong here",
}

ISSUE: Mapping[Wrong, IssueType] = {
    Wrong.INVALID: "structure",
    Wrong.UNPROCESSABLE: "business-rule",
    Wrong.UNAUTHENTICATED: "login",
    Wrong.FORBIDDEN: "forbidden",
    Wrong.NOT_FOUND: "not-found",
    Wrong.GONE: "deleted",
    Wrong.CONFLICT: "conflict",
    Wrong.STALE: "conflict",
    Wrong.PRECONDITION_REQUIRED: "required",
    Wrong.TOO_LARGE: "too-long",
    Wrong.UNSUPPORTED_MEDIA: "not-supported",
    Wrong.NOT_ACCEPTABLE: "not-supported",
    Wrong.METHOD_NOT_ALLOWED: "not-supported",
    Wrong.THROTTLED: "throttled",
    Wrong.TIMEOUT: "timeout",
    Wrong.UNAVAILABLE: "transient",
    Wrong.FAULT: "exception",
}

ISSUE_OF: Mapping[str, IssueType] = {
    "expired": "expired",
    "identifier-used": "duplicate",
    "multiple-matches": "multiple-matches",
    "operation-unknown": "not-supported",
}
"""Codes of ours for which FHIR has a narrower type of issue than for their kind."""

BY_STATUS: Mapping[int, Wrong] = {status: wrong for wrong, status in STATUS.items()}

_KINDS: Mapping[str, Wrong] = {
    "invalid": Wrong.INVALID,
    "unprocessable": Wrong.UNPROCESSABLE,
    "too-large": Wrong.TOO_LARGE,
}


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """An error as RFC 9457 has it."""

    type: str
    title: str
    status: int
    detail: str
    errors: tuple[Fault, ...] = ()


def as_refused(error: FhirRefused) -> Refused:
    """A refusal of FHIR content as one of ours, for the JSON side."""
    return Refused(
        _KINDS[error.kind],
        error.issues[0].diagnostics,
        faults=tuple(
            Fault(path, issue.diagnostics)
            for issue in error.issues
            for path in issue.expression or ("",)
        ),
        code=error.issues[0].details,
    )


def problem(error: Refused) -> bytes:
    """A refusal as application/problem+json."""
    return msgspec.json.encode(
        Problem(
            type=f"urn:naober:problem:{error.code}",
            title=TITLE[error.wrong],
            status=STATUS[error.wrong],
            detail=error.detail,
            errors=error.faults,
        )
    )


def outcome(error: Refused | FhirRefused, language: Language = "nl") -> bytes:
    """A refusal as an OperationOutcome.

    Args:
        error: the refusal.
        language: of ``details.text``.
    """
    if isinstance(error, FhirRefused):
        return msgspec.json.encode(operation_outcome(error.issues, language))
    kind = ISSUE_OF.get(error.code, ISSUE[error.wrong])
    issues = [
        Issue(
            code=kind,
            details=error.code,
            diagnostics=text,
            expression=(path,) if path else (),
        )
        for path, text in _problems(error)
    ]
    return msgspec.json.encode(operation_outcome(issues, language))


def _problems(error: Refused) -> Iterator[tuple[str, str]]:
    """Each problem once, with its place: one fault is told together with what it is a fault of."""
    if len(error.faults) == 1:
        (fault,) = error.faults
        told = fault.message == error.detail or not fault.path
        yield fault.path, error.detail if told else f"{fault.path}: {fault.message}. {error.detail}"
        return
    if all(fault.message != error.detail for fault in error.faults):
        yield "", error.detail
    for fault in error.faults:
        yield fault.path, fault.message


def status(error: Refused | FhirRefused) -> int:
    """The HTTP status of a refusal."""
    wrong = _KINDS[error.kind] if isinstance(error, FhirRefused) else error.wrong
    return STATUS[wrong]
