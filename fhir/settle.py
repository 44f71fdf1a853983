"""The resources of a Bundle with our ids, everything else byte for byte as it was sent.

Names that a sender invents for one bundle (``urn:uuid:…``) become our ids in
``Reference.reference`` and nowhere else: uris in other elements and narrative stay as sent. So does
a Bundle that comes along as a resource: the names in it are its own.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from fhir.bundle import Entry, index_of
from fhir.outcome import FhirRefused, Issue
from fhir.stamping import meta, stamped
from fhir.validation import validate_resource

# In validated JSON these bytes are always the key of a Reference: within a string the quotes are
# escaped, and no accepted resource has another element named "reference" that holds a string.
# The pattern starts with plain bytes, which the search skips to at memory speed.
_REFERENCE = re.compile(rb'"reference"(\s*:\s*)("[^"\\]*(?:\\.[^"\\]*)*")')
_WHOLE = "Bundle"
_UUID = re.compile(r"urn:uuid:[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_CONDITIONAL = re.compile(r"[A-Z][A-Za-z]+\?")
_MAYBE_CONDITIONAL = re.compile(rb'"reference"\s*:\s*"[^"?]*\?')

_ENCODE = msgspec.json.Encoder().encode
_TEXT = msgspec.json.Decoder(str).decode


class Stored(msgspec.Struct, frozen=True, kw_only=True):
    """A resource as it is stored and read back.

    Attributes:
        type: its type.
        id: ours.
        body: JSON.
        path: where it stood in what was sent, ``Bundle.entry[3]``.
    """

    type: str
    id: str
    body: bytes
    path: str = ""


def settle(entries: Sequence[Entry], ids: Sequence[str], now: datetime) -> list[Stored]:
    """The resources as they are to be stored: our id, our meta, references to our ids.

    Everything else stays byte for byte what was sent: decimals, times, order of elements. The
    sender's profiles, tags and security labels stay; its versionId and lastUpdated do not.

    Args:
        entries: of one transaction, or one entry of a batch.
        ids: our id for each entry, in the same order; an existing one where the condition of
            ``if_none_exist`` found it (the caller then leaves that resource out).
        now: when the resources are stored.

    Raises:
        FhirRefused: a reference that only this bundle could resolve resolves to nothing, or to a
            type that its element does not take; or a conditional reference.
    """
    # Both as JSON texts, so that most references are replaced without being decoded.
    targets = {}
    judged = set[bytes]()
    for name, place in index_of(entries).items():
        meant = entries[place]
        text = _ENCODE(name)
        targets[text] = _ENCODE(f"{meant.resource_type}/{ids[place]}")
        by_url = name == meant.full_url and ":" in name
        if by_url or name.startswith(f"{meant.resource_type}/"):
            judged.add(text)
    stored = []
    issues: list[Issue] = []
    fresh = meta(1, now)
    for entry, own_id in zip(entries, ids, strict=True):
        body, lost, sure = _rewrite(entry, targets, judged)
        issues += _lost(entry, lost) if lost else ()
        issues += () if sure else _astray(entry, body)
        body = stamped(body, own_id, fresh)
        stored.append(Stored(type=entry.resource_type, id=own_id, body=body, path=entry.path))
    if issues:
        raise FhirRefused("unprocessable", issues)
    return stored


def conditional(entries: Sequence[Entry]) -> set[str]:
    """The conditional references in the entries, ``Patient?identifier=system|value``, as sent.

    They may hold a number of a person: they belong in no message.
    """
    return {
        said
        for entry in entries
        if entry.resource_type != _WHOLE
        for said in conditions(bytes(entry.resource))
    }


def conditions(body: bytes) -> set[str]:
    """The conditional references in a resource, or in all of a Bundle."""
    if _MAYBE_CONDITIONAL.search(body) is None:
        return set()
    return {said for said in literals(body) if _CONDITIONAL.match(said)}


def resolved(entry: Entry, known: Mapping[str, str]) -> Entry:
    """An entry with other references: each that is a key of ``known`` becomes its value.

    Raises:
        FhirRefused: one of a type that its element does not take.
    """
    if not known:
        return entry
    targets = {_ENCODE(said): _ENCODE(meant) for said, meant in known.items()}
    body, _, _ = _rewrite(entry, targets, set())
    if issues := _astray(entry, body):
        raise FhirRefused("unprocessable", issues)
    return msgspec.structs.replace(entry, resource=msgspec.Raw(body))


def literals(body: bytes) -> set[str]:
    """The references in a resource, as they stand."""
    return {_TEXT(text) for _, text in _REFERENCE.findall(body)}


def unnamed(body: bytes) -> dict[str, Any]:
    """What a resource says, whatever its id and meta are, and whatever its references name."""
    said: dict[str, Any] = msgspec.json.decode(_REFERENCE.sub(b'"reference":""', body))
    return {name: value for name, value in said.items() if name not in {"id", "meta"}}


def _rewrite(
    entry: Entry, targets: Mapping[bytes, bytes], judged: Collection[bytes]
) -> tuple[bytes, set[str], bool]:
    """The resource with what its references mean, and those that mean nothing.

    Last, whether each that changed is among those of which the type was judged when the Bundle
    was validated: those that name it, and those by fullUrl.
    """
    body, lost, sure = bytes(entry.resource), set[str](), True
    if entry.resource_type == _WHOLE:
        return body, lost, sure

    def settled(found: re.Match[bytes]) -> bytes:
        nonlocal sure
        colon, text = found.groups()
        target = targets.get(text)
        sure = sure and (text in judged or target is None)
        if target is None:
            # Decoded, since a sender may escape the slash.
            said = _TEXT(text)
            target = targets.get(_ENCODE(said.partition("/_history/")[0]))
            if target is None:
                if said.startswith("urn:uuid:") or _CONDITIONAL.match(said):
                    lost.add(said)
                return found[0]
            sure = False
        return b'"reference"' + colon + target

    return _REFERENCE.sub(settled, body), lost, sure


def _astray(entry: Entry, body: bytes) -> list[Issue]:
    """An issue for each reference to a type that its element does not take.

    What a reference means in another way than by fullUrl is known only now that names are ids;
    whatever else is wrong with a resource was said before.
    """
    if body == bytes(entry.resource):
        return []
    try:
        validate_resource(body, entry.resource_type)
    except FhirRefused as error:
        return [
            msgspec.structs.replace(
                one, expression=(entry.place + path.removeprefix(entry.resource_type),)
            )
            for one in error.issues
            for path in one.expression
            if one.details == "value" and path.endswith(".reference")
        ]
    return []


def _lost(entry: Entry, lost: set[str]) -> list[Issue]:
    """An issue for each element that holds a lost reference; a condition's text is not repeated."""
    issues = []
    for path, said in _references(msgspec.json.decode(entry.resource), entry.place):
        if said in lost and said.startswith("urn:uuid:"):
            name = said if _UUID.fullmatch(said) else "that this names"  # which may be of a person
            issues.append(
                Issue(
                    code="not-found",
                    details="reference-unresolved",
                    diagnostics=f"No entry of this Bundle has the fullUrl {name}.",
                    expression=(path,),
                )
            )
        elif said in lost:
            issues.append(
                Issue(
                    code="not-supported",
                    details="reference-conditional",
                    diagnostics="A conditional reference is not supported: refer to an entry of"
                    " this Bundle, or to Type/id.",
                    expression=(path,),
                )
            )
    return issues


def _references(value: Any, path: str) -> list[tuple[str, str]]:
    if isinstance(value, dict):
        own = value.get("reference")
        found = [(path, own)] if isinstance(own, str) else []
        return found + [
            hit for key, sub in value.items() for hit in _references(sub, f"{path}.{key}")
        ]
    if isinstance(value, list):
        return [hit for at, sub in enumerate(value) for hit in _references(sub, f"{path}[{at}]")]
    return []
