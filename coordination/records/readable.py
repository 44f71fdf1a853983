"""Which of some resources a reader may read at this moment, by the same rules as for reading."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from coordination.db.engine import Transaction
from coordination.permissions import look, may
from coordination.records.shelf import Reader
from coordination.records.shelves import SHELVES
from fhir.search.query import Ids, Query


async def readable(tx: Transaction, reader: Reader, references: Iterable[str]) -> frozenset[str]:
    """Those of ``Type/id`` that are there, and theirs to see; nobody is told that they looked.

    Args:
        tx: a transaction.
        reader: whose rights count.
        references: to resources of types that are kept here.
    """
    by_kind: dict[str, list[str]] = {}
    for one in dict.fromkeys(references):
        kind, _, identity = one.partition("/")
        by_kind.setdefault(kind, []).append(identity)
    found: set[str] = set()
    for kind, ids in by_kind.items():
        if may(reader.actor, look(kind)):
            asked = Query(kind=kind, clauses=(Ids(tuple(ids)),), count=len(ids), total="none")
            while True:
                page = await SHELVES[kind].search(tx, reader, asked)
                found |= {f"{kind}/{one.id}" for one in page.found}
                if page.after is None:
                    break
                asked = msgspec.structs.replace(asked, after=page.after)
    return frozenset(found)
