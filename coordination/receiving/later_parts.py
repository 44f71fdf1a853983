"""Takes parts that come by themselves: kept for their sender, or answers of a running referral."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from coordination.db import corrections, loose, referrals
from coordination.db.engine import Transaction
from coordination.db.referrals import Referral
from coordination.permissions import Action, Actor, require
from coordination.receiving.focusing import sent_by
from coordination.receiving.keeping import keep
from coordination.referral import ENDED
from coordination.referrals.answers import again
from coordination.referrals.gathering import own_id
from coordination.writer import Writer, Written
from fhir.bundle_requests import homeless
from fhir.outcome import FhirRefused, Issue
from fhir.said import said
from fhir.settle import Stored
from fhir.views import Reference, View, view

_DESCRIBE = frozenset({"Patient", "Practitioner", "PractitionerRole", "Organization", "Location"})
"""What says who someone is, and nothing new of how they are."""

_ANSWERED = Issue(
    severity="information",
    code="informational",
    details="answered",
    diagnostics="Added to the running referral, which was triaged again with it.",
)
_KEPT = Issue(severity="information", code="informational", details="stored", diagnostics="Stored.")
_SEVERAL = Issue(
    severity="warning",
    code="incomplete",
    details="several-referrals",
    diagnostics="Stored, and of no referral: several of this Patient run. Say which in basedOn,"
    " ServiceRequest/id.",
)


class _About(View, frozen=True):
    subject: Reference | None = None
    patient: Reference | None = None
    based_on: tuple[Reference, ...] | Reference = ()


async def take(
    tx: Transaction, writer: Writer, made: Sequence[Stored], *, with_request: bool
) -> list[Written]:
    """Stores resources; what is about the person of a running referral of theirs is its answer.

    It is the referral that ``basedOn`` names, else the only one of its Patient that runs.

    Args:
        tx: the request's transaction.
        writer: who sends them.
        made: with our ids.
        with_request: whether a request or its Task comes with them, to which they may belong.

    Returns:
        What became of each, in their order.

    Raises:
        FhirRefused: one is written inside a referral only, and these are of none; or a running
            referral can't be read with them.
    """
    if any(one.type != "Communication" for one in made):
        require(writer.actor, Action.REFER)
    meant = [await _referral(tx, writer.actor, one) for one in made]
    of = {one.id: one for one in meant if isinstance(one, Referral)}
    alone = not of and not with_request
    if alone and (issues := homeless((one.type, one.path) for one in made)):
        raise FhirRefused("unprocessable", issues)
    written: dict[int, Written] = {}
    apart = [at for at, one in enumerate(meant) if not isinstance(one, Referral)]
    if apart:
        found = await keep(tx, writer, [made[at] for at in apart])
        for at, one in zip(apart, found, strict=True):
            why = meant[at]
            issues = [why if isinstance(why, Issue) else _KEPT]
            written[at] = Written(found=one, new=True, issues=issues)
    for referral in of.values():
        own = [at for at, one in enumerate(meant) if one == referral]
        parts = [made[at] for at in own]
        found = await keep(tx, writer, parts, referral.id, referral.organisation_id)
        told = [_ANSWERED, *said(await again(tx, writer, referral))]
        for at, one in zip(own, found, strict=True):
            written[at] = Written(found=one, new=True, issues=told)
    return [written[at] for at in range(len(made))]


async def _referral(tx: Transaction, actor: Actor, made: Stored) -> Referral | Issue | None:
    """The running referral that a part belongs to, locked; why not one of several, or None."""
    if made.type in _DESCRIBE:
        return None
    about = view(made.body, _About, made.type)
    based_on = about.based_on
    for one in based_on if isinstance(based_on, tuple) else (based_on,):
        key = _id_of(one, "ServiceRequest")
        referral = None if key is None else await referrals.by_id(tx, key, lock=True)
        if (
            referral is not None
            and referral.state not in ENDED
            and await sent_by(tx, actor, referral)
        ):
            return referral
    key = _id_of(about.subject or about.patient, "Patient")
    if key is None:
        return None
    await loose.lock(tx, "Patient", key)  # else a referral of them may start meanwhile without it
    running = await corrections.open_of_patient(tx, actor.organisation, key)
    if len(running) > 1:
        return _SEVERAL
    return running[0] if running else None


def _id_of(said: Reference | None, kind: str) -> uuid.UUID | None:
    text = (said.reference if said else None) or ""
    return own_id(text) if text.startswith(f"{kind}/") else None
