"""Whether there is room: what the figures of a service say, and when it probably comes free."""

from __future__ import annotations

from capacity import words
from capacity.fitting import Asked
from capacity.reasons import NO_BED, NO_HOURS, NOT_REPORTED, STALE, Reason
from capacity.supply import Counters, Unit
from triage.need import Shift


def room(asked: Asked, counters: Counters | None, reasons: list[Reason]) -> None:
    """Adds every reason why there is no room."""
    if counters is None or not counters.version:
        reasons.append(NOT_REPORTED)
        return
    if counters.stopped(asked.now):
        reasons.append(_stopped(counters))
    if counters.freshness(asked.now) == "stale":
        reasons.append(STALE)
        return
    free, amount = counters.free, asked.need.amount
    if free <= 0:
        reasons.append(_hopeful(NO_BED if counters.unit is Unit.BED else NO_HOURS, asked, counters))
    elif free < amount:
        few = Reason(
            code="too-few-hours",
            text=f"Er zijn {words.number(free)} uren per week vrij. Nodig: {words.number(amount)}.",
            text_en=f"{free:g} hours a week are free. Needed: {amount:g}.",
        )
        reasons.append(_hopeful(few, asked, counters))
    if asked.visits:
        _visits(asked, counters, reasons)


def _stopped(counters: Counters) -> Reason:
    until, until_en = "Einde is niet bekend.", "The end is not known."
    if counters.stop_until is not None:
        moment = words.moment(counters.stop_until)
        until, until_en = f"Waarschijnlijk tot {moment}.", f"Expected until {moment}."
    return Reason(
        code="stopped",
        text=f"Neemt nu niemand op: {counters.stop_reason}. {until}",
        text_en=f"Admits nobody now: {counters.stop_reason}. {until_en}",
    )


def _hopeful(reason: Reason, asked: Asked, counters: Counters) -> Reason:
    """The same reason, with when enough probably comes free where that is expected.

    It stays a reason: what is expected is not there, and can't be held.
    """
    at = counters.free_at(asked.need.amount, asked.now)
    if at is None:
        return reason
    moment = words.moment(at)
    late = at > asked.latest
    return Reason(
        code=reason.code,
        text=f"{reason.text} Waarschijnlijk wel vanaf {moment}"
        + (", maar dat is te laat." if late else "."),
        text_en=f"{reason.text_en} Probably from {moment}"
        + (", but that is too late." if late else "."),
    )


def _visits(asked: Asked, counters: Counters, reasons: list[Reason]) -> None:
    wanted = {shift: asked.need.visits.of(shift) for shift in Shift}
    unknown = [s for s, visits in wanted.items() if visits and s not in counters.slots]
    few = [s for s, slots in counters.slots.items() if slots.free < wanted.get(s, 0)]
    if unknown:
        when, when_en = words.shift_names(unknown)
        reasons.append(
            Reason(
                code="slots-not-reported",
                text=f"Heeft niet gemeld of er bezoeken vrij zijn: {when}. Bel eerst.",
                text_en=f"Has not reported whether visits are free: {when_en}. Call first.",
            )
        )
    if few:
        when, when_en = words.shift_names([shift for shift in Shift if shift in few])
        reasons.append(
            Reason(
                code="too-few-visits",
                text=f"Er zijn te weinig bezoeken vrij: {when}.",
                text_en=f"Too few visits are free: {when_en}.",
            )
        )
