"""What a professional adds to the advice: one fact confirmed, or a departure, agreed by another."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import post
from litestar.params import FromPath

from coordination.api.bodies import json_body, read_json, refusals
from coordination.api.shapes import DepartureOut, departed
from coordination.departure import DEPARTURE_REASONS, LONGEST, REJECT_REASONS, Asked
from coordination.parts import AnyRequest, Who, With
from coordination.permissions import Action, require
from coordination.referrals import confirming, departing
from coordination.referrals.confirming import CONFIRM_REASONS, ROLES, Confirmation
from triage.advice import Advice
from triage.need import Kind
from triage.urgency import Urgency


def _one_of(codes: Any) -> msgspec.Meta:
    """A code in the OpenAPI document; the use case refuses others and names the element."""
    return msgspec.Meta(extra_json_schema={"enum": [str(one) for one in codes]})


class Confirm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One fact that the latest advice asks for, with its value and as what it is confirmed.

    Attributes:
        fact: link id of a question of the latest advice.
        value: true or false, a number, a code of the fact, or a list of codes.
        role: as what the professional acts.
        reason: how they know.
    """

    fact: str
    value: bool | float | str | list[str]
    role: Annotated[str, _one_of(ROLES)]
    reason: Annotated[str, _one_of(CONFIRM_REASONS)] | None = None


class Depart(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a professional wants instead of the advice: an urgency, a kind of care, or both.

    Attributes:
        explanation: at most 500 characters; needed with the reason "other".
    """

    reason: Annotated[str, _one_of(DEPARTURE_REASONS)]
    urgency: Annotated[str, _one_of(Urgency)] | None = None
    kind: Annotated[str, _one_of(Kind)] | None = None
    explanation: Annotated[str, msgspec.Meta(extra_json_schema={"maxLength": LONGEST})] | None = (
        None
    )


class Reject(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why a second professional does not agree."""

    reason: Annotated[str, _one_of(REJECT_REASONS)] | None = None


@post(
    "/api/referrals/{referral:uuid}/confirmations",
    status_code=200,
    tags=["referrals"],
    operation_class=json_body(Confirm),
    responses=refusals(404, 409, 422),
)
async def confirm_fact(
    referral: FromPath[UUID], request: AnyRequest, parts: With, actor: Who
) -> Advice:
    """Confirms one unknown fact and triages again; the answer is the new advice."""
    require(actor, Action.CONFIRM_FACT)
    sent = await read_json(request, Confirm)
    given = Confirmation(fact=sent.fact, value=sent.value, role=sent.role, reason=sent.reason)
    return await parts.database.transact(
        lambda tx: confirming.confirm(
            tx, actor, referral, given, protocol=parts.protocol, now=parts.now()
        )
    )


@post(
    "/api/referrals/{referral:uuid}/departures",
    status_code=201,
    tags=["departures"],
    operation_class=json_body(Depart),
    responses=refusals(404, 409, 422),
)
async def depart(
    referral: FromPath[UUID], request: AnyRequest, parts: With, actor: Who
) -> DepartureOut:
    """Departs from the latest advice: to more acute at once, to calmer once another agrees."""
    require(actor, Action.DEPART)
    sent = await read_json(request, Depart)
    asked = Asked(
        urgency=sent.urgency, kind=sent.kind, reason=sent.reason, explanation=sent.explanation
    )
    made = await parts.database.transact(
        lambda tx: departing.depart(
            tx,
            actor,
            referral,
            asked,
            protocol=parts.protocol,
            vault=parts.vault,
            now=parts.now(),
        )
    )
    return departed(made, parts.vault)


@post(
    "/api/departures/{departure:uuid}/confirm",
    status_code=200,
    tags=["departures"],
    responses=refusals(404, 409, 422),
)
async def confirm(departure: FromPath[UUID], parts: With, actor: Who) -> DepartureOut:
    """A second professional agrees: the departure counts from now on."""
    made = await parts.database.transact(
        lambda tx: departing.confirm(tx, actor, departure, protocol=parts.protocol, now=parts.now())
    )
    return departed(made, parts.vault)


@post(
    "/api/departures/{departure:uuid}/reject",
    status_code=200,
    tags=["departures"],
    operation_class=json_body(Reject, required=False),
    responses=refusals(404, 409, 422),
)
async def reject(
    departure: FromPath[UUID], request: AnyRequest, parts: With, actor: Who
) -> DepartureOut:
    """A second professional does not agree: the advice counts as it did."""
    require(actor, Action.REJECT_DEPARTURE)
    reason = (await read_json(request, Reject)).reason if await request.body() else None
    made = await parts.database.transact(lambda tx: departing.reject(tx, actor, departure, reason))
    return departed(made, parts.vault)


@post(
    "/api/departures/{departure:uuid}/withdraw",
    status_code=200,
    tags=["departures"],
    responses=refusals(404, 409),
)
async def withdraw(departure: FromPath[UUID], parts: With, actor: Who) -> DepartureOut:
    """Who proposed it takes it back."""
    made = await parts.database.transact(lambda tx: departing.withdraw(tx, actor, departure))
    return departed(made, parts.vault)
