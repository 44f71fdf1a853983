"""The waiting list, and what else there is when nothing is free."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from litestar import get, post
from litestar.params import FromPath, QueryParameter

from capacity.expecting import Expected, expected
from capacity.matching import shortlist
from coordination import paging
from coordination.api.bodies import refusals
from coordination.api.lists import After, Size
from coordination.db.waitlist import Bridge, Mark
from coordination.paging import PAGE
from coordination.parts import Parts, Who, With
from coordination.places import alternatives, guarantees, waitlist
from coordination.places.guarantees import Guarantee
from coordination.places.waitlist import Look, Shown
from coordination.referral import State, hours_waited
from triage.need import Kind, Need

MOST = 5
"""Services that are named for one person."""


class Waits(msgspec.Struct, frozen=True, kw_only=True):
    """Where someone stands.

    Attributes:
        position: on the list of the kind of care, over the whole region; 1 is the first.
        text: why there, in Dutch.
        text_en: the same in English.
    """

    referral: UUID
    state: State
    kind: str
    waiting_since: datetime
    place_by: datetime | None
    position: int
    text: str
    text_en: str


class Stopped(msgspec.Struct, frozen=True, kw_only=True):
    """Someone who no longer waits, and the state of the referral now."""

    referral: UUID
    state: State


class WaitingOut(msgspec.Struct, frozen=True, kw_only=True):
    """Someone on the waiting list; nothing in it names the person.

    Attributes:
        state: "offered" while a service is asked, else "waiting".
        position: on the list of the kind of care, over the whole region; 1 is the first.
        text: why there, in Dutch.
        text_en: the same in English.
        escalated: the duty coordinator was told that place_by nears.
        found: when the desk was told that there is a place; null while there is none.
        open_now: ids of services that fit now, best first.
        expected: services that expect to have enough room, soonest first.
        bridge: care at home until there is a place: the offer of it that stands.
    """

    referral: UUID
    kind: str
    urgency: str
    state: State
    position: int
    text: str
    text_en: str
    place_by: datetime | None
    waiting_since: datetime
    received: datetime
    escalated: bool
    found: datetime | None
    subregion: str | None
    place: str | None
    organisation: UUID
    open_now: list[str]
    expected: list[Expected]
    bridge: Bridge | None


class WaitingPage(msgspec.Struct, frozen=True):
    """A page of the waiting list; ``next`` is the mark of the next page, null on the last one."""

    items: list[WaitingOut]
    next: str | None


class Guarantees(msgspec.Struct, frozen=True):
    """What each sub-region of the province guarantees."""

    items: list[Guarantee]


@post(
    "/api/referrals/{referral:uuid}/wait",
    status_code=200,
    tags=["waiting"],
    responses=refusals(404, 409, 422),
)
async def wait(referral: FromPath[UUID], parts: With, actor: Who) -> Waits:
    """Puts someone on the waiting list of the care that is advised; asked again, nothing changes.

    Needs a final advice of care that is placed here, and no accepted place.
    """
    stand = await parts.database.transact(
        lambda tx: waitlist.wait(tx, actor, referral, parts.now())
    )
    one = stand.referral
    assert one.waiting_since is not None  # noqa: S101 - that is what was done
    return Waits(
        referral=one.id,
        state=one.state,
        kind=one.kind,
        waiting_since=one.waiting_since,
        place_by=one.place_by,
        position=stand.position,
        text=stand.words.text,
        text_en=stand.words.text_en,
    )


@post(
    "/api/referrals/{referral:uuid}/stop-waiting",
    status_code=200,
    tags=["waiting"],
    responses=refusals(404, 409),
)
async def stop_waiting(referral: FromPath[UUID], parts: With, actor: Who) -> Stopped:
    """Takes someone from the waiting list; what was asked of services stays asked."""
    one = await parts.database.transact(lambda tx: waitlist.stop_waiting(tx, actor, referral))
    return Stopped(referral=one.id, state=one.state)


@get("/api/waiting", tags=["waiting"], responses=refusals())
async def waiting(
    parts: With,
    actor: Who,
    kind: Annotated[Kind | None, QueryParameter(description="Only this kind of care.")] = None,
    subregion: Annotated[
        str | None,
        QueryParameter(max_length=40, description="Only this one of your sub-regions."),
    ] = None,
    size: Size = PAGE,
    after: After = None,
) -> WaitingPage:
    """Who waits in one's sub-regions: kind by kind, in order, each with why it stands there.

    The order: urgency, then until when a place is needed, then since when they wait.
    """
    mark = paging.read(after, Mark)
    now = parts.now()
    shown, last = await parts.database.transact(
        lambda tx: waitlist.page(tx, actor, kind, subregion, mark, size, _look(parts, now), now)
    )
    return WaitingPage([_out(one) for one in shown], None if last is None else paging.write(last))


@get(
    "/api/referrals/{referral:uuid}/alternatives",
    tags=["waiting"],
    responses=refusals(404, 409, 422),
)
async def ways_out(referral: FromPath[UUID], parts: With, actor: Who) -> alternatives.Alternatives:
    """What else there is when nothing is free: each way out with what it is and why."""
    return await parts.database.transact(
        lambda tx: alternatives.alternatives(
            tx,
            actor,
            referral,
            protocol=parts.protocol,
            supply=parts.live.supply,
            now=parts.now(),
        )
    )


@get("/api/guarantee", tags=["waiting"], responses=refusals())
async def guarantee(parts: With, actor: Who) -> Guarantees:
    """The guarantee beds of each sub-region: free or not, last given, and when the next is due."""
    return Guarantees(
        await parts.database.transact(
            lambda tx: guarantees.overview(tx, actor, parts.live.supply, parts.now())
        )
    )


def _look(parts: Parts, now: datetime) -> Look:
    """What fits someone by the newest snapshot: now, and as is expected."""
    supply = parts.live.supply

    def look(need: Need, received: datetime) -> tuple[list[str], list[Expected]]:
        waited = hours_waited(received, now)
        fits = shortlist(need, supply, now, MOST, waited_hours=waited)
        return [one.service.id for one in fits], expected(
            need, supply, now, waited_hours=waited, most=MOST
        )

    return look


def _out(one: Shown) -> WaitingOut:
    line = one.line
    return WaitingOut(
        referral=line.id,
        kind=line.kind,
        urgency=f"U{line.waiting.urgency}",
        state=line.state,
        position=line.position,
        text=one.words.text,
        text_en=one.words.text_en,
        place_by=line.waiting.place_by,
        waiting_since=line.waiting.since,
        received=line.received,
        escalated=line.escalated,
        found=line.found,
        subregion=line.subregion,
        place=line.place,
        organisation=line.organisation,
        open_now=one.open_now,
        expected=one.expected,
        bridge=line.bridge,
    )
