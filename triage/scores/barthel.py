"""Barthel index, 0 to 20: how much of daily life someone does without help.

Polarity: higher is more independent. Items and points: zib-BarthelADLIndex, release 2020 [C]
(domain.md 3.7), total SNOMED CT 273302005 or LOINC 96761-2. The bands 0-4, 5-9, 10-14, 15-19
and 20 that are common in the Netherlands are [K]: to be confirmed, and not in code.
Licence [C]: Maryland State Medical Society; free for non-commercial use when cited as Mahoney and
Barthel, Md State Med J 1965;14:61-65; changing it, or commercial use, needs permission.
The texts are our own short descriptions.
"""

from __future__ import annotations

from triage.scores.instrument import Instrument, Item, Option, Polarity

INSTRUMENT = Instrument(
    name="barthel",
    title="Barthel-index",
    items=(
        Item(
            code="bowels",
            nl="Kan de persoon de ontlasting ophouden?",
            en="Control of the bowels",
            options=(
                Option(points=0, nl="nee", en="incontinent"),
                Option(points=1, nl="soms een ongelukje", en="an occasional accident"),
                Option(points=2, nl="ja", en="continent"),
            ),
        ),
        Item(
            code="bladder",
            nl="Kan de persoon de plas ophouden?",
            en="Control of the bladder",
            options=(
                Option(points=0, nl="nee, of met een katheter", en="incontinent or a catheter"),
                Option(
                    points=1,
                    nl="hooguit één ongelukje per 24 uur",
                    en="at most one accident in 24 hours",
                ),
                Option(
                    points=2,
                    nl="ja, al langer dan 7 dagen",
                    en="continent for more than 7 days",
                ),
            ),
        ),
        Item(
            code="grooming",
            nl="Verzorgt de persoon zelf gezicht, haren en tanden?",
            en="Care of face, hair and teeth",
            options=(
                Option(points=0, nl="met hulp", en="with help"),
                Option(points=1, nl="zelf", en="independent"),
            ),
        ),
        Item(
            code="toilet",
            nl="Gaat de persoon zelf naar de wc?",
            en="Use of the toilet",
            options=(
                Option(points=0, nl="nee, hulp bij alles", en="dependent"),
                Option(points=1, nl="met een beetje hulp", en="with some help"),
                Option(points=2, nl="zelf", en="independent"),
            ),
        ),
        Item(
            code="feeding",
            nl="Eet de persoon zelf?",
            en="Eating",
            options=(
                Option(points=0, nl="kan het niet", en="unable"),
                Option(points=1, nl="met hulp", en="with help"),
                Option(points=2, nl="zelf", en="independent"),
            ),
        ),
        Item(
            code="transfers",
            nl="Komt de persoon zelf van bed naar stoel?",
            en="From bed to chair",
            options=(
                Option(points=0, nl="kan het niet", en="unable"),
                Option(points=1, nl="met veel hulp (1 of 2 mensen)", en="much help (1-2 people)"),
                Option(points=2, nl="met een beetje hulp", en="little help"),
                Option(points=3, nl="zelf", en="independent"),
            ),
        ),
        Item(
            code="mobility",
            nl="Hoe verplaatst de persoon zich binnen?",
            en="Getting about indoors",
            options=(
                Option(points=0, nl="niet", en="immobile"),
                Option(points=1, nl="zelf in een rolstoel", en="independent in a wheelchair"),
                Option(points=2, nl="lopend met hulp van 1 mens", en="walks with one person"),
                Option(points=3, nl="zelf lopend", en="walks independently"),
            ),
        ),
        Item(
            code="dressing",
            nl="Kleedt de persoon zich zelf aan?",
            en="Dressing",
            options=(
                Option(points=0, nl="nee, hulp bij alles", en="dependent"),
                Option(points=1, nl="ongeveer de helft zelf", en="about half without help"),
                Option(points=2, nl="zelf", en="independent"),
            ),
        ),
        Item(
            code="stairs",
            nl="Loopt de persoon zelf de trap op en af?",
            en="Going up and down stairs",
            options=(
                Option(points=0, nl="kan het niet", en="unable"),
                Option(points=1, nl="met hulp", en="with help"),
                Option(points=2, nl="zelf", en="independent"),
            ),
        ),
        Item(
            code="bathing",
            nl="Gaat de persoon zelf in bad of onder de douche?",
            en="Bath or shower",
            options=(
                Option(points=0, nl="met hulp", en="dependent"),
                Option(points=1, nl="zelf", en="independent"),
            ),
        ),
    ),
    low=0,
    high=20,
    polarity=Polarity.HIGHER_IS_BETTER,
    source="zib-BarthelADLIndex 2020; Mahoney and Barthel, Md State Med J 1965;14:61-65",
    licence="Maryland State Medical Society: free for non-commercial use when cited",
)
