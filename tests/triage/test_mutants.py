"""The kill suite: every fault in the tables that can be told apart is told apart by a case."""

from __future__ import annotations

import pytest
from mutant_bench import Bench, concluded
from mutant_rules import mutants_of
from mutants import Judge, picture_of, read_suite

from triage.protocol import load

PROTOCOL = load()
SUITE = read_suite()
REMAKE = "the tables changed: python tests/triage/mutants.py"


def test_the_suite_was_made_for_these_tables() -> None:
    assert SUITE.fingerprint == PROTOCOL.name.fingerprint, REMAKE


def test_every_case_of_the_suite_is_concluded_as_it_says() -> None:
    for case in SUITE.cases:
        assert concluded(PROTOCOL, picture_of(case)) == case.outcome, (case.picture, REMAKE)


def test_the_suite_kills_every_mutant_that_is_not_equivalent(
    capsys: pytest.CaptureFixture[str],
) -> None:
    bench = Bench(PROTOCOL)
    for case in SUITE.cases:
        bench.add(picture_of(case))
    mutants = mutants_of(PROTOCOL)
    equivalent = set(SUITE.equivalent)
    assert equivalent <= {mutant.name for mutant in mutants}, REMAKE
    live = [mutant for mutant in mutants if mutant.name not in equivalent]
    survivors = [mutant.name for mutant in live if bench.killer(mutant) is None]
    with capsys.disabled():
        rate = 100 * (len(live) - len(survivors)) / len(live)
        print(
            f"\nmutants of the tables: {len(mutants)}, {len(equivalent)} proved equivalent; "
            f"{len(SUITE.cases)} cases kill {rate:.1f}% of the other {len(live)}"
        )
    assert not survivors, REMAKE


def test_an_equivalent_mutant_is_killed_by_no_case() -> None:
    bench = Bench(PROTOCOL)
    for case in SUITE.cases:
        bench.add(picture_of(case))
    equivalent = set(SUITE.equivalent)
    assert [
        m.name for m in mutants_of(PROTOCOL) if m.name in equivalent and bench.killer(m) is not None
    ] == []


@pytest.mark.long
def test_the_equivalent_mutants_are_proved_equivalent() -> None:
    judge = Judge(PROTOCOL)
    equivalent = set(SUITE.equivalent)
    for mutant in mutants_of(PROTOCOL):
        if mutant.name in equivalent:
            assert judge.tells(mutant) is None, mutant.name
