"""Care at home until there is a bed: what is asked of district nursing for who waits."""

from __future__ import annotations

import msgspec

from triage.need import Kind, Need, Payer, Requirement
from triage.protocol import Protocol

_AT_HOME = frozenset(
    {
        Requirement.OXYGEN,
        Requirement.INFUSION,
        Requirement.DRAIN,
        Requirement.WOUND_CARE,
        Requirement.TUBE_FEEDING,
        Requirement.CATHETER,
        Requirement.NIGHT_CARE,
    }
)
"""What a team must be able to do as well; the others say something of a room or a bed."""

_TECHNICAL = frozenset({Requirement.INFUSION, Requirement.DRAIN, Requirement.TUBE_FEEDING})
"""What asks for technical nursing at home (MSVT). A choice of this project: which team may do
what differs by region."""


def bridge_need(need: Need, protocol: Protocol, hours: float | None = None) -> Need:
    """The care at home that bridges the wait for a bed.

    Technical nursing where the person has an infusion, drain or feeding tube, night care where
    that is needed, else planned nursing. The visits, level, language and insurer stay as they
    are asked. Who pays is settled later, unless the person falls under the Wlz: home nursing is
    then the Wlz's as well (domain sources).

    Args:
        need: of the bed.
        protocol: knows the usual hours of a kind of care.
        hours: nursing hours a week, above 0; None for the usual ones.
    """
    requirements = need.requirements & _AT_HOME
    kind = Kind.NURSING_PLANNED
    if requirements & _TECHNICAL:
        kind = Kind.NURSING_TECHNICAL
    elif Requirement.NIGHT_CARE in requirements:
        kind = Kind.NURSING_NIGHT
    return msgspec.structs.replace(
        need,
        kind=kind,
        requirements=requirements,
        hours_per_week=protocol.kinds[kind].hours_per_week if hours is None else hours,
        payer=Payer.WLZ if need.payer is Payer.WLZ else None,
        near_pc4=None,
        wishes=frozenset(),
        preferred=None,
    )
