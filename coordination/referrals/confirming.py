"""Confirms one unknown fact that the advice asks for, by value and by the role of who confirms."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime
from math import isfinite
from typing import Any

import msgspec

from coordination.db import audit, referrals
from coordination.db.engine import Transaction
from coordination.errors import Fault, Refused, Wrong
from coordination.finding import find
from coordination.ids import new_id
from coordination.permissions import Action, Actor, require
from coordination.referral import coded, must_be_open
from coordination.referrals.answers import retriage
from fhir.picture.facts import FACT, Fact
from fhir.picture.merging import merge, refresh
from triage.advice import Advice
from triage.codes import Role
from triage.decide import decide
from triage.picture import FIELD_OF_LINK, Origin, Picture
from triage.protocol import Protocol
from triage.span import Span

ROLES = tuple(role.value for role in Role if role is not Role.LAY)
"""As what a professional may confirm. A relative or the person answers; they never confirm."""

CONFIRM_REASONS: Mapping[str, str] = {
    "seen-in-person": "Zelf gezien of gemeten.",
    "asked-by-phone": "Nagevraagd per telefoon.",
    "read-in-record": "Nagekeken in het dossier.",
    "told-by-colleague": "Gehoord van een collega.",
    "other": "Op een andere manier.",
}

_LOCKED = "intended_destination"
_SEXES = ("female", "male", "other")


class Confirmation(msgspec.Struct, frozen=True, kw_only=True):
    """What is confirmed, with codes as they were sent.

    Attributes:
        fact: link id.
        value: true or false, a number, a code, or a list of codes.
        role: one of ``ROLES``.
        reason: how the professional knows, a code of ``CONFIRM_REASONS``, or None.
    """

    fact: str
    value: Any
    role: str
    reason: str | None = None


async def confirm(
    tx: Transaction,
    actor: Actor,
    referral_id: uuid.UUID,
    sent: Confirmation,
    *,
    protocol: Protocol,
    now: datetime,
) -> Advice:
    """Adds one fact with its author to what is known, and triages again. It frees no other fact.

    Args:
        tx: the request's transaction.
        actor: the professional; the audit log names them.
        referral_id: of whom.
        sent: which fact, its value, and as what they confirm it.
        protocol: decides.
        now: when it was confirmed, and so seen.

    Raises:
        Refused: NOT_FOUND; CONFLICT when the referral has ended; UNPROCESSABLE, naming the
            element, for a fact that the latest advice doesn't ask, or a value that is none of it.
    """
    require(actor, Action.CONFIRM_FACT)
    referral = await find(tx, actor, referral_id, lock=True)
    must_be_open(referral.state)
    picture, body, _ = await referrals.latest_advice(tx, referral.id)
    field = _open(sent.fact, picture, msgspec.json.decode(body, type=Advice))
    coded(sent.role, ROLES, "role")
    if sent.reason is not None:
        coded(sent.reason, CONFIRM_REASONS)
    value = value_of(FACT[field], sent.value)
    identity = new_id()
    origin = Origin(source=f"Confirmation/{identity}", observed=now, by=sent.role)
    confirmed = Picture(**{field: value}, origins={field: origin})
    merged = merge(refresh(picture, now), confirmed)
    advice = decide(protocol, merged, now)
    await retriage(tx, actor, referral, protocol, merged, advice, now)
    await audit.record(
        tx, actor, Action.CONFIRM_FACT, f"confirmation/{identity}", referral=referral.id,
        detail={
            "confirmation": identity, "fact": sent.fact, "role": sent.role, "reason": sent.reason,
            "urgency": advice.urgency, "kind": advice.kind, "status": advice.status,
        },
    )  # fmt: skip
    return advice


def _open(link: str, picture: Picture, advice: Advice) -> str:
    """The field of a fact that an advice asks for."""
    field = FIELD_OF_LINK.get(link)
    if field == _LOCKED and picture.intended_destination is not None:
        raise _wrong("fact", "locked: it was told, and stays as it was first told")
    asked = [question.fact for question in advice.questions]
    if field is None or link not in asked:
        listed = f"it asks: {', '.join(asked)}" if asked else "it asks nothing"
        raise _wrong("fact", f"no open question of the latest advice; {listed}")
    return field


def value_of(fact: Fact, given: Any) -> Any:
    """A value from JSON as the picture holds it.

    Args:
        fact: what it is a value of: its type, codes and range.
        given: decoded JSON; a total of an instrument comes as one whole number.

    Raises:
        Refused: UNPROCESSABLE, naming the element.
    """
    if fact.many:
        members = tuple(fact.codes or ())
        if not isinstance(given, list) or not all(one in members for one in given):
            raise _wrong("value", f"a list of codes: {', '.join(members)}")
        return frozenset(one for one in members if one in given)
    if fact.codes is not None or fact.holds is str:
        known = tuple(fact.codes) if fact.codes is not None else _SEXES
        if not isinstance(given, str) or given not in known:
            raise _wrong("value", f"one of: {', '.join(known)}")
        return fact.codes(given) if fact.codes is not None else given
    if fact.holds is bool:
        if not isinstance(given, bool):
            raise _wrong("value", "true or false")
        return given
    return _number(fact, given)


def _number(fact: Fact, given: Any) -> int | float | Span:
    whole = fact.holds is not float
    unit = f" {fact.unit}" if fact.unit else ""
    if isinstance(given, bool) or not isinstance(given, int | float):
        raise _wrong("value", f"a number{unit}")
    if not (isfinite(given) and fact.plausible(given)):
        raise _wrong("value", f"from {fact.low:g} to {fact.high:g}{unit}")
    if whole and given != int(given):
        raise _wrong("value", f"a whole number{unit}")
    if fact.holds is Span:
        return Span(int(given), int(given))
    return int(given) if whole else float(given)


def _wrong(element: str, message: str) -> Refused:
    return Refused(
        Wrong.UNPROCESSABLE,
        "The confirmation can't be taken; see errors.",
        faults=(Fault(element, message),),
        code="confirmation",
    )
