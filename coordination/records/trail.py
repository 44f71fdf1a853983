"""What was done, of the audit log: Provenance for who follows it, AuditEvent for who watches it.

Rows of the log never change: each has one version. A Provenance that came with a referral is
found behind ours.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import msgspec

from coordination import paging
from coordination.db import trail
from coordination.db.engine import Transaction
from coordination.db.trail import Entry, Wanted
from coordination.errors import Refused, Wrong
from coordination.permissions import Action, Role, require
from coordination.records.shelf import Found, Page, Reader
from coordination.records.stored import StoredShelf
from coordination.records.trail_wanted import wanted_of
from fhir.audit_event import audit_event
from fhir.provenance import provenance
from fhir.search.index import index_of
from fhir.search.matching import fits
from fhir.search.query import Query
from fhir.task.codes import STEPS

BATCH = 500
MOST = 20_000
"""So many rows of the log are looked through for one page, or to count."""

_STEPS = tuple(STEPS)
_OF = {"referral": "ServiceRequest", "offer": "Task", "capacity": "HealthcareService"}
"""The resource that shows what the log names."""


class _Mark(msgspec.Struct, frozen=True):
    """Where a page begins: behind a row of the log, or among what is stored (empty: at its top)."""

    row: int | None
    stored: str | None = None


class TrailShelf:
    """The shelf of Provenance and AuditEvent."""

    def __init__(self) -> None:
        self._stored = StoredShelf()

    async def read(self, tx: Transaction, reader: Reader, kind: str, identity: str) -> Found | None:
        """A row of the log; or a Provenance as it was sent."""
        if not _is_row(identity):
            mine = kind == "Provenance"
            return await self._stored.read(tx, reader, kind, identity) if mine else None
        found = await _rows(tx, reader, kind, Wanted(ids=(int(identity),)), 1)
        return _shown(kind, found[0], reader) if found else None

    async def version(
        self, tx: Transaction, reader: Reader, kind: str, identity: str, number: int
    ) -> Found | None:
        """The one version of a row; or a Provenance as it was."""
        if not _is_row(identity):
            mine = kind == "Provenance"
            return await self._stored.version(tx, reader, kind, identity, number) if mine else None
        return await self.read(tx, reader, kind, identity) if number == 1 else None

    async def history(
        self,
        tx: Transaction,
        reader: Reader,
        kind: str,
        identity: str | None,
        *,
        since: datetime | None,
        count: int,
        after: str | None,
    ) -> Page:
        """Rows of the log, newest first; of one it is the row itself."""
        if identity is not None and not _is_row(identity):
            if kind != "Provenance":
                return Page(found=[])
            return await self._stored.history(
                tx, reader, kind, identity, since=since, count=count, after=after
            )
        mark = paging.read(after, _Mark)
        ids = None if identity is None else (int(identity),)
        wanted = Wanted(ids=ids, since=since, after=mark.row if mark else None)
        rows = await _rows(tx, reader, kind, wanted, count + 1)
        return _page(kind, rows, count, reader, more=len(rows) > count)

    async def search(self, tx: Transaction, reader: Reader, query: Query) -> Page:
        """What fits a query, newest first.

        Raises:
            Refused: INVALID for a page that is none of ours; UNPROCESSABLE to count too much.
        """
        mark = paging.read(query.after, _Mark) or _Mark(None)
        rows: list[Entry] = []
        if mark.stored is None:
            rows, ended = await _fitting(tx, reader, query, mark.row)
            if query.kind != "Provenance" or len(rows) > query.count or not ended:
                more = len(rows) > query.count or not ended
                page = _page(query.kind, rows, query.count, reader, more=more)
                total = len(rows) if ended and mark.row is None else None
                if total is not None and query.kind == "Provenance":
                    none = msgspec.structs.replace(query, count=0, after=None)
                    total += (await self._stored.search(tx, reader, none)).total or 0
                return msgspec.structs.replace(page, total=total)
        found = [_shown(query.kind, row, reader) for row in rows]
        left = query.count - len(found)
        # A page that ours fill to the brim asks for one more, to know whether there is a next.
        rest = msgspec.structs.replace(
            query, count=max(left, min(query.count, 1)), after=mark.stored or None
        )
        more_of = await self._stored.search(tx, reader, rest)
        after = None if more_of.after is None else _Mark(None, more_of.after)
        if left == 0 and more_of.found:
            after = _Mark(None, "")
        first = query.after is None and more_of.total is not None
        return Page(
            found=[*found, *more_of.found[:left]],
            after=paging.write(after) if after else None,
            total=len(found) + (more_of.total or 0) if first else None,
        )


async def _fitting(
    tx: Transaction, reader: Reader, query: Query, after: int | None
) -> tuple[list[Entry], bool]:
    """One row more than a page holds, or all where they are counted; and whether that is all."""
    wanted = wanted_of(query, after)
    everything = query.total == "accurate" or query.summary == "count" or query.count == 0
    found: list[Entry] = []
    looked, most = 0, BATCH if everything else query.count + 1
    while everything or len(found) <= query.count:
        rows = await _rows(tx, reader, query.kind, wanted, most)
        found += [row for row in rows if _fits(query, row, reader)]
        if len(rows) < most:
            return found, True
        looked, most = looked + len(rows), BATCH
        if looked >= MOST:
            raise Refused(
                Wrong.UNPROCESSABLE,
                "That is too much to look through at once: name a date, or what it is about.",
                code="too-costly",
            )
        wanted = msgspec.structs.replace(wanted, after=rows[-1].id)
    return found, False


async def _rows(
    tx: Transaction, reader: Reader, kind: str, wanted: Wanted, most: int
) -> list[Entry]:
    """Rows that the reader may see.

    Raises:
        Refused: FORBIDDEN for the log itself, but for who watches over it.
    """
    if kind == "AuditEvent":
        require(reader.actor, Action.READ_AUDIT)
        return await trail.entries(tx, wanted, most)
    wanted = msgspec.structs.replace(wanted, actions=_STEPS)
    return await trail.steps(tx, reader.actor, wanted, most)


def _page(kind: str, rows: list[Entry], count: int, reader: Reader, *, more: bool) -> Page:
    shown = rows[:count]
    return Page(
        found=[_shown(kind, row, reader) for row in shown],
        after=paging.write(_Mark(shown[-1].id)) if more and shown else None,
    )


def _fits(query: Query, row: Entry, reader: Reader) -> bool:
    found = _shown(query.kind, row, reader)
    return fits(query, str(found.id), found.updated, index_of(query.kind, found.body))


def _shown(kind: str, row: Entry, reader: Reader) -> Found:
    body = _provenance(row, reader) if kind == "Provenance" else _event(row)
    return Found(type=kind, id=str(row.id), version=1, updated=row.at, body=body)


def _provenance(row: Entry, reader: Reader) -> bytes:
    targets = [one for one in _entities(row) if one.startswith("Task/")]
    if reader.actor.role is not Role.PROVIDER:  # who was asked may not know of whom, nor for whom
        targets.append(f"ServiceRequest/{row.referral_id}")
        if len(targets) == 1 and row.task_id is not None:
            targets.append(f"Task/{row.task_id}")
    because = _details(row).get("reason")
    return provenance(
        id=str(row.id), targets=targets, at=row.at, step=row.action, role=row.role,
        organisation=_organisation(row), because=because or None,
    )  # fmt: skip


def _event(row: Entry) -> bytes:
    refused = row.action == "refused"
    entities = _entities(row)
    if row.referral_id is not None:
        entities += [f"ServiceRequest/{row.referral_id}", f"Patient/{row.patient_id}"]
    return audit_event(
        id=str(row.id),
        at=row.at,
        action=row.action,
        refusal=row.outcome if refused else None,
        actor=row.actor,
        role=row.role,
        organisation=_organisation(row),
        entities=list(dict.fromkeys(entities)),
        details={"request": row.request_id} | _details(row),
    )


def _organisation(row: Entry) -> str | None:
    return str(row.organisation_id) if row.organisation_id and row.organisation_id.int else None


def _entities(row: Entry) -> list[str]:
    """What a row is about: as a resource where there is one of it."""
    return list(_named(row.entity.split(",")))


def _named(entities: Iterable[str]) -> Iterable[str]:
    for one in entities:
        of, slash, identity = one.partition("/")
        yield f"{_OF[of]}/{identity}" if slash and of in _OF else one


def _details(row: Entry) -> dict[str, str]:
    """The codes and counts of a row, as text."""
    read = msgspec.json.decode(row.detail) if row.detail else None
    plain = read.items() if isinstance(read, dict) else ()
    return {
        name: value if isinstance(value, str) else msgspec.json.encode(value).decode()
        for name, value in plain
        if value is not None and value != ""
    }


def _is_row(identity: str) -> bool:
    """Whether an id is that of a row: digits, as the log has them."""
    return identity.isascii() and identity.isdigit() and len(identity) <= 18  # noqa: PLR2004 - bigint
