"""What is said of every fact: its question in two languages, its unit and its plausible range."""

from __future__ import annotations

import msgspec


def fact(
    nl: str, en: str, *, unit: str | None = None, ge: float | None = None, le: float | None = None
) -> msgspec.Meta:
    """The metadata of a fact.

    Args:
        nl: the question in Dutch, at B1 level.
        en: the question in English.
        unit: UCUM code of a number.
        ge: lowest plausible value; below it a value is refused, not scored.
        le: highest plausible value.
    """
    extra = {"nl": nl, "en": en, "unit": unit, "ge": ge, "le": le}
    return msgspec.Meta(ge=ge, le=le, description=en, extra=extra)


def total(nl: str, en: str, *, ge: float, le: float) -> msgspec.Meta:
    """The metadata of an instrument's total, which is a range while parts are missing.

    Args:
        nl: what is asked, in Dutch.
        en: the same in English.
        ge: lowest total.
        le: highest total.
    """
    extra = {"nl": nl, "en": en, "unit": "{score}", "ge": ge, "le": le}
    return msgspec.Meta(description=en, extra=extra)
