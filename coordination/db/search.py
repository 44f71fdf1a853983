"""Finds referrals and offers for FHIR searches, each party among its own."""

from __future__ import annotations

import uuid
from typing import Any

import msgspec

from coordination.db import offers as offer_rows
from coordination.db import referrals as referral_rows
from coordination.db.engine import Transaction
from coordination.db.offers import Offer
from coordination.db.referrals import Referral
from coordination.permissions import REFERRERS, Actor, Role
from coordination.referral import KNOWN

LAST = uuid.UUID(int=2**128 - 1)


class Query(msgspec.Struct, frozen=True, kw_only=True):
    """What is searched for; None is any.

    Attributes:
        identifiers: ``system|value`` of which one must be the resource's.
        terms: the same, hashed.
        numbers: ids among those identifiers that are an offer's own.
        states: of the referral.
        offer_states: of the offer, for Tasks.
        patient: id of the Patient.
        owner: id of the HealthcareService that a Task is for.
        request: id of the ServiceRequest that a Task is about.
        count: at most so many.
        before: only ids before this one: newest first.
    """

    identifiers: tuple[str, ...] | None = None
    terms: tuple[int, ...] | None = None
    numbers: tuple[uuid.UUID, ...] = ()
    states: tuple[str, ...] | None = None
    offer_states: tuple[str, ...] | None = None
    patient: uuid.UUID | None = None
    owner: uuid.UUID | None = None
    request: uuid.UUID | None = None
    count: int = 20
    before: uuid.UUID = LAST


_COLUMNS = referral_rows.COLUMNS
_KNOWN = offer_rows.listed(KNOWN)
_SEEN = """
($8::uuid IS NULL OR r.organisation_id = $8)
AND ($9::text[] IS NULL OR r.subregion IS NULL OR r.subregion = ANY($9))
"""
_REFERRALS = """
SELECT {columns} FROM referral r
WHERE ($1::text[] IS NULL OR r.state = ANY($1)) AND ($2::uuid IS NULL OR r.patient_id = $2)
  AND ($3::uuid IS NULL OR r.id = $3)
  AND ($4::bigint[] IS NULL OR EXISTS (SELECT 1 FROM resource x WHERE x.id = r.{id}
    AND x.type = '{type}' AND x.terms && $4))
  AND r.{id} < $5 AND ($7::uuid IS NULL OR EXISTS (SELECT 1 FROM offer o
    WHERE o.referral_id = r.id AND o.organisation_id = $7
      AND o.state IN ({known})))
  AND {seen}
ORDER BY r.{id} DESC LIMIT $6
"""


async def referrals(tx: Transaction, actor: Actor, kind: str, query: Query) -> list[Referral]:
    """Referrals that fit a search for their ServiceRequest or coordination Task, newest first."""
    if query.owner is not None:
        return []  # a coordination Task is the desk's, not a service's
    own_id = "id" if kind == "ServiceRequest" else "task_id"
    sql = _REFERRALS.format(columns=_COLUMNS, id=own_id, type=kind, seen=_SEEN, known=_KNOWN)
    provider = actor.organisation if actor.role is Role.PROVIDER else None
    owner, regions = _seen_by(actor)
    rows = await tx.rows(
        sql,
        _list(query.states), query.patient, query.request, _list(query.terms),
        query.before, query.count, provider, owner, regions,
    )  # fmt: skip
    return [referral_rows.from_row(row) for row in rows]


_OFFERS = f"""
SELECT {offer_rows.COLUMNS}, r.id AS about FROM offer o JOIN referral r ON r.id = o.referral_id
WHERE ($1::text[] IS NULL OR o.state = ANY($1))
  AND ($2::uuid IS NULL OR (r.patient_id = $2
    AND ($7::uuid IS NULL OR o.state IN ({_KNOWN}))))
  AND ($3::uuid IS NULL OR (r.id = $3
    AND ($7::uuid IS NULL OR o.state IN ({_KNOWN}))))
  AND ($4::uuid IS NULL OR o.service_id = $4) AND o.id < $5
  AND ($10::uuid[] IS NULL OR o.id = ANY($10))
  AND ($7::uuid IS NULL OR o.organisation_id = $7)
  AND {_SEEN}
ORDER BY o.id DESC LIMIT $6
"""  # noqa: S608 - our own columns


async def offers(tx: Transaction, actor: Actor, query: Query) -> list[tuple[Offer, Referral]]:
    """Offers that fit a search for their Task, with their referrals, newest first.

    A provider can't find an offer by a person until it has accepted that person.
    """
    if query.identifiers is not None and not query.numbers:
        return []
    provider = actor.organisation if actor.role is Role.PROVIDER else None
    owner, regions = _seen_by(actor)
    rows = await tx.rows(
        _OFFERS,
        _list(query.offer_states), query.patient, query.request, query.owner, query.before,
        query.count, provider, owner, regions,
        None if query.identifiers is None else list(query.numbers),
    )  # fmt: skip
    found = []
    for row in rows:
        referral = await referral_rows.by_id(tx, row.about)
        if referral is not None:
            found.append((offer_rows.from_row(row), referral))
    return found


def _seen_by(actor: Actor) -> tuple[uuid.UUID | None, list[str] | None]:
    """The organisation and the sub-regions to which a search is limited."""
    if actor.role in REFERRERS:
        return actor.organisation, None
    if actor.role is Role.COORDINATOR:
        return None, sorted(actor.subregions)
    return None, None


def _list(values: tuple[Any, ...] | None) -> list[Any] | None:
    return None if values is None else list(values)
