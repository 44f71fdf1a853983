"""What a search asks of the audit log, as far as the database can narrow it down."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import datetime

from coordination.db.trail import Wanted
from fhir.audit_event import DONE, REFUSED
from fhir.search.query import Ids, Query, Terms, When

_ABOUT = frozenset({"target", "entity", "patient"})
_CODED = frozenset({"outcome", "action"})
_REFUSED = {frozenset({REFUSED}): True, frozenset({DONE}): False}
_IN_LOG = {"Task": "offer", "ServiceRequest": "referral", "HealthcareService": "capacity"}
"""The names that the log has for what resources show."""
_DIGITS = 18


def wanted_of(query: Query, after: int | None) -> Wanted:
    """Rows among which are all that fit; who shows them judges each.

    Of two clauses about the same the last narrows the rows down, and both judge them.

    Args:
        query: for Provenance or AuditEvent.
        after: the row behind which the page begins, or None.
    """
    ids: tuple[int, ...] | None = None
    organisations: tuple[uuid.UUID, ...] | None = None
    entities: tuple[str, ...] | None = None
    since: datetime | None = None
    until: datetime | None = None
    refused: bool | None = None
    reads = False
    for clause in query.clauses:
        if isinstance(clause, Ids):
            ids = tuple(int(one) for one in clause.any_of if is_row(one))
        elif isinstance(clause, When) and len(clause.any_of) == 1 and clause.axis != "about":
            low, high = _bounds(clause)
            since, until = low or since, high or until
        elif isinstance(clause, Terms) and not clause.negated:
            said = [one.partition("=")[2] for one in clause.any_of]
            if clause.param in _ABOUT and all("/" in one for one in said):
                entities = tuple(name for one in said for name in _names(one))
            elif clause.param == "agent" and all(_organisation(one) for one in said):
                organisations = tuple(key for one in said if (key := _organisation(one)))
            elif clause.param in _CODED:
                codes = {one.rpartition("|")[2] for one in said}
                refused = _REFUSED.get(frozenset(codes)) if clause.param == "outcome" else refused
                reads = reads or codes == {"R"}
    descending = query.sort[1] if query.sort else True
    return Wanted(
        ids=ids, since=since, until=until, organisations=organisations, entities=entities,
        refused=refused, reads=reads, after=after, descending=descending,
    )  # fmt: skip


def is_row(identity: str) -> bool:
    """Whether an id is that of a row: digits, no more of them than a bigint surely holds."""
    return identity.isascii() and identity.isdigit() and len(identity) <= _DIGITS


def _bounds(clause: When) -> tuple[datetime | None, datetime | None]:
    """Between which moments a row is that fits; None is open."""
    (prefix, span), *_ = clause.any_of
    if prefix in {"eq", "ap"}:
        return span.low, span.high
    if prefix in {"gt", "ge", "sa"}:
        return span.low, None
    if prefix in {"lt", "le", "eb"}:
        return None, span.high
    return None, None


def _names(reference: str) -> Iterator[str]:
    """What the log may call a resource."""
    yield reference
    kind, _, identity = reference.partition("/")
    if kind in _IN_LOG:
        yield f"{_IN_LOG[kind]}/{identity}"


def _organisation(reference: str) -> uuid.UUID | None:
    kind, _, identity = reference.partition("/")
    try:
        return uuid.UUID(identity) if kind == "Organization" else None
    except ValueError:
        return None
