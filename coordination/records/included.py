"""What resources point at, where a search asks to include it.

https://hl7.org/fhir/R4/search.html#include
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from coordination.db.engine import Transaction
from coordination.permissions import look, may
from coordination.records.shelf import Found, Reader, Shelf
from fhir.search.index import index_of
from fhir.search.query import Ids, Query

MOST = 500
"""Resources of one type that are included at most."""

_OURS = re.compile(r"([A-Z][A-Za-z]+)/([A-Za-z0-9\-.]{1,64})")


async def included(
    tx: Transaction,
    reader: Reader,
    query: Query,
    found: Sequence[Found],
    shelves: Mapping[str, Shelf],
) -> list[Found]:
    """What was found points at, as far as it was asked and is theirs to see; each once."""
    wanted: dict[str, dict[str, None]] = {}
    params = {name: target for source, name, target in query.include if source == query.kind}
    for one in found if params else ():
        for term in index_of(one.type, one.body).terms:
            name, _, value = term.partition("=")
            to = _OURS.fullmatch(value) if name in params else None
            asked_for = to and to[1] in shelves and params[name] in {None, to[1]}
            if to and asked_for and may(reader.actor, look(to[1])):
                wanted.setdefault(to[1], {})[to[2]] = None
    here = {(one.type, str(one.id)) for one in found}
    more: list[Found] = []
    for kind, ids in sorted(wanted.items()):
        new = tuple(identity for identity in ids if (kind, identity) not in here)[:MOST]
        if new:
            asked = Query(kind=kind, clauses=(Ids(new),), count=len(new), total="none")
            more += (await shelves[kind].search(tx, reader, asked)).found
    return more
