"""Katz-6, 0 to 6: in how many of six daily activities someone needs no help.

Polarity: points for INDEPENDENCE, higher is better; items [C], as in SNOMED CT 273531005
(domain.md 3.8). Dutch hospitals (the VMS theme on frail older people) give points for DEPENDENCE
instead, with 2 or more at risk [K]: to be confirmed. Never compare the two without
``from_dependence``; that cut-off is 4 or less here, and stands in the protocol.
Licence: not stated in the sources read; the six activities are facts of Katz, JAMA 1963;185:914,
the texts are our own [K]: to be confirmed.
"""

from __future__ import annotations

from triage.scores.instrument import Instrument, Item, Option, Polarity
from triage.span import Span


def _item(code: str, nl: str, en: str) -> Item:
    return Item(
        code=code,
        nl=nl,
        en=en,
        options=(
            Option(points=0, nl="met hulp", en="with help"),
            Option(points=1, nl="zelf", en="independent"),
        ),
    )


INSTRUMENT = Instrument(
    name="katz",
    title="Katz-6",
    items=(
        _item("bathing", "Wast de persoon zich zelf?", "Washing"),
        _item("dressing", "Kleedt de persoon zich zelf aan?", "Dressing"),
        _item("toileting", "Gaat de persoon zelf naar de wc?", "Going to the toilet"),
        _item("transfer", "Komt de persoon zelf uit bed en stoel?", "Out of bed and chair"),
        Item(
            code="continence",
            nl="Kan de persoon plas en ontlasting ophouden?",
            en="Control of bladder and bowels",
            options=(
                Option(points=0, nl="nee, of soms niet", en="no, or not always"),
                Option(points=1, nl="ja", en="yes"),
            ),
        ),
        _item("feeding", "Eet de persoon zelf?", "Eating"),
    ),
    low=0,
    high=6,
    polarity=Polarity.HIGHER_IS_BETTER,
    source="Katz, JAMA 1963;185:914-919; SNOMED CT 273531005",
    licence="not stated in the sources read, to be confirmed; the texts are our own",
)


def from_dependence(points: Span) -> Span:
    """Points for independence from points for dependence, as Dutch hospitals give them.

    Args:
        points: 0 to 6, higher is worse; two equal ends when complete.

    Raises:
        ValueError: outside 0 to 6.
    """
    if points.low < INSTRUMENT.low or points.high > INSTRUMENT.high:
        raise ValueError(
            f"katz: {points.low} to {points.high} points for dependence is not within 0 to 6"
        )
    return Span(low=INSTRUMENT.high - points.high, high=INSTRUMENT.high - points.low)
