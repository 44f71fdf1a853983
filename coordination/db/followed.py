"""Versions of all resources of a type, newest first: what changed, for who follows it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from coordination.db.engine import Row, Transaction
from coordination.db.offer_tasks import COLUMNS as OFFER
from coordination.db.offer_tasks import Asked, asked, visible
from coordination.db.past import SHOWN
from coordination.db.records import HELD, Kept, kept
from coordination.db.resources import Held
from coordination.db.seen import of_referral, of_resource
from coordination.db.sought import Bound, Mark
from coordination.db.stated import STATE, told
from coordination.permissions import Actor


class Span(msgspec.Struct, frozen=True, kw_only=True):
    """Which versions.

    Attributes:
        kind: resource type.
        since: only those made at or after this moment, or None.
        after: where the page begins, or None.
    """

    kind: str
    since: datetime | None
    after: Mark | None


_EARLIER = ", ".join(f"p.{name}" for name in Held.__struct_fields__)
# The content that a resource had in version p of its referral.
_THEN = """
CASE WHEN x.version <= p.version THEN x.body ELSE COALESCE(
  (SELECT q.body FROM resource_past q WHERE q.id = x.id AND q.version <= p.version
   ORDER BY q.version DESC LIMIT 1),
  (SELECT q.body FROM resource_past q WHERE q.id = x.id ORDER BY q.version LIMIT 1)) END AS body
"""
_WAS = "(p.shown ->> 'state')"
# Since it was here, and was of the referral.
_HERE = """
COALESCE((SELECT n.changed_at FROM past n WHERE n.of = 'referral' AND n.id = p.id
    AND n.version > p.version ORDER BY n.version LIMIT 1), r.changed_at)
  > COALESCE((SELECT min(q.updated_at) FROM resource_past q WHERE q.id = x.id), x.updated_at)
AND p.version > COALESCE((SELECT max(q.version) FROM resource_past q WHERE q.id = x.id
    AND q.referral_id IS NULL), 0)
"""


async def plain(tx: Transaction, actor: Actor, span: Span, most: int) -> list[Kept]:
    """Versions of resources that show what they say themselves, now or then."""
    bound = Bound()
    now = await _rows(
        tx, bound, span, most, HELD, ("x.updated_at", "x.id", "x.version"),
        f"resource x WHERE x.type = {bound(span.kind, 'text')} AND NOT x.stated"
        f" AND {of_resource(bound, actor, span.kind)}",
    )  # fmt: skip
    bound = Bound()
    then = await _rows(
        tx, bound, span, most, _EARLIER, ("p.updated_at", "p.id", "p.version"),
        "resource_past p JOIN resource x ON x.id = p.id"
        f" WHERE x.type = {bound(span.kind, 'text')} AND (NOT x.stated OR p.referral_id IS NULL)"
        f" AND {of_resource(bound, actor, span.kind)}",
    )  # fmt: skip
    return [kept(row, stated=False, mark=_mark(row)) for row in (*now, *then)]


async def stated(tx: Transaction, actor: Actor, span: Span, most: int) -> list[Kept]:
    """Versions of ServiceRequests and Tasks that show the state of their referral."""
    bound = Bound()
    now = await _rows(
        tx, bound, span, most, f"{HELD}, {STATE}",
        ("r.changed_at", "x.id", "r.version"),
        "referral r JOIN resource x ON x.referral_id = r.id AND x.stated"
        f" WHERE x.type = {bound(span.kind, 'text')} AND {of_referral(bound, actor)}",
    )  # fmt: skip
    bound = Bound()
    held = ", ".join(f"x.{name}" for name in Held.__struct_fields__ if name != "body")
    then = await _rows(
        tx, bound, span, most,
        f"{held}, {_THEN}, p.shown ->> 'state' AS state, p.version AS counted, p.changed_at,"
        f" p.shown ->> 'reason' AS reason, {told(_WAS, 'r.id', 'p.changed_at')}",
        ("p.changed_at", "x.id", "p.version"),
        "past p JOIN referral r ON r.id = p.id JOIN resource x ON x.referral_id = r.id AND x.stated"
        f" WHERE p.of = 'referral' AND x.type = {bound(span.kind, 'text')}"
        f" AND {of_referral(bound, actor)} AND {_HERE}",
    )  # fmt: skip
    return [kept(row, stated=True, mark=_mark(row)) for row in (*now, *then)]


async def offers(tx: Transaction, actor: Actor, span: Span, most: int) -> list[Asked]:
    """Versions of offers, which are shown as Tasks."""
    bound = Bound()
    joined = "JOIN referral r ON r.id = o.referral_id WHERE"
    now = await _rows(
        tx, bound, span, most, OFFER, ("o.changed_at", "o.id", "o.version"),
        f"offer o {joined} {visible(bound, actor)}",
    )  # fmt: skip
    bound = Bound()
    then = await _rows(
        tx, bound, span, most, f"{OFFER}, {SHOWN}", ("p.changed_at", "o.id", "p.version"),
        f"past p JOIN offer o ON o.id = p.id {joined} p.of = 'offer' AND {visible(bound, actor)}",
    )  # fmt: skip
    return [
        *(asked(row, _mark(row)) for row in now),
        *(asked(row, _mark(row)).as_it_was(row) for row in then),
    ]


async def _rows(
    tx: Transaction,
    bound: Bound,
    span: Span,
    most: int,
    columns: str,
    mark: tuple[str, str, str],
    source: str,
) -> list[Row]:
    """Rows of a source that has its WHERE already, newest first."""
    at, identity, version = mark
    only = ""
    if span.since is not None:
        only += f" AND {at} >= {bound(span.since, 'timestamptz')}"
    if span.after is not None:
        last: list[tuple[Any, str]] = [
            (span.after.key, "timestamptz"), (span.after.id, "uuid"), (span.after.version, "int"),
        ]  # fmt: skip
        values = ", ".join(bound(value, cast) for value, cast in last)
        only += f" AND ({at}, {identity}, {version}) < ({values})"
    return await tx.rows(
        f"SELECT {columns}, {at} AS mark_at, {version} AS mark_version FROM {source}{only}"  # noqa: S608
        f" ORDER BY {at} DESC, {identity} DESC, {version} DESC LIMIT {bound(most, 'bigint')}",
        *bound.values,
    )


def _mark(row: Row) -> Mark:
    return Mark(row.id, row.mark_at, row.mark_version)
