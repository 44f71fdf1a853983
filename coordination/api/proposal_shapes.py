"""The shapes of a proposal as the JSON side shows it, and how they are filled."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from capacity.proposal import Given, Totals
from capacity.snapshot import Supply
from coordination import paging
from coordination.errors import Fault
from coordination.places.proposed import MOST, Confirmed, Line, Mark, View


class TotalsOut(msgspec.Struct, frozen=True, kw_only=True):
    """How everyone of the region is served together.

    Attributes:
        placed: people with a place, now or expected.
        left: people without one.
        left_by_urgency: the same by class of urgency; classes without anyone are left out.
        delay_hours: after their clocks, of all who have a place, together.
        distance_km: of who has a place and a known home, on average; null without any.
    """

    placed: int
    left: int
    left_by_urgency: dict[str, int]
    delay_hours: float
    distance_km: float | None


class PlaceOut(msgspec.Struct, frozen=True, kw_only=True):
    """A place for someone.

    Attributes:
        service: id.
        name: of the service.
        organisation: id.
        start: when the person could come.
        expected: the place is only expected to come free: nothing can be held yet.
        delay_hours: how much later that is than the person's clock allows, 0 or more.
        distance_km: by road, estimated; null when the home is not known.
    """

    service: str
    name: str | None
    organisation: str | None
    start: datetime
    expected: bool
    delay_hours: float
    distance_km: float | None


class PersonOut(msgspec.Struct, frozen=True, kw_only=True):
    """What is proposed for one person; nothing in it names the person.

    Attributes:
        waits: false when the person got a place, an offer or other advice since.
        proposed: null when there is no place for this person.
        first_come: what they would have had if everyone, in the order in which they came, took
            what was best for themselves.
        changes: whether the two differ.
    """

    referral: UUID
    urgency: str
    kind: str
    subregion: str | None
    place: str | None
    waits: bool
    proposed: PlaceOut | None
    first_come: PlaceOut | None
    changes: bool


class ProposalOut(msgspec.Struct, frozen=True, kw_only=True):
    """A proposal for everyone who waits.

    Attributes:
        made_at: for which moment.
        changed: whether who waits or what is free has changed since; a new one follows soon.
        totals: of what is proposed, over the whole region.
        first_come: of first come, first served over the same people and places.
        by_urgency: of the most urgent first, and then who came first.
        items: people of one's own sub-regions, the most urgent first and then who came first.
        next: hand this as ``next`` for the following page; null on the last one.
    """

    id: UUID
    made_at: datetime
    changed: bool
    totals: TotalsOut
    first_come: TotalsOut
    by_urgency: TotalsOut
    items: list[PersonOut]
    next: str | None


class Refresh(msgspec.Struct, frozen=True):
    """A new proposal is made soon, if anything changed."""

    accepted: bool


Referrals = Annotated[list[UUID], Meta(min_length=1, max_length=MOST)]


class Confirm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """For whom the proposal is confirmed: 1 to 50 referrals, none twice."""

    referrals: Referrals


class ConfirmedOut(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one person.

    Attributes:
        offer: id of the offer that was made; null when it was refused.
        service: that was asked.
        expires: until when the place is held.
        code: why it was refused, for programs; null when it was made.
        detail: the same in words.
        errors: the separate reasons, where there are several.
    """

    referral: UUID
    offer: UUID | None
    service: UUID | None
    expires: datetime | None
    code: str | None
    detail: str | None
    errors: list[Fault]


class ConfirmedAll(msgspec.Struct, frozen=True):
    """What became of each person, in the order given."""

    items: list[ConfirmedOut]


def shown(view: View, supply: Supply, before: int) -> ProposalOut:
    """A page of a proposal as JSON has it, after so many people of pages before."""
    made = view.stored.body.proposal
    mark = Mark(view.stored.id, before + len(view.lines))
    return ProposalOut(
        id=view.stored.id,
        made_at=view.stored.made_at,
        changed=view.changed,
        totals=_totals(made.totals),
        first_come=_totals(made.first_come),
        by_urgency=_totals(made.by_urgency),
        items=[_person(one, supply) for one in view.lines],
        next=paging.write(mark) if view.more else None,
    )


def confirmed(one: Confirmed) -> ConfirmedOut:
    """What became of one person as JSON has it."""
    offer, why = one.offer, one.refused
    return ConfirmedOut(
        referral=one.referral,
        offer=None if offer is None else offer.id,
        service=None if offer is None else offer.service_id,
        expires=None if offer is None else offer.expires_at,
        code=None if why is None else why.code,
        detail=None if why is None else why.detail,
        errors=[] if why is None else list(why.faults),
    )


def _totals(totals: Totals) -> TotalsOut:
    return TotalsOut(
        placed=totals.placed,
        left=totals.left_without,
        left_by_urgency={urgency.value: count for urgency, count in totals.left.items()},
        delay_hours=round(totals.delay_hours, 1),
        distance_km=None if totals.distance_km is None else round(totals.distance_km, 1),
    )


def _person(line: Line, supply: Supply) -> PersonOut:
    one = line.outcome
    return PersonOut(
        referral=line.referral,
        urgency=one.urgency.value,
        kind=line.now.kind,
        subregion=line.now.subregion,
        place=line.now.place,
        waits=line.now.waits,
        proposed=_place(one.proposed, supply),
        first_come=_place(one.first_come, supply),
        changes=one.changes,
    )


def _place(given: Given | None, supply: Supply) -> PlaceOut | None:
    if given is None:
        return None
    service = supply.service(given.service)
    return PlaceOut(
        service=given.service,
        name=None if service is None else service.name,
        organisation=None if service is None else service.organisation,
        start=given.start,
        expected=given.expected,
        delay_hours=round(given.delay_hours, 1),
        distance_km=given.distance_km,
    )
