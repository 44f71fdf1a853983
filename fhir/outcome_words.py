"""What each type of issue means, in words for a person: Dutch at B1 level, and English.

``details.text`` of an issue says what sort of thing is wrong, ``diagnostics`` (English) exactly
what and how to cure it. Types: https://hl7.org/fhir/R4/valueset-issue-type.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

Language = Literal["nl", "en"]
LANGUAGES: Final[tuple[Language, ...]] = ("nl", "en")
"""Those that we speak, the first one where nothing is asked."""

WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "business-rule": (
        "Dit mag niet volgens de regels van deze dienst.",
        "This is against a rule of this service.",
    ),
    "code-invalid": ("Deze code kennen wij niet.", "This code is not known here."),
    "conflict": (
        "Dit kan niet, zoals de zaken nu staan.",
        "This is not possible as things are.",
    ),
    "deleted": ("Dit was er, maar is verwijderd.", "This was here, and was deleted."),
    "duplicate": ("Dit is er al.", "This is here already."),
    "exception": ("Er ging bij ons iets mis.", "Something went wrong here."),
    "expired": ("De tijd hiervoor is voorbij.", "The time for this has passed."),
    "extension": ("Deze uitbreiding kennen wij niet.", "This extension is not known here."),
    "forbidden": ("Dit mag u niet doen.", "You may not do this."),
    "incomplete": ("Het antwoord is niet volledig.", "The answer is not complete."),
    "informational": ("Ter informatie.", "For your information."),
    "invalid": ("Dit klopt niet.", "This is not right."),
    "invariant": ("Deze gegevens passen niet bij elkaar.", "These elements do not fit together."),
    "lock-error": ("Iemand anders is hier mee bezig.", "Someone else is working on this."),
    "login": ("Meld u eerst aan.", "Sign in first."),
    "multiple-matches": ("Er past meer dan één.", "More than one fits."),
    "no-store": ("Er is geen ruimte om dit te bewaren.", "There is no room to store this."),
    "not-found": (
        "Dit is er niet, of u mag het niet zien.",
        "This is not here, or not yours to see.",
    ),
    "not-supported": ("Dit kan hier niet.", "This is not supported here."),
    "processing": ("Dit kan niet verwerkt worden.", "This can't be processed."),
    "required": ("Hier ontbreekt iets.", "Something is missing."),
    "security": (
        "Dit mag niet, om de veiligheid van gegevens.",
        "This is refused to keep data safe.",
    ),
    "structure": ("Dit is niet te lezen.", "This can't be read."),
    "suppressed": ("Een deel laten wij u niet zien.", "Some of it is not shown to you."),
    "throttled": (
        "U vraagt te veel in korte tijd. Wacht even.",
        "You ask too much in a short time. Wait a while.",
    ),
    "timeout": ("Het duurde te lang.", "It took too long."),
    "too-costly": ("Dit kost te veel rekenwerk.", "This would cost too much work."),
    "too-long": ("Dit is te groot.", "This is too large."),
    "transient": (
        "Het lukt nu even niet. Probeer het zo weer.",
        "It does not work just now. Try again shortly.",
    ),
    "unknown": ("Wij weten niet wie u bent.", "We don't know who you are."),
    "value": ("Deze waarde klopt niet.", "This value is not right."),
}
"""Dutch and English of each type."""


def language_of(accept: str | None) -> Language:
    """The language of ours that someone likes best, of an Accept-Language header.

    RFC 9110, 12.5.4. A header that can't be read counts as none: a language is no reason to refuse.
    """
    liked: list[tuple[float, int, Language]] = []
    for place, part in enumerate((accept or "").lower().split(",")[:20]):
        tag, _, weight = part.partition(";")
        name = tag.strip().partition("-")[0]
        for ours in LANGUAGES:
            if name in {ours, "*"} and (quality := _quality(weight)) > 0:
                liked.append((-quality, place, ours))
                break
    return min(liked)[2] if liked else LANGUAGES[0]


def _quality(weight: str) -> float:
    name, _, value = weight.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0


def words(issue_type: str, language: Language) -> str:
    """What a type of issue means, in a language."""
    return WORDS[issue_type][LANGUAGES.index(language)]
