"""Keeps what an organisation sends by itself, and finds it again by its number."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from urllib.parse import parse_qsl

from coordination.db import audit, contacts, loose, resources
from coordination.db.engine import Transaction
from coordination.db.resources import Held, Stored
from coordination.errors import Fault, Refused, Wrong
from coordination.permissions import look
from coordination.recognition import marks_of
from coordination.records.shelf import Found
from coordination.records.shelves import SHELVES
from coordination.writer import Writer
from fhir.search.asked import ask
from fhir.settle import Stored as Settled

MOST_CONDITIONS = 100
"""References that are conditions, of all that is sent together."""


async def keep(
    tx: Transaction,
    writer: Writer,
    made: Sequence[Settled],
    referral: uuid.UUID | None = None,
    owner: uuid.UUID | None = None,
    stated: Sequence[uuid.UUID] = (),
) -> list[Found]:
    """Stores resources, for their sender to read back or as parts of a referral.

    Args:
        tx: the request's transaction.
        writer: who sends them.
        made: with our ids (``fhir.settle``).
        referral: to which they are added, or None.
        owner: whose they are; the sender's where it is None.
        stated: which of them show the state of the referral.
    """
    stored = []
    for one in made:
        identity = uuid.UUID(one.id)
        marks = marks_of(writer.vault, one.type, one.body)
        stored.append(Stored(identity, one.type, marks, writer.vault.seal(identity, one.body)))
    await resources.add(tx, stored, writer.actor, referral, writer.now, owner, stated)
    return [
        Found(type=one.type, id=uuid.UUID(one.id), version=1, updated=writer.now, body=one.body)
        for one in made
    ]


async def fitting(
    tx: Transaction, writer: Writer, kind: str, condition: str, *, or_make: bool = False
) -> Held | None:
    """The sender's own resource of a type that fits a condition, or None.

    Args:
        tx: the request's transaction.
        writer: who asks.
        kind: the type.
        condition: ``identifier=system|value``, with or without the type and a question mark.
        or_make: whether it is made where none fits: then nobody else makes it meanwhile.

    Raises:
        Refused: INVALID for another condition, STALE when several fit. The condition may hold a
            number of a person: it is not repeated.
    """
    pairs = _pairs(condition.removeprefix(kind).removeprefix("?"))
    if not pairs or any(name != "identifier" or value[-1:] in {"", "|"} for name, value in pairs):
        raise _none("identifier=system|value", "If-None-Exist" if or_make else "reference")
    terms = writer.vault.terms([f"identifier={value}" for _, value in pairs])
    organisation = writer.actor.organisation
    if or_make:
        (key,) = writer.vault.terms([f"{organisation}/{kind}?{sorted(terms)}"])
        await loose.alone(tx, key)
    held = await loose.fitting(tx, organisation, kind, terms)
    if len(held) > 1:
        raise _several(kind)
    if held and or_make:  # and so it is told in place of what was sent
        await audit.record(tx, writer.actor, look(kind), f"{kind}/{held[0].id}")
    return held[0] if held else None


async def subscribed(tx: Transaction, writer: Writer, condition: str) -> Found | None:
    """The sender's own Subscription that fits a condition, or None: then nobody else makes it.

    Args:
        tx: the request's transaction.
        writer: who asks.
        condition: by what a Subscription is searched.

    Raises:
        FhirRefused: it is searched by something else.
        Refused: INVALID for no condition, STALE when several fit.
    """
    kind = "Subscription"
    pairs = _pairs(condition.removeprefix(kind).removeprefix("?"))
    query = ask(kind, pairs, personal=False, strict=True)
    if not query.clauses:
        raise _none("criteria=, and the topic")
    await contacts.lock(tx, writer.actor.organisation)
    found = (await SHELVES[kind].search(tx, writer.reader, query)).found
    if len(found) > 1:
        raise _several(kind)
    return found[0] if found else None


async def meant(tx: Transaction, writer: Writer, references: Collection[str]) -> dict[str, str]:
    """What conditional references mean: ``Type/id`` of the one resource of theirs that fits.

    Raises:
        Refused: as ``fitting``, UNPROCESSABLE when nothing fits, TOO_LARGE for too many.
    """
    few(references)
    found: dict[str, str] = {}
    for said in references:
        kind, _, condition = said.partition("?")
        one = await fitting(tx, writer, kind, condition)
        if one is None:
            raise Refused(
                Wrong.UNPROCESSABLE,
                f"A reference names a {kind} by a condition that none of yours fits: send it"
                " along, or refer to it by its id.",
                code="reference-unresolved",
            )
        found[said] = f"{kind}/{one.id}"
    return found


def few(references: Collection[str]) -> None:
    """Lets pass some conditional references: each is a search.

    Raises:
        Refused: TOO_LARGE.
    """
    if len(references) > MOST_CONDITIONS:
        raise Refused(
            Wrong.TOO_LARGE,
            f"At most {MOST_CONDITIONS} references may be conditions: name others by their id.",
            code="too-costly",
        )


def _none(form: str, where: str = "If-None-Exist") -> Refused:
    return Refused(
        Wrong.INVALID,
        f"A condition is {form} here, and nothing else.",
        faults=(Fault(where, f"is not {form}"),),
        code="condition",
    )


def _several(kind: str) -> Refused:
    return Refused(
        Wrong.STALE,
        f"Several {kind} resources of yours fit the condition: say more, or name one by id.",
        code="multiple-matches",
    )


def _pairs(condition: str) -> list[tuple[str, str]]:
    """The parts of a condition; none where it has too many."""
    try:
        return parse_qsl(condition, keep_blank_values=True, max_num_fields=10)
    except ValueError:
        return []
