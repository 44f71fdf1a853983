"""Builds the suite of cases that tells every mutant of the tables from the tables.

A mutant that no picture at hand tells apart is either proved to conclude the same of every picture
(equivalent), or the solver's counterexample becomes a case. When the tables have changed,

    python tests/triage/mutants.py

writes the suite anew (kill_suite.json).
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

import msgspec
from mutant_bench import Bench, Case, Suite, mutated
from mutant_rules import Mutant, mutants_of
from proof_pictures import bounds_of, random_pictures

from triage.conclude import conclude
from triage.picture import Picture
from triage.proof.bits import Bit, both, every, no, same, some
from triage.proof.outcome import Outcome, outcome
from triage.proof.prover import Prover, answer
from triage.proof.symbols import WHOLE, Symbols
from triage.protocol import Protocol, load
from triage.vocabulary import WORDS, Shape

SUITE = Path(__file__).parent / "kill_suite.json"


class Judge:
    """The solver's word on a mutant: a picture that tells it apart, or a proof that none does.

    Args:
        protocol: the tables as they are.
    """

    def __init__(self, protocol: Protocol) -> None:
        self._protocol = protocol
        self._symbols = Symbols()
        self._outcome = outcome(protocol, self._symbols)

    def tells(self, mutant: Mutant) -> Picture | None:
        """A picture of which the mutant concludes something else."""
        other, here = outcome(mutated(self._protocol, mutant), self._symbols), self._outcome
        pairs = [
            *((bit, other.at_least[urgency]) for urgency, bit in here.at_least.items()),
            (here.acute, other.acute),
            (here.final, other.final),
            *((bit, other.kind[kind]) for kind, bit in here.kind.items()),
            *((bit, other.alternative[kind]) for kind, bit in here.alternative.items()),
        ]
        differ = some(no(same(one, two)) for one, two in pairs)
        model = answer([self._symbols], _where(here, other, mutant), differ)
        return None if model is None else self._symbols.picture(model)


def _where(here: Outcome, other: Outcome, mutant: Mutant) -> Bit:
    """Where the fault can matter at all: conditions differ, or the rules that differ may hold."""
    if mutant.assumption is not None:
        return True
    if not mutant.changed:
        return every(no(here.holds[number].false) for number in mutant.at)
    return some(
        no(both(same(one.true, two.true), same(one.false, two.false)))
        for one, two in ((here.holds[n], other.holds[n]) for n in mutant.changed)
    )


def build(protocol: Protocol, say: Callable[[str], object] = print) -> Suite:
    """A suite that kills every mutant that can be killed, as small as a simple choice makes it."""
    mutants = mutants_of(protocol)
    say(f"{len(mutants)} mutants of {len(protocol.rules)} rules")
    bench = Bench(protocol)
    pictures: list[Picture] = []
    for picture in itertools.chain(
        witnesses(protocol), random_pictures(protocol, Random(20261122), RANDOM)
    ):
        pictures.append(picture)
        bench.add(picture)
    killed: dict[str, int] = {}
    survivors: list[Mutant] = []
    for mutant in mutants:
        by = bench.killer(mutant)
        if by is None:
            survivors.append(mutant)
        else:
            killed[mutant.name] = by
    say(f"{len(survivors)} survive {len(pictures)} pictures")
    judge = Judge(protocol)
    equivalent: list[str] = []
    added = len(pictures)
    for mutant in survivors:
        by = bench.killer(mutant, added)
        if by is None:
            told_by = judge.tells(mutant)
            if told_by is None:
                equivalent.append(mutant.name)
                continue
            bench.add(told_by)
            pictures.append(told_by)
            by = bench.killer(mutant, len(pictures) - 1)
            if by is None:
                raise AssertionError(f"the solver's picture does not tell {mutant.name} apart")
        killed[mutant.name] = by
    say(f"{len(equivalent)} are equivalent, {len(pictures) - added} cases are the solver's")
    chosen = _few(protocol, [m for m in mutants if m.name in killed], pictures, killed)
    say(f"{len(chosen)} cases kill {len(killed)}")
    return Suite(
        fingerprint=protocol.name.fingerprint,
        equivalent=tuple(equivalent),
        cases=tuple(_case(protocol, picture) for picture in chosen),
    )


RANDOM = 3_000


def witnesses(protocol: Protocol) -> Iterator[Picture]:
    """For each rule a picture in which it chooses, alone if it can; and those next to it."""
    prover = Prover(protocol)
    said, bounds = prover.outcome, bounds_of(protocol)
    for rule in protocol.rules:
        here = said.counts[rule.number] if rule.row.kind is None else said.chosen[rule.number]
        quiet = [no(bit) for number, bit in enumerate(said.counts) if number != rule.number]
        for others in (quiet, ()):
            picture = prover.find(here, said.final, *others)
            if picture is None:
                continue
            yield picture
            for fact in dict.fromkeys([*(fact for fact, _ in rule.reads), *_ALWAYS]):
                for value in _values(fact, bounds[fact]):
                    yield msgspec.structs.replace(picture, **{fact: value})


_ALWAYS = ("urgency", "urgency_role", "intended_destination")


def _values(fact: str, bounds: tuple[float, ...]) -> list[Any]:
    """Values of a fact on and around every bound, and unknown."""
    word = WORDS[fact]
    if word.shape is Shape.FLAG:
        found: list[Any] = [{fact: value} for value in (True, False)]
    elif word.shape is Shape.CODE:
        found = [{fact: code} for code in sorted(word.codes)]
    else:
        step = 0.1 if fact == "temperature" else 1
        near = {round(b + d, 1) for b in bounds for d in (-step, 0, step)}
        kept = sorted(n for n in near if word.low <= n <= word.high)
        if word.span:
            found = [{fact: {"low": int(n), "high": int(n)}} for n in kept]
        else:
            found = [{fact: int(n) if fact in WHOLE else n} for n in kept]
    return [None, *(getattr(msgspec.convert(each, Picture, strict=False), fact) for each in found)]


def _few(
    protocol: Protocol, mutants: list[Mutant], pictures: list[Picture], killed: dict[str, int]
) -> list[Picture]:
    """Pictures that kill all: the hardest mutants first, since their cases kill others as well."""
    chosen: list[Picture] = []
    bench = Bench(protocol)
    for mutant in sorted(mutants, key=lambda each: -killed[each.name]):
        if bench.killer(mutant) is None:
            bench.add(pictures[killed[mutant.name]])
            chosen.append(pictures[killed[mutant.name]])
    return chosen


def _case(protocol: Protocol, picture: Picture) -> Case:
    said = conclude(protocol, picture)
    return Case(
        picture=msgspec.to_builtins(picture),
        urgency=said.urgency,
        acute=said.acute,
        final=not said.open,
        kind=said.kind,
        alternatives=said.alternatives,
    )


def read_suite() -> Suite:
    """The committed suite."""
    return msgspec.json.decode(SUITE.read_bytes(), type=Suite)


def picture_of(case: Case) -> Picture:
    """The picture of a case."""
    return msgspec.convert(case.picture, Picture, strict=False)


def write(suite: Suite) -> None:
    """One case a line, so that a change of the tables shows what it changes."""
    lines = ",\n".join(msgspec.json.encode(case).decode() for case in suite.cases)
    names = ",\n".join(msgspec.json.encode(name).decode() for name in suite.equivalent)
    SUITE.write_text(
        f'{{"fingerprint":"{suite.fingerprint}","equivalent":[\n{names}\n],"cases":[\n{lines}\n]}}\n',
        encoding="utf-8",
    )


if __name__ == "__main__":
    write(build(load()))
