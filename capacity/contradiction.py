"""Says what was promised here where a report leaves too little room for it."""

from __future__ import annotations

import msgspec

from capacity import words
from capacity.supply import Counters, Unit


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
    for shift, (part, part_en) in words.SHIFTS.items() if counters.slots else ():
        slots = counters.slots.get(shift)
        if slots is not None and slots.left < 0:
            found.append(
                _said(
                    (f"bezoeken {part}", f"visits a day {part_en}"),
                    slots.total - slots.used,
                    slots.held,
                    slots.reserved,
                )
            )
    return found


def _said(what: tuple[str, str], left: float, held: float, reserved: float) -> Contradiction:
    """A sentence; ``left`` is what the report leaves beside what is in use."""
    promised = held + reserved
    return Contradiction(
        f"De opgave laat {words.number(left)} {what[0]} over, maar er is {words.number(promised)}"
        f" beloofd: {words.number(held)} in open aanvragen, {words.number(reserved)} toegezegd maar"
        f" niet meegeteld. Dat is {words.number(promised - left)} te weinig. Wat beloofd is blijft"
        " staan; overleg met het coördinatiepunt.",
        f"The report leaves {left:g} {what[1]}, but {promised:g} were promised:"
        f" {held:g} held by open offers, {reserved:g} accepted and not counted in it."
        f" That is {promised - left:g} too few. What was promised stays; call the desk.",
    )
