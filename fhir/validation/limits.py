"""What a body must not be, found before anything is parsed deep: big, deep, ambiguous, broken.

A few tens of microseconds on a bundle of 8 kB. The sizes have their reason in the tried limits
of the parsers: msgspec and fhir.resources break between 300 and 600 nested items, and tiny
nodes cost 200 times their bytes in memory.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any, NoReturn

import msgspec

from fhir.outcome import FhirRefused, refused
from fhir.validation.place import named

MAX_BYTES = 1024 * 1024
MAX_DEPTH = 60
MAX_NODES = 20_000
MAX_ENTRIES = 500

_NOT_STRUCTURE = bytes(byte for byte in range(256) if byte not in b'{}[],"')
_ESCAPES = re.compile(rb"\\(?:u00[01][0-9a-fA-F]|.)", re.DOTALL)
_NUL = rb"\u0000"
# Those of a FHIR string are tab, line feed and carriage return, however they are written.
_CONTROLS = frozenset({rb"\b", rb"\f"} | {b"\\u%04x" % code for code in range(1, 32)}) - {
    rb"\u0009",
    rb"\u000a",
    rb"\u000d",
}
_ESCAPE = re.compile(rb"\\.", re.DOTALL)


def check(body: bytes) -> None:
    """Refuse a body that is too large, too deep or too many, before it is read.

    Args:
        body: as it came in.

    Raises:
        FhirRefused: "too-large" over 1 MiB, depth 60 or 20,000 values; "invalid" when it is
            empty, not UTF-8, no JSON object, or has a NUL character (PostgreSQL's text has none)
            or another one that is no text.
    """
    if len(body) > MAX_BYTES:
        message = f"The body has {len(body)} bytes; at most {MAX_BYTES} are taken. Send less."
        raise refused("too-large", "too-long", "body-too-large", message)
    if not body.strip():
        raise refused("invalid", "structure", "body-empty", "The body is empty; send a resource.")
    check_text(body)
    # One byte is found ten times as fast as several.
    escapes = {one.lower() for one in _ESCAPES.findall(body)} if b"\\" in body else set()
    if b"\x00" in body or _NUL in escapes:
        message = "The body has a NUL character (U+0000); leave it out."
        raise refused("invalid", "value", "nul-character", message)
    if not _CONTROLS.isdisjoint(escapes):
        message = "The body has a control character (below U+0020) in a text; leave it out."
        raise refused("invalid", "value", "control-character", message)
    structure = _structure(body)
    _check_depth(structure)
    # Each value opens its container, follows a comma in it, or is the body itself.
    nodes = structure.count(b",") + structure.count(b"{") + structure.count(b"[") + 1
    if nodes > MAX_NODES:
        message = f"The body has about {nodes} values; at most {MAX_NODES} are taken. Split it."
        raise refused("too-large", "too-costly", "too-many-values", message)
    if not body.lstrip().startswith(b"{"):
        message = "The body is not a JSON object; send one resource with its resourceType."
        raise refused("invalid", "structure", "not-an-object", message)


def check_text(body: bytes) -> None:
    """Refuse a body that is not UTF-8: decoders find that out late, where they read a text.

    Raises:
        FhirRefused: "invalid", naming the byte.
    """
    if body.isascii():
        return
    try:
        body.decode()
    except UnicodeDecodeError as fault:
        message = f"The body is not UTF-8 at byte {fault.start}; encode it as UTF-8."
        raise refused("invalid", "structure", "not-utf-8", message) from None


def check_keys(body: bytes, *encoded: bytes) -> None:
    """Refuse a body that names an element twice: two readers may then see two things.

    Args:
        body: as it came in.
        encoded: the same, read and written again, so that each distinct element is there once;
            in as many parts as it was written in.

    Raises:
        FhirRefused: "invalid", naming the element.
    """
    # One byte is found ten times as fast as several.
    escaped = b"\\" in body and b"\\u003" in body
    if escaped or body.count(b":") != sum(part.count(b":") for part in encoded):
        _check_duplicates(body)


def decode(body: bytes) -> Any:
    """The JSON as plain dicts and lists.

    Raises:
        FhirRefused: "invalid": it isn't UTF-8 or isn't JSON.
    """
    check_text(body)
    try:
        return msgspec.json.decode(body)
    except msgspec.MsgspecError as fault:
        message = f"The body can't be read as JSON: {fault}."
        raise refused("invalid", "structure", "not-json", message) from None
    except RecursionError:
        raise _too_deep() from None


def _structure(body: bytes) -> bytes:
    """The brackets and commas that stand outside strings.

    With escapes gone, quotes open and close in turn. Dropping empty pairs of quotes leaves
    only the strings that hold brackets or commas themselves, to be cut out.
    """
    if b"\\" in body:
        body = _ESCAPE.sub(b"", body)
    marks = body.translate(None, _NOT_STRUCTURE).replace(b'""', b"")
    return b"".join(marks.split(b'"')[::2])


def _check_depth(structure: bytes) -> None:
    """Peel the innermost brackets off, once for each level."""
    brackets = structure.replace(b",", b"")
    for _ in range(MAX_DEPTH):
        if not brackets:
            return
        peeled = brackets.replace(b"{}", b"").replace(b"[]", b"")
        if len(peeled) == len(brackets):
            return  # unbalanced: the decoder says where
        brackets = peeled
    if brackets:
        raise _too_deep()


def _too_deep() -> FhirRefused:
    message = f"The body is nested deeper than {MAX_DEPTH} levels; flatten it."
    return refused("too-large", "too-costly", "too-deep", message)


def _check_duplicates(body: bytes) -> None:
    """Refuse an object that has one key twice: the exact and slow way.

    It is taken only where what was read has another number of colons once it is written
    again, or where a colon may have been escaped.
    """
    try:
        json.loads(body, object_pairs_hook=_refuse_twice)
    except (ValueError, RecursionError) as fault:  # stricter in places than the first decoder
        message = f"The body can't be read as JSON: {fault}."
        raise refused("invalid", "structure", "not-json", message) from None


def _refuse_twice(pairs: Iterable[tuple[str, Any]]) -> None:
    seen: set[str] = set()
    for key, _ in pairs:
        if key in seen:
            _duplicate(key)
        seen.add(key)


def _duplicate(key: str) -> NoReturn:
    message = f"One object names the element {named(key) or 'of one name'} twice; send it once."
    raise refused("invalid", "structure", "duplicate-key", message)
