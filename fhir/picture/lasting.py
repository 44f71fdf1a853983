"""How long what was seen stays true; after that it is unknown until someone looks again."""

from __future__ import annotations

from datetime import timedelta

from fhir.picture.facts import TOTALS, VITALS

_DAY = timedelta(days=1)

LASTING: dict[str, timedelta] = (
    # One set, at most an hour old for the acute screen (domain.md 3.16).
    dict.fromkeys(VITALS, timedelta(hours=1))
    # Function, nutrition and frailty change in weeks. No source gives a term: ours, unsigned.
    | dict.fromkeys(TOTALS, timedelta(days=90))
    # A delirium comes and goes within a day; the DOS is three shifts of one.
    | {"four_at": _DAY, "dos": _DAY}
    # A wish against hospital counts when it is confirmed now (domain.md 3.16): today.
    | {"no_hospital_confirmed": _DAY}
)
"""The age at which a fact is no longer known; facts not named here stay until told otherwise."""

SHIFTS = _DAY
"""The time within which observations of the DOS are shifts of one score (domain.md 3.5)."""

_WORDS = {
    timedelta(hours=1): "De meting is te oud (meer dan een uur): meet opnieuw.",
    timedelta(days=90): "De score is te oud (meer dan 90 dagen): neem hem opnieuw af.",
    _DAY: "Dit is te oud (meer dan een dag): vraag of meet het opnieuw.",
}


def too_old(field: str) -> str:
    """In Dutch, why the value of a fact that lasts no longer than so doesn't count any more."""
    return _WORDS[LASTING[field]]
