"""Whatever happens in whatever order, at once or cut off, no place is given twice or lost.

Hypothesis draws the histories; the use cases run in real transactions on a real PostgreSQL.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import ClassVar

import pytest
from conftest import CACHE, drop_database, make_database
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    rule,
    run_state_machine_as_test,
)
from placing_checks import OVERDUE, Seen, check_change, check_states, look
from placing_deeds import (
    Act,
    Deed,
    asked_service,
    chosen,
    chosen_referral,
    sweep,
    work_of,
)
from placing_events import EVENTS, Both, Came, Clock, Crash, Passes
from placing_model import may_be_done, may_be_held
from placing_world import History, World

from coordination.db import embedded
from coordination.errors import Refused
from coordination.referral import HOLDING, OfferState
from triage.need import Kind, Visits

MOST_REFERRALS = 4


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    """A database of its own, with the tables and nobody in it."""
    name = f"naober_placing_{os.getpid()}"
    with embedded.running(CACHE / "data") as place:
        asyncio.run(make_database(place.url(name)))
        world = World(place.url(name))
        yield world
        world.close()
        asyncio.run(drop_database(place.url("postgres"), name))


class Placing(RuleBasedStateMachine):
    """Referrals come in, and everyone does what they may do with them."""

    world: ClassVar[World]
    done: ClassVar[Counter[str]] = Counter()

    def __init__(self) -> None:
        super().__init__()
        self.history = History(self.world)
        self.last_audit = self.world.run(
            self.world.side.fetchval("SELECT COALESCE(max(id), 0) FROM audit")
        )
        self.at = datetime.now(UTC)
        self.seen = self._look()
        self.done["histories"] += 1

    def _look(self) -> Seen:
        history, side = self.history, self.world.side
        seen, self.at = self.world.run(
            look(side, history.ids, history.referrals, self.last_audit, self.at)
        )
        self.last_audit = max((one.id for one in seen.audit), default=self.last_audit)
        check_states(seen)
        return seen

    def _after(self, deeds: int) -> None:
        """Looks again, and holds what has changed against what may change."""
        before, self.seen = self.seen, self._look()
        check_change(before, self.seen, deeds)

    @initialize(kind=st.sampled_from((Kind.ELV_LOW, Kind.NURSING_PLANNED)))
    def first(self, kind: Kind) -> None:
        self._refer(0, kind, 3, Visits())

    def _refer(self, person: int, kind: Kind, hours: float, visits: Visits) -> None:
        taken = self.world.run(
            self.history.attempt(lambda tx: self.history.refer(tx, person, kind, hours, visits))
        )
        assert taken is not None
        assert not isinstance(taken, Refused)
        self.history.referrals.append(taken)
        self._after(1)

    # One rule, so that Hypothesis leaves none of them out of a whole history.
    @rule(event=EVENTS)
    def next(self, event: Came | Act | Both | Crash | Passes | Clock) -> None:
        match event:
            case Came() if len(self.history.referrals) < MOST_REFERRALS:
                self._refer(event.person, event.kind, event.hours, event.visits)
            case Act():
                self._act(event)
            case Both():
                self._both(event.one, event.other)
            case Crash():
                self._crash(event.act, event.how)
            case Passes():
                self._time_passes(event.which)
            case Clock():
                self._clock_runs()

    def _act(self, act: Act) -> None:
        work = work_of(self.history, self.seen, act)
        if work is None:
            self._refer(act.who % 3, Kind.ELV_LOW, 0, Visits())
            return
        expected = self._expected(act)
        result = self.world.run(self.history.attempt(work))
        fine = not isinstance(result, Refused)
        assert expected is None or expected is fine, (act, result, self.seen)
        self._count(act, fine=fine)
        self._after(1)

    def _count(self, act: Act, *, fine: bool) -> None:
        reply = chosen(self.seen, act) if act.deed is Deed.REPLY else None
        name = reply[1].value if reply else act.deed.value.replace("reply", "offer")
        self.done[name if fine else f"{name} refused"] += 1

    def _expected(self, act: Act) -> bool | None:
        """Whether the model says that a deed succeeds; None where it says nothing."""
        seen = self.seen
        if act.deed is Deed.REPLY and (reply := chosen(seen, act)):
            return may_be_done(seen, *reply)
        if act.deed in {Deed.OFFER, Deed.REPLY} and (referral := chosen_referral(seen, act)):
            service = asked_service(self.history, seen, referral, act)
            kinds = self.history.services[self.history.ids.index(service)].kinds
            return may_be_held(seen, referral, service, kinds)
        return None

    def _both(self, one: Act, other: Act) -> None:
        works = [
            work
            for work in (work_of(self.history, self.seen, act) for act in (one, other))
            if work is not None
        ]

        async def race() -> None:
            await asyncio.gather(*(self.history.attempt(work) for work in works))

        self.world.run(race())
        self.done["two at once"] += 1
        self._after(2)

    def _crash(self, act: Act, how: str) -> None:
        work = work_of(self.history, self.seen, act)
        if work is None:
            return
        self.world.run(self.history.attempt(work, crash=how))
        before, after = self.seen, self._look()
        assert after.rows == before.rows
        assert not after.audit
        assert not after.messages
        self.seen = after
        self.done[f"crash {how}"] += 1

    def _time_passes(self, which: int) -> None:
        limited = [one for one in self.seen.offers if one.state in HOLDING | {OfferState.AWAY}]
        if not limited:
            return
        offer = limited[which % len(limited)]
        self.world.run(
            self.world.side.execute(
                "UPDATE offer SET expires_at = now() - interval '1 second', kept_until ="
                " CASE WHEN state = 'away' THEN now() - interval '1 second' END WHERE id = $1",
                offer.id,
            )
        )
        self.seen = self._look()

    def _clock_runs(self) -> None:
        self.world.run(sweep(self.history))
        overdue = self.world.run(self.world.side.fetch(OVERDUE, self.history.ids))
        assert not overdue
        self._after(2)

    def teardown(self) -> None:
        """Every hold ends, whatever came before."""
        self.world.run(
            self.world.side.execute(
                "UPDATE offer SET expires_at = now() - interval '1 second'"
                " WHERE service_id = ANY($1) AND state IN ('requested', 'countered')",
                self.history.ids,
            )
        )
        self.world.run(sweep(self.history))
        self.seen = self._look()
        assert all(one.held == 0 for one in self.seen.figures)
        assert all(one.held == 0 for one in self.seen.slots)
        assert not any(one.state in HOLDING for one in self.seen.offers)


def run(world: World, histories: int, steps: int) -> str:
    """Runs so many histories of so many steps; says how many there were, and how long it took."""
    Placing.world = world
    Placing.done.clear()
    began = time.monotonic()
    run_state_machine_as_test(
        Placing,
        settings=settings(
            max_examples=histories,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
            phases=(Phase.generate, Phase.shrink),
            print_blob=False,
        ),
    )
    taken, done = time.monotonic() - began, Placing.done["histories"]
    assert done >= histories
    return f"\n{done} histories of placing, {steps} steps each, in {taken:.0f} s"


def test_no_history_gives_a_place_twice_or_loses_one(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    told = run(world, 200, 25)
    assert Placing.done["accept"] > Placing.done["start"] > 0
    with capsys.disabled():
        print(told)


@pytest.mark.long
def test_no_long_history_gives_a_place_twice_or_loses_one(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    told = run(world, 2_000, 40)
    with capsys.disabled():
        print(told)
