"""Clinical Frailty Scale, 1 to 9: the bare integer only.

Polarity: higher is frailer. SNOMED CT 763264000, scale 445414007 [C] (domain.md 3.9). It says how
someone was two weeks before the acute illness [K]: to be confirmed; not validated under 65 or in
a stable disability [C].
Licence [C]: copyright Dalhousie University; use needs their permission (clinical and
non-commercial use is usually free). So no names, pictures or descriptions of the levels ship:
whoever scores uses their own licensed copy.
"""

from __future__ import annotations

from triage.scores.instrument import Polarity, RawScore

SCORE = RawScore(
    name="cfs",
    title="Clinical Frailty Scale",
    low=1,
    high=9,
    polarity=Polarity.HIGHER_IS_WORSE,
    source="Dalhousie University, version 2.0; SNOMED CT 763264000",
    licence="copyright Dalhousie University: permission needed; integer only, no descriptions",
)
