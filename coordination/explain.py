"""An advice and its explanation as text for a professional at a terminal, 80 columns wide."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator
from typing import Any, Final

from triage.advice import Lane, Reason, Status
from triage.consult import ROLES
from triage.explanation import Care, Explained
from triage.otherwise import Change, Turned
from triage.panel import Opinion, Says

WIDTH: Final = 80

_LANE = {Lane.ACUTE: "acuut", Lane.NON_ACUTE: "niet-acuut"}
_STATUS = {Status.FINAL: "definitief", Status.PROVISIONAL: "voorlopig"}


def text(advice: Explained) -> str:
    """The advice with everything that explains it, in Dutch; what is empty is left out."""
    parts = (
        _head(advice),
        _section("Zorg", _care(advice.care)),
        _section("Waarom", _reasons(advice.reasons)),
        _section("Wat elk vakgebied zegt", _panel(advice.panel)),
        _section("Overleggen", _consult(advice)),
        _section("Wat de uitkomst zou veranderen", map(_change, advice.changes)),
        _section("Nog vragen", (f"{each.fact}: {each.text}" for each in advice.questions)),
        _section("Onbekend, maakt nu niet uit", _together(advice.unknown.does_not_matter)),
        _section("Let op", advice.notes),
        _section("Stil door een wens", _reasons(advice.exempted)),
        _section("Vangnet", advice.safety_net),
        _section("Veilig uitwijken", _diversions(advice)),
        _section("Voor de patiënt", _together(advice.patient.nl, " ")),
        _foot(advice),
    )
    return "\n\n".join("\n".join(lines) for lines in map(list, parts) if lines)


def _head(advice: Explained) -> Iterator[str]:
    lane, status = _LANE[advice.lane], _STATUS[advice.status]
    name = "" if advice.care.name == advice.kind else f"  {advice.care.name}"
    yield from _wrapped(f"{advice.urgency}  {advice.kind}{name}  ({lane}, {status})", "")
    yield f"opnieuw beoordelen: uiterlijk {advice.review_due:%Y-%m-%d %H:%M} UTC"
    if advice.alternatives:
        yield from _wrapped(f"ook veilig: {', '.join(advice.alternatives)}", "")


def _foot(advice: Explained) -> Iterator[str]:
    signed = "" if advice.protocol.signed_off else ", nog niet klinisch ondertekend"
    yield f"protocol {advice.protocol.version} ({advice.protocol.fingerprint[:12]}{signed})"
    yield "Naober adviseert; een professional beslist."


def _section(title: str, items: Iterable[str]) -> Iterator[str]:
    """A title and its items; an item's further lines stand under its first, deeper."""
    lines = [
        line
        for item in items
        for place, part in enumerate(item.split("\n"))
        for line in _wrapped(part, "  " if place == 0 else "      ")
    ]
    if lines:
        yield f"{title}:"
        yield from lines


def _wrapped(line: str, indent: str) -> list[str]:
    return textwrap.wrap(
        line,
        WIDTH,
        initial_indent=indent,
        subsequent_indent=indent + "  ",
        break_long_words=False,
        break_on_hyphens=False,
    )


def _together(words: Iterable[str], between: str = ", ") -> list[str]:
    joined = between.join(words)
    return [joined] if joined else []


def _care(care: Care) -> Iterator[str]:
    yield f"verantwoordelijk: {care.responsible}"
    if care.payer is not None:
        yield f"betaald uit: {care.payer.value.capitalize()}"
    start = "meteen" if care.within_hours == 0 else f"binnen {care.within_hours:g} uur"
    yield f"start: {start}" + (f" (norm: {care.norm})" if care.norm else "")
    if care.referrers:
        yield f"wie verwijst: {', '.join(ROLES[role][0] for role in care.referrers)}"
    if care.max_days is not None:
        yield f"duur: hoogstens {care.max_days} dagen"
    if care.extend:
        yield f"verlengen: {care.extend}"
    if care.source:
        yield f"bron: {care.source}"


def _reasons(reasons: Iterable[Reason]) -> Iterator[str]:
    for reason in reasons:
        facts = ", ".join(f"{name} = {_shown(value)}" for name, value in reason.facts.items())
        whose = f" ({reason.discipline})" if reason.discipline else ""
        used = f"\ngegevens: {facts}" if facts else ""
        yield f"{reason.rule}{whose}: {reason.text}{used}\nbron: {reason.source}"


def _panel(opinions: Iterable[Opinion]) -> Iterator[str]:
    silent = []
    for each in opinions:
        if each.says is Says.NOTHING:
            silent.append(each.name)
            continue
        found = each.kind or each.urgency
        said = "nog niet te zeggen" if each.says is Says.UNSURE else str(found or "acuut")
        if each.says is Says.UNSURE and found is not None:
            said += f", tot nu toe {found}"
        differs = ", anders dan het advies" if each.agrees is False else ""
        yield f"{each.name}: {said}{differs}" + (f" ({each.rule})" if each.rule else "")
    if silent:
        yield f"niets: {', '.join(silent)}"


def _consult(advice: Explained) -> Iterator[str]:
    for each in advice.consult:
        facts = f"\nvragen: {', '.join(each.facts)}" if each.facts else ""
        yield f"{each.name}: {each.text}{facts}"


def _change(change: Change) -> str:
    turned = " en ".join(map(_turned, change.facts))
    then = change.then
    via = f" door {change.via}" if change.via else ""
    outcome = f"{then.urgency} {then.kind} ({_LANE[then.lane]}, {_STATUS[then.status]})"
    return f"{turned}: {outcome}{via}"


def _turned(turned: Turned) -> str:
    return f"{turned.fact} {_shown(turned.was)} -> {_shown(turned.to)}"


def _diversions(advice: Explained) -> Iterator[str]:
    for each in advice.diversions:
        hours = f"{each.reachable_within_hours:g} uur"
        calls = f"{each.call_back_within_hours:g} uur"
        watch = "".join(f"\n{line}" for line in each.watch)
        yield f"{each.kind}: {each.responsible} binnen {hours}; terugbellen binnen {calls}{watch}"


def _shown(value: Any) -> str:
    if value is None:
        return "onbekend"
    if isinstance(value, bool):
        return "ja" if value else "nee"
    if isinstance(value, list):
        return f"{value[0]} tot {value[1]}"
    return f"{value:g}" if isinstance(value, int | float) else str(value)
