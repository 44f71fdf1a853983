"""The words of the pages for where an offer is, and why it came to nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from coordination.referral import CANCEL_REASONS, DECLINE_REASONS

OFFER: Final[Mapping[str, str]] = {
    "requested": "wacht op antwoord",
    "countered": "ander moment voorgesteld",
    "waiting": "op de wachtlijst daar",
    "accepted": "toegezegd",
    "declined": "afgewezen",
    "withdrawn": "ingetrokken",
    "expired": "te laat, plek is weer vrij",
    "completed": "aangekomen",
    "away": "in het ziekenhuis, plek bewaard",
    "ended": "afgelopen",
}

ENDED: Final[Mapping[str, str]] = {
    **CANCEL_REASONS,
    **DECLINE_REASONS,
    "not-selected": "Een andere plek is gekozen.",
    "advice-changed": "Door nieuwe gegevens is andere zorg nodig.",
    "withdrawn-by-desk": "Ingetrokken door het coördinatiepunt.",
    "no-answer-in-time": "Er kwam geen antwoord op tijd.",
    "no-decision-in-time": "Over het andere moment is niet op tijd beslist.",
    "place-started": "De persoon is op een andere plek aangekomen.",
    "bed-not-kept": "De persoon kwam niet op tijd terug uit het ziekenhuis.",
}
