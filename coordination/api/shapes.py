"""The shapes of a referral as the JSON side shows them, and how they are filled."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from capacity.matching import Matches
from capacity.reasons import Reason
from coordination.auth.vault import Vault
from coordination.db.departures import Departure
from coordination.departure import DepartureState, Second
from coordination.referral import Purpose, State
from coordination.referrals.following import PersonView, View
from coordination.referrals.what_if import explain_again
from triage.explanation import Explained


class ReferralOfferOut(msgspec.Struct, frozen=True, kw_only=True):
    """An offer as the desk and the referrer see it.

    Attributes:
        purpose: "place", or "bridge" for care at home until there is one.
        starts_at: from when the service can take the person, where it named another moment.
        started_at: when the person arrived.
        kept_until: until when a bed is kept for who is back in hospital.
        destination: where the person went when the stay ended.
    """

    id: UUID
    service: UUID
    purpose: Purpose
    state: str
    expires: datetime
    starts_at: datetime | None
    started_at: datetime | None
    kept_until: datetime | None
    ended_at: datetime | None
    destination: str | None
    reason: str | None


class Advised(msgspec.Struct, frozen=True):
    """What the advice said."""

    urgency: str
    lane: str
    kind: str


class DepartureOut(msgspec.Struct, frozen=True, kw_only=True):
    """A professional's departure from the advice.

    Attributes:
        urgency: instead of the one advised; null where it stays.
        kind: instead of the one advised; null where it stays.
        lane: that follows from both.
        advised: what it departs from.
        second: who must agree before it counts: "professional" or "physician"; null: nobody.
        made_role: of who departs.
        decided_role: of who confirmed, rejected or withdrew it.
        ended: when it lapsed.
        because: why it was rejected or lapsed.
    """

    id: UUID
    referral: UUID
    state: DepartureState
    urgency: str | None
    kind: str | None
    lane: str
    advised: Advised
    reason: str
    explanation: str | None
    second: Second | None
    made: datetime
    made_role: str
    decided: datetime | None
    decided_role: str | None
    ended: datetime | None
    because: str | None


class ReferralOut(msgspec.Struct, frozen=True, kw_only=True):
    """A referral with all that one may know of it."""

    id: UUID
    urgency: str
    lane: str
    kind: str
    status: str
    state: State
    received: datetime
    authored: datetime
    review_due: datetime
    place_by: datetime | None
    waiting_since: datetime | None
    escalated: bool
    changed: datetime
    version: int
    organisation: UUID
    task: UUID
    patient: UUID
    subregion: str | None
    place: str | None
    intended_destination: str | None
    entered_urgency: str | None
    reason: str | None
    person: PersonView | None
    advice: msgspec.Raw
    explanation: Explained | None
    departures: list[DepartureOut]
    offers: list[ReferralOfferOut]
    history: list[dict[str, Any]]
    same_person: list[dict[str, Any]]


class MatchOut(msgspec.Struct, frozen=True, kw_only=True):
    """A service in which the need fits.

    Attributes:
        score: 0 to 100, the sum of the parts.
        ring: area, subregion, province, neighbouring or guarantee.
        start: the earliest moment at which the person can come, or the team is there.
        converted: true when a bed must be made ready first for this kind of care.
    """

    service: str
    name: str
    organisation: str
    score: float
    parts: dict[str, float]
    distance_km: float | None
    free: float
    ring: str
    as_of: datetime
    start: datetime
    converted: bool


class ExcludedOut(msgspec.Struct, frozen=True, kw_only=True):
    """A service that was left out."""

    service: str
    name: str
    organisation: str
    reasons: list[Reason]
    distance_km: float | None


class MatchesOut(msgspec.Struct, frozen=True):
    """What fits, best first, and what was left out, nearest first.

    Attributes:
        widest: the widest ring that is looked in now.
        widens_at: when neighbouring regions are asked as well; null when they are already.
        beyond: how many services give this kind of care too far away to be asked.
    """

    matches: list[MatchOut]
    excluded: list[ExcludedOut]
    widest: str
    widens_at: datetime | None
    beyond: int


class Cancel(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why a referral is withdrawn: one of the codes of the documentation."""

    reason: str


def departed(one: Departure, vault: Vault) -> DepartureOut:
    """A departure as JSON has it, with its explanation opened."""
    sealed = one.explanation
    return DepartureOut(
        id=one.id,
        referral=one.referral_id,
        state=one.state,
        urgency=one.urgency,
        kind=one.kind,
        lane=one.lane,
        advised=Advised(one.advised_urgency, one.advised_lane, one.advised_kind),
        reason=one.reason,
        explanation=None if sealed is None else vault.open(one.id, sealed).decode(),
        second=one.second,
        made=one.made_at,
        made_role=one.made_role,
        decided=one.decided_at,
        decided_role=one.decided_role,
        ended=one.ended_at,
        because=one.because,
    )


def shown(view: View, departures: list[DepartureOut]) -> ReferralOut:
    """A view as JSON has it."""
    one = view.referral
    return ReferralOut(
        id=one.id,
        urgency=f"U{one.urgency}",
        lane=one.lane,
        kind=one.kind,
        status=one.status,
        state=one.state,
        received=one.received_at,
        authored=one.authored_at,
        review_due=one.review_due,
        place_by=one.place_by,
        waiting_since=one.waiting_since,
        escalated=one.escalated_at is not None,
        changed=one.changed_at,
        version=one.version,
        organisation=one.organisation_id,
        task=one.task_id,
        patient=one.patient_id,
        subregion=one.subregion,
        place=one.place,
        intended_destination=one.intended_destination,
        entered_urgency=None if one.entered_urgency is None else f"U{one.entered_urgency}",
        reason=one.reason,
        person=view.person,
        advice=view.advice,
        explanation=explain_again(bytes(view.advice), view.picture, view.made_at),
        departures=departures,
        offers=[
            ReferralOfferOut(
                id=offer.id,
                service=offer.service_id,
                purpose=offer.purpose,
                state=offer.state,
                expires=offer.expires_at,
                starts_at=offer.starts_at,
                started_at=offer.started_at,
                kept_until=offer.kept_until,
                ended_at=offer.ended_at,
                destination=offer.destination,
                reason=offer.reason,
            )
            for offer in view.offers
        ],
        history=view.history,
        same_person=view.same_person,
    )


def listed(found: Matches) -> MatchesOut:
    """Matches as JSON has them."""
    return MatchesOut(
        [
            MatchOut(
                service=one.service.id,
                name=one.service.name,
                organisation=one.service.organisation,
                score=one.score,
                parts=one.parts,
                distance_km=one.distance_km,
                free=one.free,
                ring=one.ring,
                as_of=one.as_of,
                start=one.start,
                converted=one.converted,
            )
            for one in found.matches
        ],
        [
            ExcludedOut(
                service=one.service.id,
                name=one.service.name,
                organisation=one.service.organisation,
                reasons=one.reasons,
                distance_km=one.distance_km,
            )
            for one in found.excluded
        ],
        found.widest,
        found.widens_at,
        found.beyond,
    )
