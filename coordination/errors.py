"""What can go wrong, by kind; the edges turn a kind into an HTTP status or a FHIR issue."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class Wrong(StrEnum):
    """Kinds of refusal. Domain code knows these and no HTTP number."""

    INVALID = "invalid"
    """Can't be read: syntax or structure."""
    UNPROCESSABLE = "unprocessable"
    """Read, but against a rule."""
    UNAUTHENTICATED = "unauthenticated"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not-found"
    GONE = "gone"
    """It was here, and was deleted."""
    CONFLICT = "conflict"
    """Against the state of things."""
    STALE = "stale"
    """Someone else changed it meanwhile (If-Match)."""
    PRECONDITION_REQUIRED = "precondition-required"
    TOO_LARGE = "too-large"
    UNSUPPORTED_MEDIA = "unsupported-media"
    NOT_ACCEPTABLE = "not-acceptable"
    """No format that the caller takes is made here."""
    METHOD_NOT_ALLOWED = "method-not-allowed"
    THROTTLED = "throttled"
    """Too many requests in a short time."""
    TIMEOUT = "timeout"
    """The caller let us wait too long."""
    UNAVAILABLE = "unavailable"
    FAULT = "fault"
    """Ours: logged with its request id, never shown in detail."""


class Fault(msgspec.Struct, frozen=True):
    """One thing wrong: where, and what to do about it."""

    path: str
    message: str


class Refused(Exception):  # noqa: N818 - a refusal is an outcome, not an error of ours
    """A request that is refused; nothing of it was done.

    Args:
        wrong: the kind.
        detail: what is wrong and the cure, for a reader; never a person's data.
        faults: the separate faults, each with the path of its element.
        code: a stable code for programs.
    """

    def __init__(
        self, wrong: Wrong, detail: str, *, faults: tuple[Fault, ...] = (), code: str = ""
    ) -> None:
        super().__init__(detail)
        self.wrong = wrong
        self.detail = detail
        self.faults = faults
        self.code = code or wrong.value
