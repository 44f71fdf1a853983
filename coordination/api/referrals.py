"""One referral: follow it, add facts, see where it fits, offer it, withdraw it."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath

from coordination.api.bodies import fhir_body, json_body, read_json, refusals
from coordination.api.shapes import (
    Cancel,
    MatchesOut,
    ReferralOut,
    departed,
    listed,
    shown,
)
from coordination.db.departures import Departure
from coordination.db.engine import Transaction
from coordination.parts import AnyRequest, Parts, Who, With
from coordination.permissions import Action, Actor, require
from coordination.places import placement
from coordination.referrals import answers, following, standing
from fhir.new_facts import resources
from fhir.validation import accept
from triage.advice import Advice

Id = Annotated[UUID, "of the referral: its ServiceRequest's"]


@get("/api/referrals/{referral:uuid}", tags=["referrals"], responses=refusals(404))
async def read(referral: FromPath[UUID], parts: With, actor: Who) -> ReferralOut:
    """A referral, its advice, its offers and its history."""
    return await _follow(parts, actor, referral)


@post(
    "/api/referrals/{referral:uuid}/answers",
    status_code=200,
    tags=["referrals"],
    operation_class=fhir_body(),
    responses=refusals(404, 409, 413, 422),
)
async def answer(referral: FromPath[UUID], request: AnyRequest, parts: With, actor: Who) -> Advice:
    """Stores new or corrected facts and triages again; the answer is the new advice.

    The body is a QuestionnaireResponse, an Observation, or a Bundle of those.
    """
    require(actor, Action.ANSWER)
    body = await request.body()
    accept(body)
    entries = resources(body)
    return await parts.database.transact(
        lambda tx: answers.answer(
            tx,
            actor,
            referral,
            entries,
            protocol=parts.protocol,
            vault=parts.vault,
            now=parts.now(),
        )
    )


@post(
    "/api/referrals/{referral:uuid}/cancel",
    status_code=200,
    tags=["referrals"],
    operation_class=json_body(Cancel),
    responses=refusals(404, 409, 422),
)
async def cancel(
    referral: FromPath[UUID], request: AnyRequest, parts: With, actor: Who
) -> ReferralOut:
    """Withdraws a referral; its holds and offers end."""
    require(actor, Action.CANCEL)
    reason = (await read_json(request, Cancel)).reason
    await parts.database.transact(lambda tx: placement.cancel(tx, actor, referral, reason))
    return await _follow(parts, actor, referral)


@get("/api/referrals/{referral:uuid}/matches", tags=["referrals"], responses=refusals(404))
async def matches(referral: FromPath[UUID], parts: With, actor: Who) -> MatchesOut:
    """Where it fits now with the parts of the score, and why not elsewhere."""
    found = await parts.database.transact(
        lambda tx: following.matches(tx, actor, referral, parts.live.supply, parts.now())
    )
    return listed(found)


async def _follow(parts: Parts, actor: Actor, referral: UUID) -> ReferralOut:
    async def look(tx: Transaction) -> tuple[following.View, list[Departure]]:
        view = await following.follow(tx, actor, referral, parts.vault)
        return view, await standing.of_referral(tx, actor, referral)

    view, made = await parts.database.transact(look)
    return shown(view, [departed(one, parts.vault) for one in made])
