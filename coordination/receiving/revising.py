"""The next version of a resource: which one they saw, what is stored, and what is told of it."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from coordination.db import resources
from coordination.db.engine import Transaction
from coordination.db.referrals import Referral
from coordination.db.resources import Held, Stored
from coordination.errors import Refused, Wrong
from coordination.recognition import marks_of
from coordination.records.received import Standing
from coordination.records.stored import opened
from coordination.writer import Writer, Written
from fhir.outcome import Issue, refused
from fhir.stamping import stamp
from fhir.views import Head, view


def same_id(body: bytes, kind: str, identity: str) -> None:
    """Lets pass a resource whose id is that of the address.

    Raises:
        FhirRefused: naming the element.
    """
    if view(body, Head, kind).id != identity:
        path = f"{kind}.id"
        text = f"{path}: must be there, and be the id of the address."
        raise refused("invalid", "value", "another-id", text, path)


async def replace(
    tx: Transaction, writer: Writer, held: Held, body: bytes, version: int
) -> tuple[Held, bytes]:
    """Gives a resource its next version, with our id and meta; it, and its body as stored.

    Args:
        tx: the request's transaction.
        writer: who changes it.
        held: as it is, locked.
        body: as it was sent, with references to our ids.
        version: of it now, as it is shown.

    Raises:
        Refused: STALE when it was changed meanwhile.
    """
    fresh = stamp(body, str(held.id), version + 1, writer.now)
    sealed = writer.vault.seal(held.id, fresh)
    made = Stored(held.id, held.type, marks_of(writer.vault, held.type, fresh), sealed)
    now = await resources.replace(tx, writer.actor, held, made, writer.now)
    if now is None:
        raise Refused(Wrong.STALE, "It was changed meanwhile: read it again.")
    after = msgspec.structs.replace(held, version=now, updated_at=writer.now, body=sealed)
    return after, fresh


async def written(
    tx: Transaction, writer: Writer, held: Held, of: Sequence[Referral], issues: list[Issue]
) -> Written:
    """A resource after its change; the request of a referral carries the state of its referral."""
    found = opened(held, writer.vault)
    for one in of:
        if held.id in {one.id, one.task_id}:
            found = (await Standing.now(tx, one.id, one.task_id)).shown(found)
    return Written(found=found, new=False, issues=issues)
