"""The next version of a resource: which one they saw, what is stored, and what is told of it."""

from __future__ import annotations

import re
import uuid
from collections.abc import Sequence

import msgspec

from coordination.db import resources
from coordination.db.engine import Transaction
from coordination.db.referrals import Referral
from coordination.db.resources import Held, Stored
from coordination.errors import Refused, Wrong
from coordination.organisations.naming_beds import Precondition
from coordination.recognition import marks_of
from coordination.records.received import Standing
from coordination.records.stored import opened
from coordination.writer import Writer, Written
from fhir.outcome import Issue, refused
from fhir.settle import stamp
from fhir.views import Head, view

_ETAG = re.compile(r'(?:W/)?"([0-9]{1,9})"')

_TOLD = {
    "stored": "Stored as the next version.",
    "corrected": "Stored as the next version, and triaged again with it.",
    "started": "The referral has started.",
    "followed": "The referral runs already: this Task shows how it is, as its first one does.",
    "withdrawn": "The referral is withdrawn; what was held or asked for it is free again.",
}


def same_id(body: bytes, kind: str, identity: str) -> None:
    """Lets pass a resource whose id is that of the address.

    Raises:
        FhirRefused: naming the element.
    """
    if view(body, Head, kind).id != identity:
        path = f"{kind}.id"
        text = f"{path}: must be there, and be the id of the address."
        raise refused("invalid", "value", "another-id", text, path)


def key_of(identity: str) -> uuid.UUID | None:
    """An id as a key, written as ids are written here: else two ids would be one."""
    try:
        key = uuid.UUID(identity)
    except ValueError:
        return None
    return key if str(key) == identity else None


def version_in(tag: str, name: str) -> int:
    """The version that an ETag of ours names.

    Args:
        tag: as sent.
        name: of the header or element that it stands in.

    Raises:
        Refused: STALE for one that no resource here has.
    """
    found = _ETAG.fullmatch(tag.strip())
    if found is None:
        raise Refused(Wrong.STALE, f'{name} is not an ETag of this server, such as W/"3".')
    return int(found[1])


def seen(match: Precondition) -> int:
    """The version that a change depends on.

    Raises:
        Refused: PRECONDITION_REQUIRED where it names none, STALE where there may be none yet.
    """
    if match.absent:
        raise Refused(Wrong.STALE, "An update is of what is here: leave If-None-Match out.")
    if match.version is None:
        raise Refused(
            Wrong.PRECONDITION_REQUIRED,
            "Send If-Match with the ETag of what you change: read it first.",
            code="if-match-missing",
        )
    return match.version


def unchanged(match: Precondition, version: int) -> None:
    """Lets pass a change of the version that they saw.

    Raises:
        Refused: PRECONDITION_REQUIRED where they name none, STALE for another.
    """
    if seen(match) != version:
        raise Refused(
            Wrong.STALE,
            f'It was changed meanwhile: read it again; its ETag is W/"{version}".',
            code="stale",
        )


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
    fresh = stamp(body, str(held.id), str(version + 1), writer.now)
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


def told(what: str) -> Issue:
    """What became of a change, a key of ``_TOLD``, as a remark."""
    return Issue(
        severity="information", code="informational", details=what, diagnostics=_TOLD[what]
    )
