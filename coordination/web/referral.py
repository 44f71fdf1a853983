"""One referral as a page, and what the desk does with it: ask for a place, take that back."""

from __future__ import annotations

from uuid import UUID

import msgspec
from litestar import get, post
from litestar.params import FromPath, URLEncodedBody
from litestar.response import Redirect, Template

from capacity.matching import Matches
from coordination.db import directory
from coordination.db.engine import Transaction
from coordination.parts import AnyRequest, Parts, Who, With
from coordination.permissions import Actor, Role
from coordination.places import asking, placement
from coordination.places.asking import Terms
from coordination.referral import CANCEL_REASONS, ENDED, UNDECIDED, OfferState, State
from coordination.referrals import following
from coordination.referrals.following import View
from coordination.web.pages import page, see
from triage.advice import Advice
from triage.need import PLACED_KINDS, Kind

SHOWN_EXCLUDED = 30
STANDING = UNDECIDED | {OfferState.ACCEPTED}
"""The states in which the desk can take an offer back."""


class Ask(msgspec.Struct, frozen=True):
    """Which service is asked."""

    service: UUID


class Cancel(msgspec.Struct, frozen=True):
    """Why a referral is withdrawn."""

    reason: str = ""


@get("/referrals/{referral:uuid}")
async def read(referral: FromPath[UUID], parts: With, actor: Who, request: AnyRequest) -> Template:
    """The person, the advice with its reasons, where it fits, and what happened."""
    now = parts.now()

    async def look(tx: Transaction) -> tuple[View, dict[UUID, str], Matches | None]:
        view = await following.follow(tx, actor, referral, parts.vault)
        names = {one: found.name for one, found in (await directory.organisations(tx)).items()}
        if not _to_place(actor, view):
            return view, names, None
        return view, names, await following.matches(tx, actor, referral, parts.live.supply, now)

    view, names, matches = await parts.database.transact(look)
    return page(
        "referral",
        request,
        now=now,
        view=view,
        one=view.referral,
        advice=msgspec.json.decode(view.advice, type=Advice),
        matches=matches,
        most=SHOWN_EXCLUDED,
        names=names,
        texts={str(one): name for one, name in names.items()},
        services=_service_names(parts, view),
        standing=STANDING,
        asked={str(one.service_id) for one in view.offers if one.state in STANDING},
        open=view.referral.state not in ENDED,
        may_cancel=actor.role is not Role.PROVIDER,
        reasons=CANCEL_REASONS,
    )


@post("/referrals/{referral:uuid}/offers")
async def offer(
    referral: FromPath[UUID], data: URLEncodedBody[Ask], parts: With, actor: Who
) -> Redirect:
    """Holds a place at a service and asks for it."""
    await parts.database.transact(
        lambda tx: asking.offer(
            tx,
            actor,
            referral,
            data.service,
            Terms(supply=parts.live.supply, usual=parts.hold, now=parts.now()),
        )
    )
    return see(f"/referrals/{referral}", "offered")


@post("/referrals/{referral:uuid}/offers/{offer:uuid}/withdraw")
async def withdraw(
    referral: FromPath[UUID], offer: FromPath[UUID], parts: With, actor: Who
) -> Redirect:
    """Takes an offer back."""
    await parts.database.transact(lambda tx: placement.withdraw(tx, actor, offer))
    return see(f"/referrals/{referral}", "withdrawn")


@post("/referrals/{referral:uuid}/cancel")
async def cancel(
    referral: FromPath[UUID], data: URLEncodedBody[Cancel], parts: With, actor: Who
) -> Redirect:
    """Withdraws the referral; its offers end."""
    await parts.database.transact(lambda tx: placement.cancel(tx, actor, referral, data.reason))
    return see(f"/referrals/{referral}", "cancelled")


def _to_place(actor: Actor, view: View) -> bool:
    """Whether there is a place to look for, and this is who looks."""
    one = view.referral
    return (
        actor.role is Role.COORDINATOR
        and Kind(one.kind) in PLACED_KINDS
        and one.state not in ENDED
        and one.state is not State.ACCEPTED
    )


def _service_names(parts: Parts, view: View) -> dict[UUID, str]:
    known = {one.service_id: parts.live.supply.service(str(one.service_id)) for one in view.offers}
    return {identity: found.name for identity, found in known.items() if found}
