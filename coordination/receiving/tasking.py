"""Moves a referral by Task: who is asked answers, the desk decides, the referrer takes it back."""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta

from coordination.db import audit, offers, tasks
from coordination.db.engine import Transaction
from coordination.db.offers import Offer
from coordination.errors import Refused, Wrong
from coordination.finding import find, lock_offer
from coordination.permissions import REFERRERS, Action, Actor, Role, require
from coordination.places import asking, placement, staying
from coordination.places.asking import Terms
from coordination.receiving import aborting
from coordination.records.shelf import Found
from coordination.records.shelves import SHELVES
from coordination.writer import Writer
from fhir.outcome import refused
from fhir.task.choice import move_of
from fhir.task.new import New, id_in, read_new, unknown
from fhir.task.sent import Sent, moment_of, read
from fhir.task.steps import By, Move, Of
from triage.need import Kind

_PLAIN: Mapping[str, Callable[[Transaction, Actor, uuid.UUID], Awaitable[Offer]]] = {
    "accept": placement.accept,
    "agree": placement.agree,
    "queue": placement.queue,
    "withdraw": placement.withdraw,
    "start": staying.start,
    "return": staying.come_back,
}
"""The steps that need nothing but the offer."""


async def change(
    tx: Transaction, writer: Writer, identity: str, body: bytes, version: int
) -> Found | None:
    """Does the step that a Task sent in place of the one shown asks for.

    What it says already is not done again.

    Args:
        tx: the request's transaction.
        writer: who sends it.
        identity: of the Task.
        body: the Task, after ``fhir.validation.accept``.
        version: of the Task that they saw (If-Match).

    Returns:
        The Task as it is then; None for one that moves nothing here (it is kept for its sender,
        and updated as any resource is) or that is not there.

    Raises:
        FhirRefused: what is asked is no step from here, lacks what it needs, or changes
            something else.
        Refused: NOT_FOUND, FORBIDDEN, STALE, or CONFLICT of the step itself.
    """
    require(writer.actor, Action.READ_FHIR)
    try:
        key = uuid.UUID(identity)
    except ValueError:
        return None
    if await offers.by_id(tx, key) is not None:
        offer = (await lock_offer(tx, writer.actor, key)).this.offer
        before = await _seen(tx, writer, key, version)
        if asked := _asked(Of.OFFER, offer.state, writer.actor, body, before):
            await _step(tx, writer, key, *asked)
        else:
            await _looked(tx, writer, key)
        return await shown(tx, writer, key)
    if (own := await tasks.referral_of(tx, key)) is not None:
        referral = await find(tx, writer.actor, own, lock=True)
        before = await _seen(tx, writer, key, version)
        if asked := _asked(Of.COORDINATION, referral.state, writer.actor, body, before):
            _, sent = asked
            await placement.cancel(tx, writer.actor, own, sent.asked.reason or "")
        else:
            await _looked(tx, writer, key)
        return await shown(tx, writer, key)
    held = await aborting.find(tx, writer, key)
    if held is None:
        return None
    _same_version(held.found, version)
    if asked := _asked(Of.ABORT, held.status, writer.actor, body, held.found):
        return await aborting.decide(tx, writer, held, *asked)
    await _looked(tx, writer, key)
    return held.found


async def tried(tx: Transaction, writer: Writer, identity: str, body: bytes) -> None:
    """Lets pass a Task whose step could be taken now, and one that moves nothing; writes nothing.

    Raises:
        FhirRefused: as ``change`` would.
        Refused: FORBIDDEN, of the step.
    """
    found = await SHELVES["Task"].read(tx, writer.reader, "Task", identity)
    if found is None:
        return
    key = uuid.UUID(identity)
    state: str
    if (offer := await offers.by_id(tx, key)) is not None:
        of, state = Of.OFFER, offer.state
    elif (own := await tasks.referral_of(tx, key)) is not None:
        of, state = Of.COORDINATION, (await find(tx, writer.actor, own)).state
    elif (held := await aborting.find(tx, writer, key)) is not None:
        of, state = Of.ABORT, held.status
    else:
        return
    _asked(of, state, writer.actor, body, found)


async def create(tx: Transaction, writer: Writer, body: bytes) -> Found | None:
    """Does what a new Task asks for: withdraw a referral (abort), or ask a service (fulfill).

    Args:
        tx: the request's transaction.
        writer: who sends it.
        body: the Task, after ``fhir.validation.accept``.

    Returns:
        The new Task; None for one that asks nothing of us: store it as any resource.

    Raises:
        FhirRefused: it lacks what it needs.
        Refused: FORBIDDEN, or CONFLICT of the step itself.
    """
    new = read_new(body)
    if new is None:
        return None
    if new.status != "requested":
        raise refused(
            "unprocessable", "business-rule", "task-step",
            f"Task.status: a new Task with code {new.code} is requested.", "Task.status",
        )  # fmt: skip
    if new.code == "abort":
        return await aborting.ask(tx, writer, new, body)
    require(writer.actor, Action.OFFER)
    service = id_in(new.owner, "HealthcareService")
    if service is None:
        raise unknown("owner", "HealthcareService")
    terms = Terms(supply=writer.supply, usual=writer.hold, now=writer.now)
    offer = await asking.offer(
        tx, writer.actor, await _referral_of(tx, writer.actor, new), service, terms
    )
    return await shown(tx, writer, offer.id)


async def _referral_of(tx: Transaction, actor: Actor, new: New) -> uuid.UUID:
    """For whom a service is asked: the focus, or that of the Task that this is a part of."""
    referral = id_in(new.focus, "ServiceRequest")
    if referral is None and (task := id_in(new.part_of, "Task")) is not None:
        referral = await tasks.referral_of(tx, task)
    if referral is not None:
        try:
            return (await find(tx, actor, referral)).id
        except Refused:
            pass
    raise unknown("focus", "ServiceRequest")


def _asked(
    of: Of, state: str, actor: Actor, body: bytes, before: Found
) -> tuple[Move, Sent] | None:
    """The move that a Task asks, with what it says; None where it says what is so already."""
    sent = read(body, before.body)
    if sent is None:
        return None
    move = move_of(of, state, sent.asked, by(actor))
    if move is None:
        raise Refused(
            Wrong.FORBIDDEN, f"The role {actor.role} may not bring this Task to"
            f" {sent.asked.status}.",
        )  # fmt: skip
    if sent.period and move.step != "end":
        raise refused(
            "unprocessable", "business-rule", "not-changed-here",
            "Task.executionPeriod: its end is told when the stay has ended, and nothing else of"
            " it; send it as it is here.", "Task.executionPeriod",
        )  # fmt: skip
    return move, sent


def by(actor: Actor) -> By:
    """As who someone moves a Task."""
    if actor.role in REFERRERS:
        return By.REFERRER
    return By.SERVICE if actor.role is Role.PROVIDER else By.DESK


async def _step(tx: Transaction, writer: Writer, offer: uuid.UUID, move: Move, sent: Sent) -> None:
    """Does a step of an offer, by the use case that does it for every door."""
    actor, region = writer.actor, writer.supply.region

    def decide_within(kind: Kind) -> timedelta:
        return region.hold(kind, writer.hold)

    if move.step in _PLAIN:
        await _PLAIN[move.step](tx, actor, offer)
    elif move.step == "decline":
        await placement.decline(tx, actor, offer, sent.asked.reason or "")
    elif move.step == "counter":
        starts = moment_of(sent.moment or "", "Task.output")
        await placement.counter(
            tx, actor, offer, starts, decide_within=decide_within, now=writer.now
        )
    elif move.step == "leave":
        await staying.leave(tx, actor, offer, region.keep)
    else:
        at = moment_of(sent.ended, "Task.executionPeriod.end") if sent.ended else None
        await staying.end(tx, actor, offer, sent.destination or "", at=at, now=writer.now)


async def _looked(tx: Transaction, writer: Writer, key: uuid.UUID) -> None:
    """Writes down that a Task was told to who sent it as it is already."""
    await audit.record(tx, writer.actor, Action.READ_FHIR, f"Task/{key}")


async def _seen(tx: Transaction, writer: Writer, key: uuid.UUID, version: int) -> Found:
    """The Task as they see it, if it is still the version that they saw."""
    found = await shown(tx, writer, key)
    _same_version(found, version)
    return found


async def shown(tx: Transaction, writer: Writer, key: uuid.UUID) -> Found:
    """A Task as its reader sees it.

    Raises:
        Refused: NOT_FOUND.
    """
    found = await SHELVES["Task"].read(tx, writer.reader, "Task", str(key))
    if found is None:
        raise Refused(Wrong.NOT_FOUND, "There is no such Task among those that you may see.")
    return found


def _same_version(found: Found, version: int) -> None:
    if found.version != version:
        raise Refused(
            Wrong.STALE,
            f'This Task changed meanwhile: read it again; its ETag is W/"{found.version}".',
        )
