"""Groningen Frailty Indicator, 0 to 15: the raw score only.

Polarity: higher is frailer. Fifteen items; where it turns into "frail" the sources disagree
(domain.md 3.13): more than 4 (KNGF), more than 3 (Alrijne), 4 or more (the developers [K]: to be
confirmed). So the cut-off is not in code: it stands in the protocol, with its source.
Licence: not stated in the sources read [K]: to be confirmed; no items are shipped.
"""

from __future__ import annotations

from triage.scores.instrument import Polarity, RawScore

SCORE = RawScore(
    name="gfi",
    title="Groningen Frailty Indicator",
    low=0,
    high=15,
    polarity=Polarity.HIGHER_IS_WORSE,
    source="KNGF, Alrijne and the developers, who disagree on the cut-off",
    licence="not stated in the sources read, to be confirmed; no items are shipped",
)
