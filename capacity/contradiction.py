"""Says what was promised here where a report leaves too little room for it."""

from __future__ import annotations

import msgspec

from capacity.supply import Counters, Slots, Unit
from triage.need import Shift

_PARTS = {
    Shift.MORNING: "'s ochtends",
    Shift.AFTERNOON: "'s middags",
    Shift.EVENING: "'s avonds",
    Shift.NIGHT: "'s nachts",
}


class Contradiction(msgspec.Struct, frozen=True):
    """One sentence on what is too little: Dutch, and English."""

    text: str
    text_en: str


def contradictions(counters: Counters) -> list[Contradiction]:
    """Where more was promised than a report says there is; empty where everything fits."""
    found = []
    if counters.conflict:
        bed = counters.unit is Unit.BED
        used = counters.occupied if bed else counters.committed
        found.append(
            _said(
                ("bedden", "beds") if bed else ("uren per week", "hours a week"),
                counters.size - used,
                counters.held,
                counters.reserved,
            )
        )
    for shift, part in _PARTS.items() if counters.slots else ():
        slots = counters.slots.get(shift)
        if slots is not None and over(slots):
            found.append(
                _said(
                    (f"bezoeken {part}", f"visits a day ({shift})"),
                    slots.total - slots.used,
                    slots.held,
                    slots.reserved,
                )
            )
    return found


def over(slots: Slots) -> bool:
    """Whether more visits were promised than can be made."""
    return slots.used + slots.held + slots.reserved > slots.total


def _said(what: tuple[str, str], left: float, held: float, reserved: float) -> Contradiction:
    """A sentence; ``left`` is what the report leaves beside what is in use."""
    promised = held + reserved
    return Contradiction(
        f"De opgave laat {_number(left, ',')} {what[0]} over, maar er is {_number(promised, ',')}"
        f" beloofd: {_number(held, ',')} in open aanvragen, {_number(reserved, ',')} toegezegd na"
        f" deze stand. Dat is {_number(promised - left, ',')} te weinig. Wat beloofd is blijft"
        " staan; overleg met het coördinatiepunt.",
        f"The report leaves {_number(left)} {what[1]}, but {_number(promised)} were promised:"
        f" {_number(held)} held by open offers, {_number(reserved)} accepted after its as-of."
        f" That is {_number(promised - left)} too few. What was promised stays; call the desk.",
    )


def _number(value: float, point: str = ".") -> str:
    return f"{round(value, 2):g}".replace(".", point)
