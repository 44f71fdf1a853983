"""An advice as text for a reader at a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from triage.advice import Advice


def text(advice: Advice) -> str:
    """The advice, its reasons, what is asked, and what to watch, in Dutch."""
    return "\n".join(_lines(advice))


def _lines(advice: Advice) -> Iterator[str]:
    yield f"{advice.urgency}  {advice.kind}  ({advice.lane}, {advice.status})"
    yield f"opnieuw beoordelen: uiterlijk {advice.review_due:%Y-%m-%d %H:%M} UTC"
    if advice.alternatives:
        yield f"ook veilig: {', '.join(advice.alternatives)}"
    yield "\nWaarom:"
    for reason in advice.reasons:
        facts = ", ".join(f"{name} = {value}" for name, value in reason.facts.items())
        yield f"  {reason.rule}: {reason.text}"
        if facts:
            yield f"      gegevens: {facts}"
        yield f"      bron: {reason.source}"
    if advice.questions:
        yield "\nNog vragen:"
        for question in advice.questions:
            yield f"  {question.fact}: {question.text}"
    if advice.notes:
        yield "\nLet op:"
        for note in advice.notes:
            yield f"  {note}"
    if advice.safety_net:
        yield "\nVangnet:"
        for line in advice.safety_net:
            yield f"  {line}"
    signed = "" if advice.protocol.signed_off else ", nog niet klinisch ondertekend"
    yield f"\nprotocol {advice.protocol.version} ({advice.protocol.fingerprint[:12]}{signed})"
    yield "Naober adviseert; een professional beslist."
