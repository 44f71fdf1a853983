"""Finds the smallest changes of facts that would change the outcome of an advice.

Every answer to every fact is tried at once (triage.beside.outcomes); two facts at a time only where
no single one changes anything. What was entered before the advice showed, and who the person is,
stays as it is. Each change is as triage.conclude has it: the tests hold the two against each other
over many pictures, so it isn't concluded again at every reading.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations
from operator import attrgetter

from triage.advice import Question
from triage.belief import believe
from triage.beside.cells import Ending
from triage.beside.choices import choices_of, nearest
from triage.beside.layout import Layout, Turn
from triage.beside.outcomes import Explored, Outcomes
from triage.codes import Role
from triage.conclude import Conclusion
from triage.decide import shown
from triage.otherwise import Change, Then, Turned
from triage.picture import RED_FLAGS, Picture
from triage.protocol import Protocol
from triage.vocabulary import LINKS, WORDS, Shape

MOST = 5
"""Changes that are shown."""

_PAIRED = 24
"""Other answers that are tried two at a time."""

FIXED = frozenset(
    {
        "age",
        "sex",
        "pregnant",
        "gave_birth_recently",
        "urgency",
        "urgency_role",
        "intended_destination",
        "referrer_role",
    }
)
"""Facts that stay as they are once they are known, or taken for granted."""

_FIXED = attrgetter(*sorted(FIXED))


class Finder:
    """Finds the changes for one protocol; made once, as it takes some time."""

    def __init__(self, protocol: Protocol) -> None:
        self._rules = protocol.rules
        self._outcomes = Outcomes(protocol)
        leaves = self._outcomes.leaves
        self._leaves = leaves
        reads = {fact for rule in protocol.rules for fact, _ in rule.reads}
        self._choices = {
            fact: choices_of(fact, leaves.get(fact, ())) for fact in LINKS if fact in reads
        }
        turns = [((fact, each),) for fact, some in self._choices.items() for each in some]
        self._singles = Layout(turns, leaves)
        own = self._singles.own
        self._numbers = _numbers(self._singles)
        self._flags = sum(own.get(fact, 0) for fact in RED_FLAGS)
        self._fixed = [own.get(fact, 0) for fact in sorted(FIXED)]
        self._own = {LINKS[fact]: bits for fact, bits in own.items()}

    def find(
        self, concluded: Conclusion, picture: Picture, questions: Iterable[Question]
    ) -> tuple[Change, ...]:
        """The smallest changes.

        Args:
            concluded: what the protocol concludes from the picture.
            picture: what is known.
            questions: what the advice asks for.
        """
        believed = believe(picture, [])
        layout = self._singles
        live = layout.everywhere
        for known, bits in zip(_FIXED(concluded.picture), self._fixed, strict=True):
            if known is not None:
                live &= ~bits
        if _doubtful(picture):
            live &= ~layout.own.get("understood", 0)
        explored = self._outcomes.explore(layout, believed, live)
        ranks = (
            self._bits_of(_deciding(concluded)),
            self._bits_of([question.fact for question in questions]),
            self._numbers,
            layout.everywhere & ~self._flags,
            layout.everywhere,
        )
        found = self._best(layout, explored, believed, ranks, self._numbers)
        if not found:
            pairs = self._pairs(concluded, believed)
            if pairs is not None:
                explored = self._outcomes.explore(pairs, believed, pairs.everywhere)
                found = self._best(pairs, explored, believed, (pairs.everywhere,), _numbers(pairs))
        return tuple(found)

    def _bits_of(self, links: Iterable[str]) -> int:
        """The bits that change some facts, by their link id."""
        bits, own = 0, self._own
        for link in links:
            bits |= own.get(link, 0)
        return bits

    def _pairs(self, concluded: Conclusion, picture: Picture) -> Layout | None:
        """Two answers at a time, of the facts on which the outcome rests."""
        facts = [
            fact
            for fact in dict.fromkeys(fact for rule in concluded.fired for fact, _ in rule.reads)
            if getattr(picture, fact) is not None and fact not in FIXED
        ]
        turns: list[Turn] = [
            (fact, each)
            for fact in facts
            for each in self._choices[fact]
            if each.value != getattr(picture, fact)
        ][:_PAIRED]
        pairs = [(one, two) for one, two in combinations(turns, 2) if one[0] != two[0]]
        return Layout(pairs, self._leaves) if pairs else None

    def _best(
        self,
        layout: Layout,
        explored: Explored,
        picture: Picture,
        ranks: Sequence[int],
        numbers: int,
    ) -> list[Change]:
        """One change for each other outcome: of the first rank that leads there, the nearest."""
        base = next(ending for ending in explored.endings if ending[2] & 1)
        by_outcome: dict[Then, int] = {}
        for then, _, bits in explored.endings:
            if then is not base[0]:
                by_outcome[then] = by_outcome.get(then, 0) | bits
        found: list[tuple[int, float, int]] = []
        for bits in by_outcome.values():
            rank = 0
            while not bits & ranks[rank]:
                rank += 1
            among = bits & ranks[rank]
            plain = among & ~numbers
            if plain:
                found.append((rank, 0.0, _lowest(plain)))
            else:
                found.append((rank, *min(_distances(layout, picture, among))))
        found.sort()
        changes = []
        for _, _, place in found[:MOST]:
            bit = 1 << place
            for ending in explored.endings:
                if ending[2] & bit:
                    facts = tuple([_turned(turn, picture) for turn in layout.turns[place]])
                    via = self._via(explored, base, ending, bit)
                    changes.append(Change(facts=facts, then=ending[0], via=via))
                    break
        return changes

    def _via(self, explored: Explored, base: Ending, ending: Ending, bit: int) -> str:
        """The rule that makes the difference: it chooses, or it sets the urgency."""
        outcome, chosen, _ = ending
        if chosen is not base[1]:
            return "gap" if chosen is None else chosen.row.id
        if outcome.urgency is not base[0].urgency:
            for number, bits in explored.fired:
                row = self._rules[number].row
                if row.floor is outcome.urgency and bits & bit:
                    return row.id
        return ""


def _doubtful(picture: Picture) -> bool:
    """Whether it matters for other facts if the person can be understood (triage.belief).

    Then that is no change of one fact, and is left out.
    """
    return any(origin.by == Role.LAY for origin in picture.origins.values())


def _deciding(concluded: Conclusion) -> Iterator[str]:
    """The facts of the rules that made kind and urgency what they are, by link id."""
    for rule in concluded.fired:
        if rule is concluded.chosen or rule.row.floor is concluded.urgency:
            yield from [link for _, link in rule.reads]


def _turned(turn: Turn, picture: Picture) -> Turned:
    fact, choice = turn
    known = getattr(picture, fact)
    return Turned(fact=LINKS[fact], was=shown(known), to=shown(nearest(choice, known)[0]))


def _lowest(bits: int) -> int:
    """The place of the first bit."""
    return (bits & -bits).bit_length() - 1


def _numbers(layout: Layout) -> int:
    own = layout.own.items()
    return sum(bits for fact, bits in own if WORDS[fact].shape is Shape.NUMBER)


def _distances(layout: Layout, picture: Picture, bits: int) -> Iterator[tuple[float, int]]:
    """How far each of some changes goes, in the units of its numbers, and its place."""
    while bits:
        place = _lowest(bits)
        bits &= bits - 1
        far = 0.0
        for fact, choice in layout.turns[place]:
            far += nearest(choice, getattr(picture, fact))[1]
        yield far, place
