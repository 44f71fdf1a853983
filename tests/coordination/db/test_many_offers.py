"""Whatever asks for some offers finds them by an index, however many there ever were."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from capacity.report import SlotReport
from coordination.app import Service
from coordination.db import beds, delivered, proposals, reports, sites, visits
from coordination.db.capacity import Report
from coordination.db.engine import Transaction
from coordination.db.reports import Kept
from coordination.demo.region import Region
from coordination.permissions import Actor, Role
from triage.need import Shift

MANY = 20_000
STAYED = """
INSERT INTO offer (id, referral_id, service_id, organisation_id, state, amount, need, created_at,
  expires_at, changed_at, accepted_at, ended_at, destination)
SELECT gen_random_uuid(), gen_random_uuid(), s.id, s.organisation_id, 'ended', 1, '{}', at, at, at,
  at, at, 'home'
FROM (SELECT id, organisation_id, row_number() OVER () AS nr, count(*) OVER () AS n FROM service) s
JOIN (SELECT i, now() - i * interval '1 hour' AS at FROM generate_series(1, $1::int) i) made
  ON made.i % s.n = s.nr - 1
"""
READ = """
SELECT seq_tup_read + idx_tup_fetch AS rows FROM pg_stat_xact_user_tables WHERE relname = 'offer'
"""
MOST = {"delivered": MANY // 2}
"""Rows of offers that may be read; else fewer than each service has that have ended."""
NOW = datetime.now(UTC)


class Over(Exception):  # noqa: N818 - nothing is wrong
    """Takes everything back."""


async def _report(tx: Transaction, service: UUID) -> None:
    actor = Actor("test", Role.PROVIDER, UUID(int=0), request="test")
    one = Report(
        service=service, total=Decimal(9), used=Decimal(1), closed=Decimal(0), as_of=NOW,
        valid_until=NOW + timedelta(days=1), source="test",
    )  # fmt: skip
    await reports.keep(tx, actor, [Kept(report=one, version=99, counted=True)])


WORK: dict[str, Callable[[Transaction, UUID], Awaitable[Any]]] = {
    "named beds": lambda tx, _: beds.unsettled(tx, 100),
    "promised": lambda tx, service: beds.reserve_promised(tx, service, UUID(int=7)),
    "waited for": sites.waited_for,
    "own waiting lists": lambda tx, _: proposals.queued(tx),
    "visits": lambda tx, service: visits.replace(
        tx, [(service, {Shift.MORNING: SlotReport(total=3)}, NOW)]
    ),
    "many reports": _report,
    "delivered": lambda tx, _: delivered.answers(tx, NOW - timedelta(days=30), None),
}


@pytest.mark.parametrize("work", list(WORK))
async def test_nothing_reads_every_offer(service: Service, region: Region, work: str) -> None:
    of = UUID(region.services[0].id)

    async def among_many(tx: Transaction) -> None:
        await tx.run("SET LOCAL session_replication_role = replica")  # no referrals are made
        await tx.run(STAYED, MANY)
        await tx.run("INSERT INTO bed SELECT $1, $1, 'free', 1, now(), 'x'", of)
        await tx.run("ANALYZE offer")
        await tx.row("SELECT count(reason) FROM offer")
        before = await tx.row(READ)
        assert before is not None
        assert before.rows >= MANY, "what reads them all shows"
        await WORK[work](tx, of)
        after = await tx.row(READ)
        assert after is not None
        assert after.rows - before.rows < MOST.get(work, 150)
        raise Over

    with pytest.raises(Over):
        await service.parts.database.transact(among_many)
