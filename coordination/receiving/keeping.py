"""Keeps what an organisation sends by itself, and finds it again by its number."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from urllib.parse import parse_qsl

from coordination.db import loose, resources
from coordination.db.engine import Transaction
from coordination.db.resources import Held, Stored
from coordination.errors import Fault, Refused, Wrong
from coordination.recognition import marks_of
from coordination.records.shelf import Found
from coordination.writer import Writer
from fhir.settle import Stored as Settled


async def keep(
    tx: Transaction,
    writer: Writer,
    made: Sequence[Settled],
    referral: uuid.UUID | None = None,
    owner: uuid.UUID | None = None,
) -> list[Found]:
    """Stores resources, for their sender to read back or as parts of a referral.

    Args:
        tx: the request's transaction.
        writer: who sends them.
        made: with our ids (``fhir.settle``).
        referral: to which they are added, or None.
        owner: whose they are; the sender's where it is None.
    """
    stored = []
    for one in made:
        identity = uuid.UUID(one.id)
        marks = marks_of(writer.vault, one.type, one.body)
        stored.append(Stored(identity, one.type, marks, writer.vault.seal(identity, one.body)))
    await resources.add(tx, stored, writer.actor, referral, writer.now, owner)
    return [
        Found(type=one.type, id=uuid.UUID(one.id), version=1, updated=writer.now, body=one.body)
        for one in made
    ]


async def fitting(tx: Transaction, writer: Writer, kind: str, condition: str) -> Held | None:
    """The sender's own resource of a type that fits a condition, or None.

    Args:
        tx: the request's transaction.
        writer: who asks.
        kind: the type.
        condition: ``identifier=system|value``, with or without the type and a question mark.

    Raises:
        Refused: INVALID for another condition, STALE when several fit. The condition may hold a
            number of a person: it is not repeated.
    """
    pairs = _pairs(condition.removeprefix(kind).removeprefix("?"))
    if not pairs or any(name != "identifier" or not value.strip("|") for name, value in pairs):
        raise Refused(
            Wrong.INVALID,
            "A condition is identifier=system|value here, and nothing else.",
            faults=(Fault("If-None-Exist", "is not identifier=system|value"),),
            code="condition",
        )
    terms = writer.vault.terms([f"identifier={value}" for _, value in pairs])
    held = await loose.fitting(tx, writer.actor.organisation, kind, terms)
    if len(held) > 1:
        raise Refused(
            Wrong.STALE,
            f"Several {kind} resources of yours fit the condition: say more, or name one by id.",
            code="multiple-matches",
        )
    return held[0] if held else None


async def meant(tx: Transaction, writer: Writer, references: Collection[str]) -> dict[str, str]:
    """What conditional references mean: ``Type/id`` of the one resource of theirs that fits.

    Raises:
        Refused: as ``fitting``, or UNPROCESSABLE when nothing fits.
    """
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


def _pairs(condition: str) -> list[tuple[str, str]]:
    """The parts of a condition; none where it has too many."""
    try:
        return parse_qsl(condition, keep_blank_values=True, max_num_fields=10)
    except ValueError:
        return []
