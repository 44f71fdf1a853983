"""Finds the smallest changes of facts that would change the outcome of an advice.

Every answer to every fact is tried at once (triage.beside.outcomes); two facts at a time only where
no single one changes anything. What was entered before the advice showed, and who the person is,
stays as it is. Each change is as triage.conclude has it: the tests hold the two against each other
over many pictures, so it isn't concluded again at every reading.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations

import msgspec

from triage.belief import believe
from triage.beside.cells import Ending, Outcome
from triage.beside.choices import choices_of, held, nearest
from triage.beside.layout import Layout, Turn
from triage.beside.outcomes import Explored, Outcomes
from triage.codes import Role
from triage.conclude import Conclusion
from triage.decide import shown
from triage.otherwise import Change, Then, Turned
from triage.picture import FIELD_OF_LINK, RED_FLAGS, Picture
from triage.protocol import Protocol
from triage.rules import Rule
from triage.vocabulary import LINKS, WORDS, Shape

MOST = 5
"""Changes that are shown."""

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

    def find(
        self, concluded: Conclusion, picture: Picture, questions: Iterable[str]
    ) -> tuple[tuple[Change, ...], tuple[Rule, ...]]:
        """The smallest changes, and the rules that are unknown as it is.

        Args:
            concluded: what the protocol concludes from the picture.
            picture: what is known.
            questions: the facts that the advice asks for.
        """
        believed = believe(picture, [])
        layout, own = self._singles, self._singles.own
        live = layout.everywhere
        for fact in FIXED:
            if getattr(concluded.picture, fact) is not None:
                live &= ~own.get(fact, 0)
        if _doubtful(picture):
            live &= ~own.get("understood", 0)
        explored = self._outcomes.explore(layout, believed, live)
        unknown = tuple(
            [self._rules[number] for number, bits in explored.unknown.items() if bits & 1]
        )
        ranks = (
            _bits_of(own, _deciding(concluded)),
            _bits_of(own, questions),
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
        return tuple(found), unknown

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
        by_outcome: dict[Outcome, int] = {}
        for outcome, _, bits in explored.endings:
            if outcome is not base[0]:
                by_outcome[outcome] = by_outcome.get(outcome, 0) | bits
        found: list[tuple[int, float, int]] = []
        for bits in by_outcome.values():
            rank = next(place for place, each in enumerate(ranks) if bits & each)
            among = bits & ranks[rank]
            plain = among & ~numbers
            if plain:
                found.append((rank, 0.0, (plain & -plain).bit_length() - 1))
            else:
                found.append((rank, *min(_distances(layout, picture, among))))
        found.sort()
        places = [place for _, _, place in found[:MOST]]
        return [self._change(layout, explored, base, picture, place) for place in places]

    def _change(
        self, layout: Layout, explored: Explored, base: Ending, picture: Picture, place: int
    ) -> Change:
        ending = next(each for each in explored.endings if each[2] >> place & 1)
        outcome = ending[0]
        facts = []
        for fact, choice in layout.turns[place]:
            known = getattr(picture, fact)
            to = nearest(choice, known)[0]
            facts.append(Turned(fact=LINKS[fact], was=shown(known), to=shown(to)))
        return Change(
            facts=tuple(facts),
            then=Then(
                urgency=outcome.urgency,
                lane=outcome.lane,
                kind=outcome.kind,
                status=outcome.status,
            ),
            via=self._via(explored, base, ending, place),
        )

    def _via(self, explored: Explored, base: Ending, ending: Ending, place: int) -> str:
        """The rule that makes the difference: it chooses, or it sets the urgency."""
        outcome, chosen, _ = ending
        if chosen is not base[1]:
            return "gap" if chosen is None else chosen.row.id
        if outcome.urgency is not base[0].urgency:
            for number, bits in explored.fired:
                row = self._rules[number].row
                if row.floor is outcome.urgency and bits >> place & 1:
                    return row.id
        return ""


_PAIRED = 24


def changed(picture: Picture, change: Change) -> Picture:
    """The picture with a change, as answers that count.

    Args:
        picture: what is known.
        change: one that was found for it.
    """
    fields = {FIELD_OF_LINK[each.fact]: each.to for each in change.facts}
    origins = {fact: origin for fact, origin in picture.origins.items() if fact not in fields}
    values = {fact: held(fact, value) for fact, value in fields.items()}
    return msgspec.structs.replace(picture, origins=origins, **values)


def _doubtful(picture: Picture) -> bool:
    """Whether it matters for other facts if the person can be understood (triage.belief).

    Then that is no change of one fact, and is left out.
    """
    return any(origin.by == Role.LAY for origin in picture.origins.values())


def _deciding(concluded: Conclusion) -> Iterator[str]:
    """The facts of the rules that made kind and urgency what they are."""
    for rule in concluded.fired:
        if rule is concluded.chosen or rule.row.floor is concluded.urgency:
            yield from [fact for fact, _ in rule.reads]


def _bits_of(own: Mapping[str, int], facts: Iterable[str]) -> int:
    bits = 0
    for fact in facts:
        bits |= own.get(fact, 0)
    return bits


def _numbers(layout: Layout) -> int:
    own = layout.own.items()
    return sum(bits for fact, bits in own if WORDS[fact].shape is Shape.NUMBER)


def _distances(layout: Layout, picture: Picture, bits: int) -> Iterator[tuple[float, int]]:
    """How far each of some changes goes, in the units of its numbers, and its place."""
    while bits:
        place = (bits & -bits).bit_length() - 1
        bits &= bits - 1
        far = 0.0
        for fact, choice in layout.turns[place]:
            far += nearest(choice, getattr(picture, fact))[1]
        yield far, place
