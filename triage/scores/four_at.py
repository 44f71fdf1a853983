"""4AT, 0 to 12: a first look for delirium at the bedside.

Polarity: higher is worse; 4 or more possible delirium, 1 to 3 possible cognitive impairment, 0
makes both unlikely and excludes neither [C] (domain.md 3.6, https://www.the4at.com/4atguide ).
At the bedside only, never by telephone. Someone who cannot be tested gets points for that, so
"cannot be tested" is an answer here and not a missing item.
Licence: (c) 2011-2014 MacLullich, Ryan, Cash; free to download, use and copy for non-commercial
clinical or research use (https://the4at.com/notes-on-revisions ). The texts are our own short
descriptions and do not replace the form.
"""

from __future__ import annotations

from triage.scores.instrument import Instrument, Item, Option, Polarity

INSTRUMENT = Instrument(
    name="four_at",
    title="4AT",
    items=(
        Item(
            code="alertness",
            nl="Hoe wakker is de persoon?",
            en="Alertness",
            options=(
                Option(
                    points=0,
                    nl="gewoon, of na wekken binnen 10 seconden gewoon",
                    en="normal, or normal within 10 seconds of waking",
                ),
                Option(points=4, nl="duidelijk niet gewoon", en="clearly abnormal"),
            ),
        ),
        Item(
            code="amt4",
            nl="Hoeveel fouten bij leeftijd, geboortedatum, plaats en jaar?",
            en="Mistakes in age, date of birth, place and year (AMT4)",
            options=(
                Option(points=0, nl="geen", en="none"),
                Option(points=1, nl="1 fout", en="1 mistake"),
                Option(
                    points=2, nl="2 of meer, of niet te testen", en="2 or more, or cannot be tested"
                ),
            ),
        ),
        Item(
            code="attention",
            nl="Hoeveel maanden noemt de persoon goed, achteruit vanaf december?",
            en="Months right when named backwards from December",
            options=(
                Option(points=0, nl="7 of meer", en="7 or more"),
                Option(
                    points=1, nl="minder dan 7, of wil niet", en="fewer than 7, or does not want to"
                ),
                Option(points=2, nl="niet te testen", en="cannot be tested"),
            ),
        ),
        Item(
            code="acute-change",
            nl="Is de persoon plotseling of wisselend anders dan anders?",
            en="Sudden change, or ups and downs",
            options=(
                Option(points=0, nl="nee", en="no"),
                Option(points=4, nl="ja", en="yes"),
            ),
        ),
    ),
    low=0,
    high=12,
    polarity=Polarity.HIGHER_IS_WORSE,
    source="https://www.the4at.com/4atguide",
    licence="(c) 2011-2014 MacLullich, Ryan, Cash: free for non-commercial clinical use",
)
