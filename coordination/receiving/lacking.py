"""What a ServiceRequest lacks to start a referral, told while it waits and when it may not."""

from __future__ import annotations

from collections.abc import Sequence

from fhir.outcome import FhirRefused, Issue
from fhir.referral import ORDERS
from fhir.views import ServiceRequest, view


def waits(body: bytes, *, path: str = "ServiceRequest", status: str | None = None) -> list[Issue]:
    """What a request still waits for before it starts a referral; nothing for a mere record.

    Args:
        body: the ServiceRequest.
        path: where to tell it.
        status: that it will have; its own where it is None.
    """
    request = view(body, ServiceRequest, "ServiceRequest")
    is_now = status or request.status
    if is_now not in {"draft", "active"}:
        return []
    return [
        waits_for(what, f"{path}.{element}" if path == "ServiceRequest" else path)
        for element, what in _lacks(request, is_now)
    ]


def waits_for(what: str, path: str) -> Issue:
    """That a referral waits for something, in words, which stands at a path."""
    return Issue(
        severity="information",
        code="informational",
        details="waits-for",
        diagnostics=f"Stored. The referral starts later: it waits for {what}.",
        expression=(path,),
    )


def must_be_complete(body: bytes) -> None:
    """Lets pass an active request that has all that starts a referral.

    Raises:
        FhirRefused: each thing that it lacks.
    """
    request = view(body, ServiceRequest, "ServiceRequest")
    issues = [
        Issue(
            code="required",
            details="incomplete",
            diagnostics=f"An active request is a referral, and this one lacks {what}.",
            expression=(f"ServiceRequest.{element}",),
        )
        for element, what in _lacks(request, "active")
    ]
    if issues:
        raise FhirRefused("unprocessable", issues)


def _lacks(request: ServiceRequest, status: str) -> list[tuple[str, str]]:
    """The elements that are not as a referral has them, each with how it should be."""
    subject = (request.subject.reference if request.subject else None) or ""
    wanted: Sequence[tuple[bool, str, str]] = (
        (status == "active", "status", "status active, or a requested Task with it as its focus"),
        (request.intent in ORDERS, "intent", "an intent that asks for care, such as order"),
        (not request.do_not_perform, "doNotPerform", "doNotPerform to be left out"),
        (
            any(one.value for one in request.identifier),
            "identifier",
            "an identifier: a system of your own and a value that is unique there",
        ),
        (subject.startswith("Patient/"), "subject", "a subject: Patient/id of a Patient here"),
    )
    return [(element, what) for there, element, what in wanted if not there]
