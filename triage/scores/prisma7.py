"""PRISMA-7, 0 to 7: the raw score only.

Polarity: higher is frailer. Seven questions; where it turns into "frail" the sources disagree
(domain.md 3.13): more than 3 (the GPs of Zuid-Kennemerland) or 3 or more [K]: to be confirmed. So
the cut-off is not in code: it stands in the protocol, with its source.
Licence: not stated in the sources read [K]: to be confirmed; no items are shipped.
"""

from __future__ import annotations

from triage.scores.instrument import Polarity, RawScore

SCORE = RawScore(
    name="prisma7",
    title="PRISMA-7",
    low=0,
    high=7,
    polarity=Polarity.HIGHER_IS_WORSE,
    source="sources that disagree on the cut-off, the GPs of Zuid-Kennemerland among them",
    licence="not stated in the sources read, to be confirmed; no items are shipped",
)
