"""Questions to the solver about a protocol: is there a picture of which this is true?"""

from __future__ import annotations

from collections.abc import Sequence

import z3

from triage.picture import Picture
from triage.proof.bits import Bit, formula
from triage.proof.kleene import Kleene
from triage.proof.outcome import Outcome, outcome
from triage.proof.symbols import Symbols
from triage.protocol import Protocol


class Solver:
    """A solver that knows what holds of every picture.

    Args:
        pictures: the symbolic pictures that questions are about.
    """

    def __init__(self, *pictures: Symbols) -> None:
        self._pictures = pictures
        # Everything is yes or no: the solver for finite domains is the fastest there is.
        self._solver = z3.SolverFor("QF_FD")
        self._told: dict[int, z3.BoolRef] = {}
        self._complete = False
        self._names: dict[int, tuple[z3.BoolRef, z3.BoolRef]] = {}

    def named(self, bit: Bit) -> z3.BoolRef:
        """A name for something, which a question asks and an answer tells at once.

        The solver is quick as long as nothing is added between two questions: name first, ask then.
        """
        whole = formula(bit)
        if z3.is_const(whole) and not (z3.is_true(whole) or z3.is_false(whole)):
            return whole
        key = whole.get_id()  # unique while the formula exists: it is kept beside its name
        if key not in self._names:
            name = z3.Bool(f"name {len(self._names)}")
            self._names[key] = (name, whole)
            self._solver.add(name == whole)
            self._complete = False
        return self._names[key][0]

    def known_as(self, conclusion: Outcome) -> Outcome:
        """The same conclusion by names, so that what is asked of it stays small."""
        name = self.named
        return Outcome(
            at_least={urgency: name(bit) for urgency, bit in conclusion.at_least.items()},
            acute=name(conclusion.acute),
            final=name(conclusion.final),
            undecided=name(conclusion.undecided),
            kind={kind: name(bit) for kind, bit in conclusion.kind.items()},
            alternative={kind: name(bit) for kind, bit in conclusion.alternative.items()},
            holds=tuple(Kleene(name(each.true), name(each.false)) for each in conclusion.holds),
            counts=tuple(map(name, conclusion.counts)),
            chosen=tuple(map(name, conclusion.chosen)),
            open=tuple(map(name, conclusion.open)),
        )

    def answer(self, *bits: Bit) -> z3.ModelRef | None:
        """Values under which all of these hold, or None: there are none."""
        return self._solver.model() if self.allows([self.named(bit) for bit in bits]) else None

    def allows(self, literals: list[z3.BoolRef]) -> bool:
        """Whether all of these names, or their opposites, can be true."""
        if not self._complete:
            self._tell()
        result = self._solver.check(literals)
        if result == z3.unknown:  # pragma: no cover - propositional logic is decidable
            raise RuntimeError(f"the solver gave up: {self._solver.reason_unknown()}")
        return bool(result == z3.sat)

    def _tell(self) -> None:
        """What holds of every picture, as far as the names so far ask for it."""
        for picture in self._pictures:
            for axiom in picture.axioms():
                if axiom.get_id() not in self._told:
                    self._told[axiom.get_id()] = axiom
                    self._solver.add(axiom)
        self._complete = True


def answer(pictures: Sequence[Symbols], *bits: Bit) -> z3.ModelRef | None:
    """Values under which all of these hold, or None; for one hard question about a model.

    The other solver is quick when many questions follow; this one proves a single one sooner.
    """
    solver = z3.SolverFor("QF_UF")
    solver.add([formula(bit) for bit in bits])
    for picture in pictures:
        solver.add(picture.axioms())
    result = solver.check()
    if result == z3.unknown:  # pragma: no cover - propositional logic is decidable
        raise RuntimeError(f"the solver gave up: {solver.reason_unknown()}")
    return solver.model() if result == z3.sat else None


class Prover:
    """A protocol on any picture at all.

    Attributes:
        protocol: what is reasoned about.
        picture: the symbolic picture.
        outcome: what the protocol concludes from it.
    """

    def __init__(self, protocol: Protocol) -> None:
        self.protocol = protocol
        self.picture = Symbols()
        self._solver = Solver(self.picture)
        self.outcome = self._solver.known_as(outcome(protocol, self.picture))

    def find(self, *bits: Bit) -> Picture | None:
        """A picture of which all of these are true, or None: there is none, which is a proof."""
        model = self._solver.answer(*bits)
        return None if model is None else self.picture.picture(model)

    def which(self, wanted: Sequence[Bit], *given: Bit) -> dict[int, Picture]:
        """Of each number of ``wanted`` that can be true, a picture of which it is."""
        names = [self._solver.named(bit) for bit in wanted]
        found: dict[int, Picture] = {}
        for number, name in enumerate(names):
            picture = self.find(name, *given)
            if picture is not None:
                found[number] = picture
        return found

    def can(self, *bits: Bit) -> bool:
        """Whether there is a picture of which all of these are true."""
        return self._solver.answer(*bits) is not None
