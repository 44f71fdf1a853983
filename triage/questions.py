"""The questions of an advice: each unknown fact that matters, once, most urgent first."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from operator import itemgetter

from triage.advice import Question
from triage.need import Kind
from triage.tables import Discipline, Row
from triage.urgency import Urgency
from triage.vocabulary import LINKS, WORDS

Lead = tuple[int, int, str]
"""What a rule could lead to: rank of its urgency, how acute its kind is, and the code to show."""

_ACUITY = {Kind.AMBULANCE: 0, Kind.SEH: 1, Kind.HAP: 2}
_NOT_ACUTE = 3
_NO_URGENCY = len(Urgency)
_NOTHING: Lead = (_NO_URGENCY, _NOT_ACUTE, "")

Asked = tuple[tuple[int, int], Question]
"""A question and its place in the order: most urgent, then most acute."""

Asker = Callable[[Mapping[str, int]], tuple[Question, ...]]
"""From each fact to ask, with the rules that hang on it: a bit for the number of each."""


def acuity(kind: Kind) -> int:
    """How acute a kind is: 0 for 112, then SEH, then HAP; 3 for all others alike."""
    return _ACUITY.get(kind, _NOT_ACUTE)


def asker(rows: Sequence[Row], disciplines: Mapping[str, Discipline]) -> Asker:
    """What asks the questions of a protocol with these rules, in this order."""
    asks = {fact: code for code, each in disciplines.items() for fact in each.facts}
    leads = [_leads(row) for row in rows]

    # The same facts hang on the same rules time and again: a question is composed once.
    @lru_cache(maxsize=8192)
    def compose(fact: str, rules: int) -> Asked:
        could = sorted(
            {lead for number, each in enumerate(leads) if rules >> number & 1 for lead in each}
        )
        word = WORDS[fact]
        question = Question(
            fact=LINKS[fact],
            text=word.nl,
            text_en=word.en,
            could=tuple(dict.fromkeys(code for _, _, code in could)),
            ask=asks.get(fact, ""),
        )
        return (could[0] if could else _NOTHING)[:2], question

    def ask(rules_of: Mapping[str, int]) -> tuple[Question, ...]:
        asked = [compose(fact, rules) for fact, rules in rules_of.items()]
        asked.sort(key=itemgetter(0))
        return tuple([question for _, question in asked])

    return ask


def _leads(row: Row) -> tuple[Lead, ...]:
    rank = _NO_URGENCY if row.floor is None else row.floor.rank
    raises = () if row.floor is None else ((rank, -1, str(row.floor)),)
    chooses = () if row.kind is None else ((rank, acuity(row.kind), str(row.kind)),)
    return (*raises, *chooses)
