"""What resources point at, where a search asks to include it.

https://hl7.org/fhir/R4/search.html#include
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import msgspec

from coordination.db.engine import Transaction
from coordination.permissions import look, may
from coordination.records.paged import light
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
) -> tuple[list[Found], list[str]]:
    """What was found points at, as far as it was asked and is theirs to see; each once.

    Returns:
        These, and the types of which there are more than are included.
    """
    wanted: dict[str, dict[str, None]] = {}
    asked = {(name, target) for _, name, target in query.include}
    for one in found if asked else ():
        for term in index_of(one.type, one.body).terms:
            name, _, value = term.partition("=")
            to = _OURS.fullmatch(value)
            if to is None or asked.isdisjoint({(name, None), (name, to[1])}):
                continue
            if to[1] in shelves and may(reader.actor, look(to[1])):
                wanted.setdefault(to[1], {})[to[2]] = None
    here = {(one.type, str(one.id)) for one in found}
    more: list[Found] = []
    cut: list[str] = []
    for kind, ids in sorted(wanted.items()):
        new = tuple(identity for identity in ids if (kind, identity) not in here)
        if not new:
            continue
        these = Query(kind=kind, clauses=(Ids(new[:MOST]),), count=min(len(new), MOST))
        these = msgspec.structs.replace(these, total="none")
        page = await shelves[kind].search(tx, reader, these)
        more += page.found
        many = light((len(one.body) for one in more), len(more))
        if len(new) > MOST or page.after is not None or many < len(more):
            cut.append(kind)
        more = more[:many]
    return more, cut
