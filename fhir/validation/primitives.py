"""FHIR's primitive types as msgspec types: patterns of R4, made cheap and made exact.

https://hl7.org/fhir/R4/datatypes.html. The engine searches a pattern, so each is anchored at
both ends. Calendar days are in the patterns: a date that does not exist is refused by them.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec

_YEAR = r"(?!0000)[0-9]{4}"
_LEAP_YEAR = r"(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:[02468][48]|[2468]0|[13579][26])00)"
_DAY = (
    r"(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])|(?:0[13-9]|1[0-2])-(?:29|30)"
    r"|(?:0[13578]|1[02])-31)"
)
_FULL_DATE = rf"(?:{_YEAR}-{_DAY}|{_LEAP_YEAR}-02-29)"
_PARTIAL_DATE = rf"{_YEAR}(?:-(?:0[1-9]|1[0-2]))?"
# A leap second is a time: 23:59:60 exists.
_TIME = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]:(?:[0-5][0-9]|60)(?:\.[0-9]+)?"
_ZONE = r"(?:Z|[+-](?:(?:0[0-9]|1[0-3]):[0-5][0-9]|14:00))"
_INT32 = 2**31 - 1

_MANY = 40
"""So many codes are not listed in a sentence; the longest list of a status has 31."""

_NO_SPACE = r"^\S+\Z"
_SOMETHING = r"\S"


class Primitive(msgspec.Struct, frozen=True):
    """One primitive type.

    Attributes:
        type: what msgspec decodes and checks.
        expected: what a sender should have sent, to finish "expected ...".
        token: a text without spaces out of a small world: a code, a system, a profile.
        codes: whether it is a code out of a list that is R4's.
    """

    type: Any
    expected: str
    token: bool = False
    codes: bool = False


NOT_EMPTY = Annotated[str, msgspec.Meta(min_length=1)]
"""What the decoder checks itself of a text that is looked at afterwards."""


def _text(pattern: str, expected: str, *, token: bool = False) -> Primitive:
    return Primitive(Annotated[str, msgspec.Meta(pattern=pattern)], expected, token)


def _whole(low: int, expected: str) -> Primitive:
    return Primitive(Annotated[int, msgspec.Meta(ge=low, le=_INT32)], expected)


PRIMITIVES = {
    "boolean": Primitive(bool, "true or false, without quotes"),
    "integer": _whole(-_INT32 - 1, "a whole number of 32 bits, without quotes"),
    "unsignedInt": _whole(0, "a whole number, 0 or more, without quotes"),
    "positiveInt": _whole(1, "a whole number, 1 or more, without quotes"),
    "decimal": Primitive(float, "a number, without quotes"),
    "string": _text(_SOMETHING, "a text that is not empty"),
    "markdown": _text(_SOMETHING, "a text that is not empty"),
    "xhtml": _text(_SOMETHING, "XHTML in a div"),
    "code": _text(
        r"^\S+(?:\s\S+)*\Z",
        "a code without spaces at its ends and without double spaces",
        token=True,
    ),
    "id": _text(
        r"^[A-Za-z0-9\-.]{1,64}\Z", "an id of 1 to 64 letters, digits, hyphens and full stops"
    ),
    "uri": _text(_NO_SPACE, "a URI without spaces", token=True),
    "url": _text(_NO_SPACE, "a URL without spaces", token=True),
    "canonical": _text(_NO_SPACE, "a canonical URL without spaces", token=True),
    "oid": _text(
        r"^urn:oid:[0-2](?:\.(?:0|[1-9][0-9]*))+\Z", "an OID, such as urn:oid:2.16.528.1.1007"
    ),
    "uuid": _text(
        r"^urn:uuid:[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\Z",
        "a UUID in small letters that starts with urn:uuid:",
    ),
    "date": _text(
        rf"^(?:{_FULL_DATE}|{_PARTIAL_DATE})\Z", "an existing date: 2026, 2026-02 or 2026-02-28"
    ),
    "dateTime": _text(
        rf"^(?:{_FULL_DATE}(?:T{_TIME}{_ZONE})?|{_PARTIAL_DATE})\Z",
        "an existing date, or with a time: 2026-02-28T13:05:00+01:00 (seconds and zone needed)",
    ),
    "instant": _text(
        rf"^{_FULL_DATE}T{_TIME}{_ZONE}\Z",
        "a moment with seconds and zone: 2026-02-28T13:05:00+01:00",
    ),
    "time": _text(rf"^{_TIME}\Z", "a time with seconds: 13:05:00"),
    "base64Binary": _text(
        r"^(?=\s*\S)\s*(?:(?:[A-Za-z0-9+/]\s*){4})*+"
        r"(?:(?:[A-Za-z0-9+/]\s*){2}=\s*=|(?:[A-Za-z0-9+/]\s*){3}=)?\s*\Z",
        "base64 with its padding",
    ),
}

MIME_TYPE = _text(r"^[^\s/]+(?:/[^\s/;]+\s*(?:;.*)?)?\Z", "a media type, such as text/plain")
CURRENCY = _text(r"^[A-Z]{3}\Z", "a currency of ISO 4217, such as EUR")


def one_of(codes: tuple[str, ...]) -> Primitive:
    """A code out of a required binding."""
    told = ", ".join(codes) if len(codes) < _MANY else f"{len(codes)} codes, such as {codes[0]}"
    return Primitive(Literal[codes], f"one of {told}", codes=True)


def reference_to(targets: frozenset[str]) -> Primitive:
    """The text of a reference whose relative form must name one of these resource types.

    Absolute, contained (``#``) and ``urn:`` references name no type that can be trusted.
    """
    names = "|".join(sorted(targets))
    pattern = rf"^(?:(?:{names})[/?]\S+\Z|(?![A-Za-z]+[/?])\S+\Z)"
    return _text(pattern, "a reference to " + " or ".join(sorted(targets)))


def type_among(targets: frozenset[str]) -> Primitive:
    """The ``type`` of a reference: a resource name that the element allows, or a model's URL."""
    names = "|".join(sorted(targets))
    pattern = rf"^(?:(?:{names})\Z|[a-z]+:\S+\Z)"
    told = " or ".join(sorted(targets))
    return Primitive(Annotated[str, msgspec.Meta(pattern=pattern)], told, codes=True)
