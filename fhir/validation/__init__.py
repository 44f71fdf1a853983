"""Whether a body is a FHIR R4 resource that can be trusted as one: quick when it is.

A compiled decoder judges at reading speed. The walker, some ten times slower, runs on refusal to
list every fault, and on the few bodies with something the decoder does not see: an empty object,
a null in an array, a reference to something contained.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import msgspec

from fhir.outcome import FhirRefused, Issue, refused
from fhir.validation import limits
from fhir.validation.checks import rules_of
from fhir.validation.compile import any_of, compile_structs
from fhir.validation.faults import Walker
from fhir.validation.rules.words import Rule
from fhir.validation.shapes import COMPILED, Shape, read_shapes

_EMPTY_OBJECT = re.compile(rb"\{\s*\}")
_NAMED_FIRST = re.compile(rb'\s*\{\s*"resourceType"\s*:')


class _Named(msgspec.Struct):
    resourceType: str  # noqa: N815 - FHIR's


# A decoder of one type takes a body that names none.
_NAMED = msgspec.json.Decoder(_Named)


class _Compiled(msgspec.Struct, frozen=True):
    """What is made once, at start."""

    shapes: dict[str, Shape]
    rules: dict[str, tuple[Rule, ...]]
    decoders: dict[str | None, msgspec.json.Decoder[Any]]


@cache
def _compiled() -> _Compiled:
    shapes = read_shapes()
    structs = compile_structs(shapes)
    decoders: dict[str | None, msgspec.json.Decoder[Any]] = {
        name: msgspec.json.Decoder(structs[name]) for name in COMPILED
    }
    decoders[None] = msgspec.json.Decoder(any_of([structs[name] for name in COMPILED]))
    return _Compiled(shapes, {name: rules_of(each) for name, each in shapes.items()}, decoders)


def warm() -> None:
    """Compile now (about a second), so that the first request does not wait for it."""
    _compiled()


class Accepted(msgspec.Struct, frozen=True):
    """A body that may be read.

    Attributes:
        canonical: its content as JSON, the same however it was laid out or ordered; of a
            Bundle the type and the entries, without what a sender makes anew at each sending.
    """

    canonical: bytes


def accept(body: bytes, expected_type: str | None = None) -> Accepted:
    """Check a resource that comes in: its limits, its shape, and that nothing stands twice.

    Args:
        body: as it came in.
        expected_type: the resource type that it must have, or None for any that is taken.

    Raises:
        FhirRefused: as ``limits.check``, ``validate_resource`` and ``validate_bundle``.
        KeyError: the expected type is not one that is compiled.
    """
    limits.check(body)
    if expected_type != "Bundle":
        canonical = msgspec.json.encode(validate_resource(body, expected_type))
        limits.check_keys(body, canonical)
        return Accepted(canonical)
    bundle = validate_bundle(body)
    canonical = msgspec.json.encode({"type": bundle.type, "entry": bundle.entry})
    # What stands around them is written apart: the entries are nearly all, and written once.
    bundle.type = bundle.entry = None
    limits.check_keys(body, canonical, msgspec.json.encode(bundle))
    return Accepted(canonical)


def validate_resource(body: bytes, expected_type: str | None = None) -> Any:
    """Check a resource, after ``limits.check``.

    Args:
        body: the JSON.
        expected_type: the resource type that it must have, or None for any that is taken.

    Returns:
        The decoded struct, with FHIR's element names as attributes (``for`` is ``for_``).

    Raises:
        FhirRefused: "unprocessable" with every fault and its path, at most 100; "invalid" when
            it isn't JSON.
        KeyError: the expected type is not one that is compiled.
    """
    compiled = _compiled()
    try:
        decoded = compiled.decoders[expected_type].decode(body)
        if not _NAMED_FIRST.match(body):
            _NAMED.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as fault:
        raise _explained(body, expected_type, fault) from None
    if _needs_a_walk(body):
        issues = faults_of(limits.decode(body), expected_type)
        if issues:
            raise FhirRefused("unprocessable", issues)
    return decoded


def validate_bundle(body: bytes) -> Any:
    """Check a Bundle and all that is in it, after ``limits.check``.

    Returns:
        The decoded Bundle struct.

    Raises:
        FhirRefused: as ``validate_resource``; "too-large" over 500 entries.
    """
    bundle = validate_resource(body, "Bundle")
    entries = len(bundle.entry or ())
    if entries > limits.MAX_ENTRIES:
        message = f"The Bundle has {entries} entries; at most {limits.MAX_ENTRIES}. Split it."
        raise refused("too-large", "too-costly", "too-many-entries", message, "Bundle.entry")
    return bundle


def _needs_a_walk(body: bytes) -> bool:
    """Whether something may stand in the body that the decoder does not judge."""
    return (
        b"null" in body
        or (b"#" in body and b'"#' in body)
        or _EMPTY_OBJECT.search(body) is not None
    )


def faults_of(tree: Any, expected_type: str | None = None) -> list[Issue]:
    """Every fault of a resource that is plain JSON already, at most 100; slower, never raises."""
    compiled = _compiled()
    walker = Walker(compiled.shapes, compiled.rules)
    walker.resource(tree, "", expected_type)
    return walker.issues


def _explained(body: bytes, expected_type: str | None, fault: Exception) -> FhirRefused:
    tree = limits.decode(body)
    issues = faults_of(tree, expected_type)
    if not issues:  # the decoder is right, the walker just can't say it better
        told = tree.get("resourceType") if isinstance(tree, dict) else None
        where = str(fault).partition(" - at `$")[2].rstrip("`")
        path = f"{told or expected_type or 'Resource'}{where}"
        message = f"{path}: {str(fault).partition(' - at ')[0]}."
        return refused("unprocessable", "structure", "structure", message, path)
    return FhirRefused("unprocessable", issues)
