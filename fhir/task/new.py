"""A new Task that asks something of us: to withdraw a referral, or to ask a service for a place."""

from __future__ import annotations

import uuid

import msgspec

from fhir.codes import TASK_CODE
from fhir.outcome import FhirRefused, Issue, refused
from fhir.task.coded import codes_of, reason_of
from fhir.task.codes import CANCEL_REASONS
from fhir.task.sent import Task
from fhir.views import view


class New(msgspec.Struct, frozen=True, kw_only=True):
    """What a new Task asks of us.

    Attributes:
        code: abort or fulfill.
        status: Task.status.
        focus: reference to what it is about, or None.
        part_of: reference to the Task that it is a part of, or None.
        owner: reference to who is asked, or None.
        reason: our code of why, or None.
    """

    code: str
    status: str
    focus: str | None
    part_of: str | None
    owner: str | None
    reason: str | None


def read_new(body: bytes) -> New | None:
    """What a new Task asks of us; None where it asks to be kept and no more.

    That is every Task but one with code abort, and one with code fulfill and intent plan whose
    owner is a HealthcareService.

    Args:
        body: the Task, after ``fhir.validation.accept``.

    Raises:
        FhirRefused: an abort Task whose reason is none of our codes.
    """
    sent = view(body, Task, "Task")
    codes = {one.code for one in codes_of(sent.code) if one.system == TASK_CODE}
    owner = sent.owner.reference if sent.owner else None
    asks = "fulfill" in codes and sent.intent == "plan" and "HealthcareService/" in (owner or "")
    if "abort" not in codes and not asks:
        return None
    issues: list[Issue] = []
    reason = reason_of(sent.status_reason or sent.reason_code, issues, CANCEL_REASONS)
    if issues and "abort" in codes:
        raise FhirRefused("unprocessable", issues)
    return New(
        code="abort" if "abort" in codes else "fulfill",
        status=sent.status or "",
        focus=sent.focus.reference if sent.focus else None,
        part_of=sent.part_of[0].reference if sent.part_of else None,
        owner=owner,
        reason=reason,
    )


def id_in(reference: str | None, kind: str) -> uuid.UUID | None:
    """The id that a reference to a type of ours has; None for any other reference."""
    *_, of, identity = ("", "", *(reference or "").partition("/_history/")[0].split("/"))
    try:
        return uuid.UUID(identity) if of == kind else None
    except ValueError:
        return None


def unknown(element: str, kind: str) -> FhirRefused:
    """Against a reference to what is not there, or not theirs to see: which is not told."""
    return refused(
        "unprocessable", "not-found", f"{element}-unknown",
        f"Task.{element}: refer to a {kind} of this service that you may see.", f"Task.{element}",
    )  # fmt: skip
