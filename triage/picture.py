"""What is known of a person: typed facts, each of which may be "not known".

The struct is the vocabulary: rules may name its facts (triage/facts, by topic) and nothing else,
the published Questionnaire asks them, and ``None`` always means *unknown*: never normal, never
"no". A fact's link id (interface name) is its field's name with hyphens; red flags are
``red-flag.CODE``. Ranges are plausible values; outside them a value is refused, not scored.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from triage.facts.place import Place


class Origin(msgspec.Struct, frozen=True):
    """Where a fact came from.

    Attributes:
        source: reference to the element of the referral, such as ``Observation/…``.
        observed: when it was seen; None when the referral does not say.
        by: role of the person who said it, or None.
    """

    source: str
    observed: datetime | None = None
    by: str | None = None


class Note(msgspec.Struct, frozen=True):
    """Something in the referral that triage could not use, or used with care.

    Attributes:
        fact: the link id concerned, or "" for the whole.
        text: Dutch, for a professional.
        source: the element of the referral.
    """

    fact: str
    text: str
    source: str = ""


class Picture(Place, frozen=True, kw_only=True, omit_defaults=True):
    """The facts, and how they came to be known. Every fact may be None: unknown."""

    origins: dict[str, Origin] = msgspec.field(default_factory=dict)
    notes: tuple[Note, ...] = ()


RED_FLAGS = tuple(name for name in Picture.__struct_fields__ if name.startswith("red_flag_"))
"""The fields that are red flags, in the order in which they are asked."""

FACTS = tuple(name for name in Picture.__struct_fields__ if name not in {"origins", "notes"})
"""Every fact that rules may name."""


def link_id(field: str) -> str:
    """The interface name of a fact: ``red_flag_chest_pain`` is ``red-flag.chest-pain``."""
    if field.startswith("red_flag_"):
        return "red-flag." + field.removeprefix("red_flag_").replace("_", "-")
    return field.replace("_", "-")


FIELD_OF_LINK = {link_id(field): field for field in FACTS}
"""The field of each link id."""
