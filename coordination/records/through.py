"""Chained parameters: who is looked for through a reference is looked for first."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from coordination.db.engine import Transaction
from coordination.errors import Fault, Refused, Wrong
from coordination.records.shelf import Reader, Shelf
from fhir.search.query import Clause, Query, Terms, Through

MOST = 500
"""Resources through which is looked at most."""


async def without_chains(
    tx: Transaction, reader: Reader, query: Query, shelves: Mapping[str, Shelf]
) -> Query:
    """The query with references to what fits in place of each chain, as far as they may see that.

    Raises:
        Refused: UNPROCESSABLE where more fits than ``MOST``.
    """
    clauses = [
        await _direct(tx, reader, one, shelves) if isinstance(one, Through) else one
        for one in query.clauses
    ]
    return msgspec.structs.replace(query, clauses=tuple(clauses))


async def _direct(
    tx: Transaction, reader: Reader, chain: Through, shelves: Mapping[str, Shelf]
) -> Clause:
    target = Query(kind=chain.target, clauses=(chain.clause,), count=MOST, total="none")
    page = await shelves[chain.target].search(tx, reader, target)
    if page.after is not None:
        name = f"{chain.param}.{chain.clause.param}"
        raise Refused(
            Wrong.UNPROCESSABLE,
            f"The search parameter {name} fits too much (at most {MOST} resources): ask for fewer.",
            faults=(Fault(name, "fits too many resources"),),
            code="too-costly",
        )
    return Terms(chain.param, tuple(f"{chain.param}={chain.target}/{one.id}" for one in page.found))
