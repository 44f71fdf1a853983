"""Takes parts that come by themselves: kept for their sender, or answers of a running referral."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from coordination.db import corrections, loose, referrals, resources
from coordination.db.engine import Transaction
from coordination.db.referrals import Referral
from coordination.permissions import Action, Actor, require
from coordination.receiving.focusing import sent_by
from coordination.receiving.keeping import keep
from coordination.receiving.remarks import remark
from coordination.referral import ENDED
from coordination.referrals.answers import again
from coordination.referrals.gathering import own_id
from coordination.writer import Writer, Written
from fhir.bundle_requests import homeless
from fhir.outcome import FhirRefused, Issue, refused
from fhir.said import said
from fhir.settle import Stored
from fhir.views import Reference, View, view

_DESCRIBE = frozenset({"Patient", "Practitioner", "PractitionerRole", "Organization", "Location"})
"""What says who someone is, and nothing new of how they are."""

_SEVERAL = Issue(
    severity="warning",
    code="incomplete",
    details="several-referrals",
    diagnostics="Stored, and of no referral: several of this Patient run. Say which in basedOn,"
    " ServiceRequest/id.",
)


_NOT_ADDED = Issue(
    severity="warning",
    code="incomplete",
    details="not-added",
    diagnostics="Stored, and of no referral: basedOn names none of yours that runs.",
    expression=("basedOn",),
)

MOST_NAMED = 100
"""Requests that parts which come together may name: each is looked up, and locked."""

_Meant = Referral | Issue | None
"""The running referral that a part belongs to, locked; why it is of none, or None."""


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
    homes = _Homes(tx, writer.actor)
    meant = [await homes.of(one) for one in made]
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
            issues = [why if isinstance(why, Issue) else remark("stored")]
            written[at] = Written(found=one, new=True, issues=issues)
    for referral in of.values():
        own = [at for at, one in enumerate(meant) if one == referral]
        parts = [made[at] for at in own]
        found = await keep(tx, writer, parts, referral.id, referral.organisation_id)
        told = [remark("answered"), *said(await again(tx, writer, referral))]
        for at, one in zip(own, found, strict=True):
            written[at] = Written(found=one, new=True, issues=told)
    return [written[at] for at in range(len(made))]


class _Homes:
    """The referrals that parts belong to, each looked up once."""

    def __init__(self, tx: Transaction, actor: Actor) -> None:
        self._tx, self._actor = tx, actor
        self._named: dict[uuid.UUID, _Meant] = {}
        self._about: dict[uuid.UUID, _Meant] = {}

    async def of(self, made: Stored) -> _Meant:
        """By what it names in ``basedOn``, else by its Patient."""
        if made.type in _DESCRIBE:
            return None
        about = view(made.body, _About, made.type)
        based_on = about.based_on if isinstance(about.based_on, tuple) else (about.based_on,)
        amiss: Issue | None = None
        for one in based_on:
            key = _id_of(one, "ServiceRequest")
            home = None if key is None else await self._by_name(key)
            if isinstance(home, Referral):
                return home
            amiss = amiss or home
        if amiss is not None:
            return amiss
        key = _id_of(about.subject or about.patient, "Patient")
        return None if key is None else await self._by_patient(key)

    async def _by_name(self, key: uuid.UUID) -> _Meant:
        """The running referral of theirs that is named; None for a request that is no referral.

        Raises:
            FhirRefused: "too-large".
        """
        if key not in self._named:
            if len(self._named) >= MOST_NAMED:
                raise refused(
                    "too-large",
                    "too-costly",
                    "too-costly",
                    f"basedOn names more than {MOST_NAMED} requests: name the one that it is for.",
                    "basedOn",
                )
            referral = await referrals.by_id(self._tx, key, lock=True)
            if referral is None:
                own = await resources.by_id(self._tx, "ServiceRequest", key)
                theirs = own is not None and own.organisation_id == self._actor.organisation
                self._named[key] = None if theirs else _NOT_ADDED
            else:
                runs = referral.state not in ENDED
                theirs = runs and await sent_by(self._tx, self._actor, referral)
                self._named[key] = referral if theirs else _NOT_ADDED
        return self._named[key]

    async def _by_patient(self, key: uuid.UUID) -> _Meant:
        """The only running referral of theirs of a Patient."""
        if key not in self._about:
            # Locked, else a referral of them may start meanwhile without this part.
            await loose.lock(self._tx, "Patient", key)
            running = await corrections.open_of_patient(self._tx, self._actor.organisation, key)
            first = running[0] if running else None
            self._about[key] = _SEVERAL if len(running) > 1 else first
        return self._about[key]


def _id_of(said: Reference | None, kind: str) -> uuid.UUID | None:
    text = (said.reference if said else None) or ""
    return own_id(text) if text.startswith(f"{kind}/") else None
