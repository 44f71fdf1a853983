"""Every instrument by the fact that holds its total.

``dos`` is the exception: the instrument is one shift, the fact is three of them added up
(triage.scores.dos.three_shifts).
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from triage.scores import barthel, cfs, dos, four_at, gfi, isar_hp, katz, prisma7, snaq
from triage.scores.instrument import Instrument, RawScore

INSTRUMENTS: Mapping[str, Instrument] = MappingProxyType(
    {
        module.INSTRUMENT.name: module.INSTRUMENT
        for module in (barthel, katz, isar_hp, snaq, four_at, dos)
    }
)
"""Those whose items may be given one by one."""

RAW_SCORES: Mapping[str, RawScore] = MappingProxyType(
    {module.SCORE.name: module.SCORE for module in (cfs, gfi, prisma7)}
)
"""Those of which only the total is taken in."""
