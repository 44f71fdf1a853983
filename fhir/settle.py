"""The resources of a Bundle with our ids, everything else byte for byte as it was sent.

Names that a sender invents for one bundle (``urn:uuid:…``) become our ids in
``Reference.reference`` and nowhere else: uris in other elements and narrative stay as sent.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from fhir.bundle import Entry, index_of
from fhir.outcome import FhirRefused, Issue

# In validated JSON these bytes are always the key of a Reference: within a string the quotes are
# escaped, and no accepted resource has another element named "reference" that holds a string.
# The pattern starts with plain bytes, which the search skips to at memory speed.
_REFERENCE = re.compile(rb'"reference"(\s*:\s*)("[^"\\]*(?:\\.[^"\\]*)*")')
_CONDITIONAL = re.compile(r"[A-Z][A-Za-z]+\?")

_PARTS = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_ENCODE = msgspec.json.Encoder().encode
_TEXT = msgspec.json.Decoder(str).decode


class Stored(msgspec.Struct, frozen=True, kw_only=True):
    """A resource as it is stored and read back."""

    type: str
    id: str
    body: bytes


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
        FhirRefused: a reference that only this bundle could resolve resolves to nothing, or a
            conditional reference.
    """
    index = index_of(entries)
    # Both as JSON texts, so that most references are replaced without being decoded.
    targets = {
        _ENCODE(name): _ENCODE(f"{entries[place].resource_type}/{ids[place]}")
        for name, place in index.items()
    }
    stored = []
    issues: list[Issue] = []
    fresh = {"versionId": "1", "lastUpdated": instant(now)}
    for entry, own_id in zip(entries, ids, strict=True):
        body, lost = _rewrite(bytes(entry.resource), targets)
        issues += _lost(entry, lost) if lost else ()
        body = _stamped(body, own_id, fresh)
        stored.append(Stored(type=entry.resource_type, id=own_id, body=body))
    if issues:
        raise FhirRefused("unprocessable", issues)
    return stored


def conditional(entries: Sequence[Entry]) -> set[str]:
    """The conditional references in the entries, ``Patient?identifier=system|value``, as sent.

    They may hold a number of a person: they belong in no message.
    """
    found: set[str] = set()
    for entry in entries:
        if b"?" in bytes(entry.resource):
            said = (_TEXT(text) for _, text in _REFERENCE.findall(bytes(entry.resource)))
            found |= {one for one in said if _CONDITIONAL.match(one)}
    return found


def resolved(entry: Entry, known: Mapping[str, str]) -> Entry:
    """An entry with other references: each that is a key of ``known`` becomes its value."""
    targets = {_ENCODE(said): _ENCODE(meant) for said, meant in known.items()}
    body, _ = _rewrite(bytes(entry.resource), targets)
    return msgspec.structs.replace(entry, resource=msgspec.Raw(body))


def literals(body: bytes) -> set[str]:
    """The references in a resource, as they stand."""
    return {_TEXT(text) for _, text in _REFERENCE.findall(body)}


def with_status(body: bytes, status: str) -> bytes:
    """A resource with another status; the rest byte for byte the same."""
    return _ENCODE(_PARTS(body) | {"status": status})


def stamp(body: bytes, own_id: str, version: str, now: datetime) -> bytes:
    """A resource with our id, version and time of change; the rest byte for byte the same."""
    return _stamped(body, own_id, {"versionId": version, "lastUpdated": instant(now)})


def _stamped(body: bytes, own_id: str, fresh: dict[str, str]) -> bytes:
    sent = _PARTS(body)
    kind, meta = sent.pop("resourceType"), sent.pop("meta", None)
    sent.pop("id", None)
    ours = fresh if meta is None else {**_PARTS(meta), **fresh}
    return _ENCODE({"resourceType": kind, "id": own_id, "meta": ours, **sent})


def instant(moment: datetime) -> str:
    """A FHIR instant, to the millisecond, with its time zone."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _rewrite(body: bytes, targets: Mapping[bytes, bytes]) -> tuple[bytes, set[str]]:
    lost: set[str] = set()

    def settled(found: re.Match[bytes]) -> bytes:
        colon, text = found.groups()
        target = targets.get(text)
        if target is None:
            # Decoded, since a sender may escape the slash.
            said = _TEXT(text)
            target = targets.get(_ENCODE(said.partition("/_history/")[0]))
            if target is None:
                if said.startswith("urn:uuid:") or _CONDITIONAL.match(said):
                    lost.add(said)
                return found[0]
        return b'"reference"' + colon + target

    return _REFERENCE.sub(settled, body), lost


def _lost(entry: Entry, lost: set[str]) -> list[Issue]:
    """An issue for each element that holds a lost reference; a condition's text is not repeated."""
    issues = []
    for path, said in _references(msgspec.json.decode(entry.resource), entry.path + ".resource"):
        if said in lost and said.startswith("urn:uuid:"):
            issues.append(
                Issue(
                    code="not-found",
                    details="reference-unresolved",
                    diagnostics=f"No entry of this Bundle has the fullUrl {said}.",
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
