"""How many services have something free: a first look, before any person's conditions."""

from __future__ import annotations

from datetime import datetime

from capacity.snapshot import Supply
from triage.need import Kind, Need
from triage.urgency import Urgency


def open_services(supply: Supply, kind: Kind, pc4: str | None, now: datetime) -> int:
    """The number of services that give a kind of care and report something free.

    Fresh figures only, no stop, and for care at home only teams that come to the postcode;
    of the province and its neighbours, guarantee beds aside.
    Whether a person fits there is ``matching.match``'s to say.

    Args:
        supply: what there is.
        kind: of care.
        pc4: four digits of the home postcode, or None when not known.
        now: the moment of asking, with a time zone.
    """
    asked = Need(kind=kind, urgency=Urgency.U5, pc4=pc4)
    return sum(
        1
        for seen in supply.view(asked).open
        if (counters := supply.counters.get(seen.service.id)) is not None
        and counters.free > 0
        and counters.freshness(now) == "fresh"
        and not counters.stopped(now)
    )
