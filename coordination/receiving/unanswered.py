"""Refuses a Task that asks for something that nobody would ever do: stored it would look taken."""

from __future__ import annotations

from coordination.permissions import Action, Actor, may
from fhir.codes import TASK_CODE
from fhir.outcome import FhirRefused, Issue, IssueType, refused
from fhir.task.coded import codes_of
from fhir.task.new import read_new
from fhir.task.sent import Task
from fhir.views import ServiceRequest, view

_BEGINS = frozenset({"requested", "received", "accepted", "ready", "in-progress"})
"""Status of a Task that asks for something to be done; a draft does not yet."""

_DONE = frozenset({"fulfill", "abort"})
"""What is asked of us by Task, of what FHIR has codes for."""


def begins(task: bytes) -> bool:
    """Whether a Task asks for something to be done now."""
    return view(task, Task, "Task").status in _BEGINS


def can_be_answered(task: bytes, actor: Actor) -> None:
    """Lets pass a Task that nobody is asked by, or that is understood here.

    A referrer may name a service as owner of the Task by which it follows: that is a wish.

    Raises:
        FhirRefused: naming the element, and how it is asked here.
    """
    if not begins(task):
        return
    sent = view(task, Task, "Task")
    codes = {one.code for one in codes_of(sent.code) if one.system == TASK_CODE}
    if others := sorted(filter(None, codes - _DONE)):
        raise _wrong(
            "code", "task-code",
            f"{others[0]} is not done here by Task: fulfill starts a referral or asks a service,"
            " abort withdraws; a correction is a PUT of the ServiceRequest.",
            "not-supported",
        )  # fmt: skip
    if not may(actor, Action.OFFER) or not _names_service(sent):
        return
    if "abort" in codes or (sent.code and not codes):
        return
    if sent.intent != "plan":
        raise _wrong(
            "intent", "task-intent",
            "plan asks a service: the coordinator sends it with code fulfill, and the service makes"
            " it an order by accepting. To follow a referral leave the owner out.",
        )  # fmt: skip
    if "fulfill" not in codes:
        raise _wrong("code", "task-code", f"fulfill, of {TASK_CODE}, asks a service.")


def not_asked(task: bytes) -> list[Issue]:
    """That a service that a referrer names in its Task is not asked by it."""
    if not _names_service(view(task, Task, "Task")):
        return []
    return [
        Issue(
            severity="warning",
            code="business-rule",
            details="owner-not-asked",
            diagnostics="The service that this Task names as its owner is not asked by it: the"
            " coordinator asks where there is a place.",
            expression=("Task.owner",),
        )
    ]


def can_be_found(task: bytes) -> None:
    """Lets pass a Task whose focus is no request, or may still come; it is none that is here.

    Raises:
        FhirRefused: it names one by an id, which nobody gives but this service, or asks to fulfill
            nothing.
    """
    if not begins(task):
        return
    sent = view(task, Task, "Task")
    focus = (sent.focus.reference if sent.focus else None) or ""
    if focus.startswith("ServiceRequest/"):
        raise _wrong(
            "focus", "focus-unknown",
            "refer to a ServiceRequest that your organisation sent, by its id here. One that is"
            " still to come is named by its identifier; the referral of another is followed by"
            " its own coordination Task.",
            "not-found",
        )  # fmt: skip
    codes = {one.code for one in codes_of(sent.code) if one.system == TASK_CODE}
    if "fulfill" in codes and (focus or not (sent.focus and sent.focus.identifier)):
        raise _wrong(
            "focus", "focus-missing",
            "say what is to be fulfilled: ServiceRequest/id, or its identifier.", "required",
        )  # fmt: skip


def is_not_over(request: bytes) -> None:
    """Lets pass a request that a Task may start.

    Raises:
        FhirRefused: it was withdrawn, completed or put on hold by its sender.
    """
    status = view(request, ServiceRequest, "ServiceRequest").status
    if status not in {"draft", "active"}:
        raise _wrong(
            "focus", "focus-over", f"that request is {status}: a draft or an active one is started."
        )


def is_no_new(task: bytes) -> None:
    """Lets pass a Task that was kept and that asks for nothing that only a new one asks.

    Raises:
        FhirRefused: it became one that asks a service, or asks to withdraw.
    """
    if begins(task) and (new := read_new(task)) is not None:
        raise _wrong("code", "task-new", f"{new.code} is asked by a new Task: POST it.")


def _names_service(sent: Task) -> bool:
    return "HealthcareService/" in ((sent.owner.reference if sent.owner else None) or "")


def _wrong(element: str, details: str, text: str, code: IssueType = "business-rule") -> FhirRefused:
    path = f"Task.{element}"
    return refused("unprocessable", code, details, f"{path}: {text}", path)
