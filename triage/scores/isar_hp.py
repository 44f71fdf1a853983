"""ISAR-HP, 0 to 5: four questions that tell who may lose function after a hospital stay.

Polarity: higher is worse; 0 and 1 not at risk, 2 or more at risk [C] (domain.md 3.4), so that a
walking device alone is enough. Source and licence: table 1 of
https://bmchealthservres.biomedcentral.com/articles/10.1186/1472-6963-10-296 , open access (BMC).
"""

from __future__ import annotations

from triage.scores.instrument import Instrument, Item, Option, Polarity


def _item(code: str, nl: str, en: str, points: int) -> Item:
    no, yes = Option(points=0, nl="nee", en="no"), Option(points=points, nl="ja", en="yes")
    return Item(code=code, nl=nl, en=en, options=(no, yes))


INSTRUMENT = Instrument(
    name="isar_hp",
    title="ISAR-HP",
    items=(
        _item(
            "regular-help",
            "Kreeg de persoon vóór de opname geregeld hulp in het huishouden?",
            "Regular help in the household before the admission",
            1,
        ),
        _item(
            "walking-device",
            "Loopt de persoon met een stok, rollator of ander hulpmiddel?",
            "Walks with a stick, a frame or another device",
            2,
        ),
        _item("travel-help", "Heeft de persoon hulp nodig bij reizen?", "Needs help to travel", 1),
        _item(
            "no-education",
            "Ging de persoon na het 14e jaar niet meer naar school?",
            "No education after the age of 14",
            1,
        ),
    ),
    low=0,
    high=5,
    polarity=Polarity.HIGHER_IS_WORSE,
    source="https://bmchealthservres.biomedcentral.com/articles/10.1186/1472-6963-10-296, table 1",
    licence="open access article (BMC), with attribution",
)
