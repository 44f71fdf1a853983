"""SNAQ, 0 to 7: three questions that tell who may be undernourished.

Polarity: higher is worse. Items and points: zib-SNAQScore [C] (domain.md 3.10), SNOMED CT
8881000146104. 2 is moderate, 3 or more severe undernourishment: [K] in domain.md, and so in
Kruizenga and others, Clin Nutr 2005;24:75-82. Loss of weight is one item: both losses together
count 5, once. Made for admission to hospital; SNAQ65+ and SNAQrc are other instruments.
Licence: "SNAQ" is a registered name; terms of use not stated in the sources read [K]: to be
confirmed. The texts are our own.
"""

from __future__ import annotations

from triage.scores.instrument import Instrument, Item, Option, Polarity


def _item(code: str, nl: str, en: str) -> Item:
    no, yes = Option(points=0, nl="nee", en="no"), Option(points=1, nl="ja", en="yes")
    return Item(code=code, nl=nl, en=en, options=(no, yes))


INSTRUMENT = Instrument(
    name="snaq",
    title="SNAQ",
    items=(
        Item(
            code="weight",
            nl="Is de persoon afgevallen zonder dat te willen?",
            en="Unintended loss of weight",
            options=(
                Option(points=0, nl="nee, of niet zo veel", en="none, or not that much"),
                Option(
                    points=2, nl="meer dan 3 kg in 1 maand", en="more than 3 kg in the last month"
                ),
                Option(
                    points=3, nl="meer dan 6 kg in 6 maanden", en="more than 6 kg in half a year"
                ),
                Option(points=5, nl="allebei", en="both"),
            ),
        ),
        _item("appetite", "Had de persoon minder zin in eten?", "Less appetite"),
        _item(
            "drinks",
            "Gebruikte de persoon drinkvoeding of sondevoeding?",
            "Nutritional drinks or tube feeding",
        ),
    ),
    low=0,
    high=7,
    polarity=Polarity.HIGHER_IS_WORSE,
    source="zib-SNAQScore; Kruizenga and others, Clin Nutr 2005;24:75-82",
    licence="registered name; terms not stated in the sources read, to be confirmed",
)
