"""A ServiceRequest that changes: it starts a referral, withdraws it, or says something else."""

from __future__ import annotations

from coordination.db.engine import Transaction
from coordination.db.referrals import Referral
from coordination.db.resources import Held
from coordination.places import placement
from coordination.receiving.lacking import waits
from coordination.receiving.remarks import NEXT, remark
from coordination.receiving.revising import replace, written
from coordination.receiving.starting import by_request
from coordination.referral import CANCEL_REASONS
from coordination.referrals.answers import again
from coordination.writer import Writer, Written
from fhir.outcome import refused
from fhir.referral import ORDERS
from fhir.said import said
from fhir.views import Concept, ServiceRequest, Text, View, view

_WITHDRAWN = frozenset({"revoked", "entered-in-error"})
_REASON = "http://hl7.org/fhir/StructureDefinition/request-statusReason"


class _Extension(View, frozen=True):
    url: Text = None
    value_codeable_concept: Concept | None = None


class _Reasoned(View, frozen=True):
    extension: tuple[_Extension, ...] = ()


async def change(
    tx: Transaction,
    writer: Writer,
    held: Held,
    body: bytes,
    version: int,
    running: list[Referral],
) -> Written:
    """Stores the next version of a request, and does what it asks by it.

    Args:
        tx: the request's transaction.
        writer: whose it is.
        held: as it is, locked.
        body: as it was sent, with references to our ids.
        version: of it now, as it is shown.
        running: its referral, locked; none while it waits.

    Raises:
        FhirRefused: a running referral can't become this; with the cure.
        Refused: of the step itself.
    """
    request = view(body, ServiceRequest, "ServiceRequest")
    if not running:
        after, fresh = await replace(tx, writer, held, body, version)
        if request.status != "active":
            return await written(tx, writer, after, [], [remark("stored", NEXT), *waits(fresh)])
        started = await by_request(tx, writer, after, fresh)
        assert started.advice is not None  # noqa: S101 - it is new
        issues = [remark("started"), *said(started.advice)]
        return Written(found=started.found[0], new=False, issues=issues)
    (referral,) = running
    _may_become(request, referral)
    after, fresh = await replace(tx, writer, held, body, version)
    if request.status in _WITHDRAWN:
        await placement.cancel(tx, writer.actor, referral.id, _reason(fresh, request.status or ""))
        return await written(tx, writer, after, running, [remark("withdrawn")])
    advice = await again(tx, writer, referral)
    return await written(tx, writer, after, running, [remark("corrected"), *said(advice)])


def _may_become(request: ServiceRequest, referral: Referral) -> None:
    """Refuses what a running referral can't become, with what to do instead.

    Raises:
        FhirRefused: naming the element.
    """
    subject = (request.subject.reference if request.subject else None) or ""
    wrong = None
    if request.status not in _WITHDRAWN | {"active"}:
        wrong = (
            "status",
            (
                "the referral runs: it stays active, or is revoked to withdraw it. What becomes of"
                " it is told by its Task."
            ),
        )
    elif request.intent not in ORDERS or request.do_not_perform:
        wrong = "intent", "a running referral stays an order: revoke it to withdraw it."
    elif subject.partition("/_history/")[0] != f"Patient/{referral.patient_id}":
        wrong = "subject", "another person is another referral: revoke this one and send a new one."
    if wrong:
        element, text = wrong
        path = f"ServiceRequest.{element}"
        raise refused(
            "unprocessable", "business-rule", f"{element}-locked", f"{path}: {text}", path
        )


def _reason(body: bytes, status: str) -> str:
    """Why a request is withdrawn, as one of our codes."""
    if status == "entered-in-error":
        return status
    codes = [
        coding.code
        for one in view(body, _Reasoned, "ServiceRequest").extension
        if one.url == _REASON and one.value_codeable_concept
        for coding in one.value_codeable_concept.coding
        if coding.code in CANCEL_REASONS
    ]
    return next((code for code in codes if code), "other")
