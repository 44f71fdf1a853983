"""Who looks for some resources finds them by an index, however many there ever were."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import pytest
from records_world import World

from coordination.db import loose, records, trail
from coordination.db.engine import Transaction
from coordination.db.sought import HasTerm, Sought
from coordination.db.trail import Wanted

pytest_plugins = ["records_fixture"]

MANY = 20_000
MOST = 500
"""Rows, and entries of indexes, that may be read."""

COMMON, SOME, ONE = 1, 2, 3
"""Terms: of every resource, of one in five hundred, of a single one."""

REFERRED = """
INSERT INTO referral (id, organisation_id, entered_by, identifier, content, patient_id, task_id,
  state, urgency, lane, kind, status, review_due, subregion, authored_at, received_at, changed_at,
  need, shortlist)
SELECT gen_random_uuid(), $2, $2, 'many|' || i, '', gen_random_uuid(),
  ('00000000-0000-7000-8000-' || lpad(to_hex(i), 12, '0'))::uuid, 'triaged', 3, 'x',
  'elv-low', 'final', at, 'noord', at, at, at, '{}', '[]'
FROM (SELECT i, now() - i * interval '1 minute' AS at FROM generate_series(1, $1::int) i) made
"""
SENT = """
INSERT INTO resource (id, type, updated_at, organisation_id, referral_id, position, terms, stated,
  body)
SELECT
  CASE WHEN stated THEN r.task_id
    ELSE ('00000000-0000-7000-9000-' || lpad(to_hex(i), 12, '0'))::uuid END,
  CASE WHEN stated THEN 'Task' ELSE 'Observation' END, r.changed_at, r.organisation_id, r.id, 1,
  ARRAY[1, CASE WHEN i % 500 = 0 THEN 2 ELSE 0 END,
    CASE WHEN i = 4000 AND stated THEN 3 ELSE 0 END]
    || ARRAY(SELECT i * 100::bigint + n FROM generate_series(10, 15) n),
  stated, 'x'
FROM (SELECT *, split_part(identifier, '|', 2)::int AS i FROM referral
  WHERE identifier LIKE 'many|%') r, (VALUES (true), (false)) AS of (stated)
ORDER BY 1
"""
"""Every Observation is newer than any Task."""
LOGGED = """
INSERT INTO audit (request_id, actor, role, action, outcome, entity)
SELECT 'x', 'x', 'gp', 'read', 'done',
  'Task/' || i || CASE i % 100 WHEN 7 THEN ',Patient/' || i ELSE '' END
FROM generate_series(1, $1::int) i
"""
READ = """
SELECT (SELECT sum(seq_tup_read + idx_tup_fetch)::bigint FROM pg_stat_xact_user_tables
    WHERE relname IN ('resource', 'audit', 'referral'))
  + (SELECT sum(pg_stat_get_xact_tuples_returned(indexrelid))::bigint FROM pg_index
    WHERE indrelid IN ('resource'::regclass, 'audit'::regclass)) AS rows
"""


class Over(Exception):  # noqa: N818 - nothing is wrong
    """Takes everything back."""


def _task(*terms: HasTerm, **more: Any) -> Sought:
    return Sought(kind="Task", terms=terms, **more)


def _observation(*terms: HasTerm, **more: Any) -> Sought:
    return Sought(kind="Observation", terms=terms, **more)


RARE = HasTerm((ONE, 9), rare=True)
ALL = HasTerm((COMMON,))
FEW = HasTerm((SOME,))

Work = Callable[[Transaction, World], Awaitable[Any]]
WORK: dict[str, tuple[Work, int]] = {
    "a number, for the desk": (lambda tx, w: records.either(tx, w.desk, _task(RARE), 21), 1),
    "a number, for its sender": (lambda tx, w: records.either(tx, w.gp, _task(RARE), 21), 1),
    "a number of what most have": (
        lambda tx, w: records.either(tx, w.desk, _task(ALL, RARE), 21), 1,
    ),
    "what some have, for the desk": (
        lambda tx, w: records.either(tx, w.desk, _task(FEW), 11), 11,
    ),
    "what some have, for its sender": (
        lambda tx, w: records.plain(tx, w.gp, _observation(FEW), 11), 11,
    ),
    "what nobody has": (
        lambda tx, w: records.plain(tx, w.gp, _observation(HasTerm((5,))), 21), 0,
    ),
    "what all have": (lambda tx, w: records.either(tx, w.desk, _task(ALL), 21), 21),
    "what all have, newest first": (
        lambda tx, w: records.plain(tx, w.gp, _observation(ALL, axis="changed"), 21), 21,
    ),
    "those still open": (
        lambda tx, w: records.either(tx, w.desk, _task(HasTerm((), states=("triaged",))), 21), 21,
    ),
    "one by its id": (
        lambda tx, w: records.either(tx, w.desk, _task(ids=(UUID(int=1),)), 21), 0,
    ),
    "a condition": (
        lambda tx, w: loose.fitting(tx, w.gp.organisation, "Task", (ONE,)), 1,
    ),
    "who looked at one": (
        lambda tx, _: trail.entries(tx, Wanted(entities=("Task/500",)), 21), 1,
    ),
    "who looked at one of several": (
        lambda tx, _: trail.entries(tx, Wanted(entities=("Patient/507",)), 21), 1,
    ),
}  # fmt: skip
"""What is looked for, and how many there are of it."""


@pytest.mark.parametrize("work", list(WORK))
async def test_nothing_reads_every_resource(world: World, work: str) -> None:
    look, there = WORK[work]

    async def among_many(tx: Transaction) -> None:
        await tx.run("SET LOCAL session_replication_role = replica")  # nobody is told of them
        await tx.run(REFERRED, MANY // 2, world.gp.organisation)
        await tx.run(SENT)
        await tx.run(LOGGED, MANY)
        await tx.run("ANALYZE referral, resource, audit")
        await tx.row("SELECT count(body) FROM resource")
        before = await tx.row(READ)
        assert before is not None
        assert before.rows >= MANY, "what reads them all shows"
        await records.plan_for_pages(tx, _task(*([RARE] if "number" in work else [])))
        assert len(await look(tx, world)) == there
        after = await tx.row(READ)
        assert after is not None
        assert after.rows - before.rows < MOST
        raise Over

    with pytest.raises(Over):
        await world.database.transact(among_many)
