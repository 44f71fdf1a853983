"""DOS, 0 to 13 a shift and 0 to 39 over three: signs of delirium that nurses see.

Polarity: higher is worse; items 3, 8 and 9 are reversed. A mean of 3 or more over three shifts
(a sum of 9 or more) is probable delirium [C] (domain.md 3.5). One shift says nothing: DOS needs
three. "Don't know" is a missing item. Items: zib-DOSScore, SNOMED CT 55681000146102, and table 1
of https://implementationscience.biomedcentral.com/articles/10.1186/1748-5908-7-13 (open access,
BMC). Licence of the scale itself (Schuurmans): not stated in the sources read [K]: to be
confirmed. The texts are our own short descriptions.
"""

from __future__ import annotations

from collections.abc import Sequence

from triage.scores.instrument import Instrument, Item, Option, Polarity
from triage.span import Span

SHIFTS = 3
"""How many shifts a score needs."""


def _item(code: str, nl: str, en: str, *, reversed_: bool = False) -> Item:
    never, seen = (1, 0) if reversed_ else (0, 1)
    return Item(
        code=code,
        nl=nl,
        en=en,
        options=(
            Option(points=never, nl="nooit", en="never"),
            Option(points=seen, nl="soms of altijd", en="sometimes or always"),
        ),
    )


INSTRUMENT = Instrument(
    name="dos",
    title="DOS (één dienst)",
    items=(
        _item(
            "dozes-off", "Wordt suf terwijl er iets gebeurt", "Dozes off while something goes on"
        ),
        _item("easily-distracted", "Raakt snel de aandacht kwijt", "Is easily distracted"),
        _item(
            "maintains-attention",
            "Houdt de aandacht bij wat er gebeurt",
            "Keeps attention on what happens",
            reversed_=True,
        ),
        _item(
            "unfinished-question-answer",
            "Breekt een vraag of antwoord halverwege af",
            "Stops halfway through a question or answer",
        ),
        _item(
            "answers-no-fit",
            "Zegt dingen die niet bij de vraag horen",
            "Says what has nothing to do with the question",
        ),
        _item("reacts-slowly", "Doet langzaam wat gevraagd wordt", "Is slow to do what is asked"),
        _item(
            "thinks-somewhere-else",
            "Denkt op een andere plek te zijn",
            "Believes to be in another place",
        ),
        _item(
            "knows-part-day",
            "Weet of het ochtend, middag of avond is",
            "Knows which part of the day it is",
            reversed_=True,
        ),
        _item(
            "remembers-recent",
            "Weet wat er net gebeurd is",
            "Knows what just happened",
            reversed_=True,
        ),
        _item("restless", "Is onrustig of plukt aan dingen", "Is restless or picks at things"),
        _item(
            "pulls-wires",
            "Probeert slangen of snoeren los te halen",
            "Tries to get tubes or wires loose",
        ),
        _item(
            "easily-emotional",
            "Wordt opeens verdrietig, boos of bang",
            "Is suddenly sad, angry or afraid",
        ),
        _item(
            "hallucinations",
            "Ziet of hoort wat anderen niet zien of horen",
            "Sees or hears what others do not",
        ),
    ),
    low=0,
    high=13,
    polarity=Polarity.HIGHER_IS_WORSE,
    source="zib-DOSScore; https://implementationscience.biomedcentral.com/articles/10.1186/"
    "1748-5908-7-13, table 1",
    licence="article open access (BMC); terms of the scale itself to be confirmed",
)


def three_shifts(shifts: Sequence[Span]) -> Span:
    """The sum over the last three shifts, 0 to 39; a missing shift may be 0 to 13.

    Args:
        shifts: totals of shifts, oldest first; only the last three count.

    Raises:
        ValueError: one of those is outside 0 to 13.
    """
    last = shifts[-SHIFTS:]
    for shift in last:
        if shift.low < INSTRUMENT.low or shift.high > INSTRUMENT.high:
            raise ValueError(f"dos: a shift of {shift.low} to {shift.high} is not within 0 to 13")
    missing = SHIFTS - len(last)
    return Span(
        low=sum(shift.low for shift in last) + missing * INSTRUMENT.low,
        high=sum(shift.high for shift in last) + missing * INSTRUMENT.high,
    )
