"""Whether a body is a FHIR R4 resource that can be trusted as one: quick when it is.

A compiled decoder judges at reading speed. The walker, some ten times slower, runs on refusal to
list every fault, and on the few bodies with something the decoder does not see: an empty object,
a null in an array, a reference to something contained.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec

from fhir.outcome import FhirRefused, Issue, refused
from fhir.validation import limits
from fhir.validation.compiled import Compiled, compiled, compiled_for
from fhir.validation.faults import Walker
from fhir.validation.pruned import Pruned, pruned
from fhir.validation.references import Met, astray, met

_EMPTY_OBJECT = re.compile(rb"\{\s*\}")
_NULL = re.compile(rb"[\[,:]\s*null")
_LOCAL = re.compile(rb'(?<!\\)"#')
_NAMED_FIRST = re.compile(rb'\s*\{\s*"resourceType"\s*:')


class _Named(msgspec.Struct):
    resourceType: str  # noqa: N815 - FHIR's


# A decoder of one type takes a body that names none.
_NAMED = msgspec.json.Decoder(_Named)


def warm() -> None:
    """Compile now (about a second), so that the first request does not wait for it."""
    compiled(None)


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
    found: Met = []
    met.set(found)
    try:
        decoded = _decoded(body, expected_type, compiled(expected_type))
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as fault:
        decoded = _decoded_rare(body, expected_type, fault)
    if _needs_a_walk(body) or _astray(decoded, found):
        issues = faults_of(limits.decode(body), expected_type)
        if issues:
            raise FhirRefused("unprocessable", issues)
    return decoded


def _decoded(body: bytes, expected_type: str | None, by: Compiled) -> Any:
    decoded = by.decoders[expected_type].decode(body)
    if not _NAMED_FIRST.match(body):
        _NAMED.decode(body)
    return decoded


def _decoded_rare(body: bytes, expected_type: str | None, fault: Exception) -> Any:
    """Decodes what was refused where it only had something that is not compiled at start."""
    everything = compiled_for(limits.decode(body))
    if everything is compiled(expected_type):
        raise _explained(body, expected_type, fault)
    try:
        return _decoded(body, expected_type, everything)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as again:
        raise _explained(body, expected_type, again) from None


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
        (b"null" in body and _NULL.search(body) is not None)
        or (b"#" in body and _LOCAL.search(body) is not None)
        or _EMPTY_OBJECT.search(body) is not None
    )


def _astray(decoded: Any, found: Met) -> bool:
    """Whether an entry of a Bundle refers to another that is of the wrong type."""
    if not found or _type(decoded) != "Bundle":
        return False
    entries = (one for one in decoded.entry or () if one.fullUrl and one.resource is not None)
    return astray(found, {one.fullUrl: _type(one.resource) for one in entries})


def _type(resource: msgspec.Struct) -> str:
    return str(resource.__struct_config__.tag)


def faults_of(tree: Any, expected_type: str | None = None) -> list[Issue]:
    """Every fault of a resource that is plain JSON already, at most 100; slower, never raises."""
    by = compiled_for(tree)
    walker = Walker(by.shapes, by.rules)
    walker.resource(tree, None, expected_type)
    return walker.issues


def sound(body: bytes, expected_type: str | None, needed: frozenset[str]) -> Pruned | None:
    """What is right of a body that was refused, for who wants to know all that is wrong with it.

    Args:
        body: that ``accept`` refused as "unprocessable".
        expected_type: the resource type that it must have, or None for any.
        needed: types of resources without which nothing can be said of the rest.

    Returns:
        A body that ``accept`` takes, or None where too little is left.
    """
    return pruned(body, lambda tree: faults_of(tree, expected_type), needed)


def _explained(body: bytes, expected_type: str | None, fault: Exception) -> FhirRefused:
    tree = limits.decode(body)
    issues = faults_of(tree, expected_type)
    if not issues:  # the decoder is right, the walker just can't say it better
        where = str(fault).partition(" - at `$")[2].rstrip("`")
        message = f"{expected_type or 'The resource'}{where}: this is not valid R4."
        return refused("unprocessable", "structure", "structure", message, "$this")
    return FhirRefused("unprocessable", issues)
