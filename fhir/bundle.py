"""A Bundle that comes in: its entries, what may be asked of each, and what refers to which.

Transaction and batch: https://hl7.org/fhir/R4/http.html#transaction; documents, whose resources
are taken as if each were posted: https://hl7.org/fhir/R4/documents.html; how a reference finds
its entry: https://hl7.org/fhir/R4/bundle.html#references.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import msgspec

from fhir.bundle_requests import Entry as Entry  # noqa: PLC0414 - everyone finds it here
from fhir.bundle_requests import duplicates, faults, first_faults
from fhir.outcome import FhirRefused, Issue, refused
from fhir.views import Head, Text, View, view

_URL = re.compile(r"(?:.*/)?([A-Z][A-Za-z]+/[A-Za-z0-9.-]{1,64})")

TYPES = ("transaction", "batch", "document")
"""Bundles that are taken: all or nothing, each entry by itself, and what was signed together."""


class Bundle(msgspec.Struct, frozen=True, kw_only=True):
    """A transaction or document (all or nothing), or a batch (each entry on its own)."""

    type: str
    entries: tuple[Entry, ...]


class _Request(View, frozen=True):
    method: Text = None
    url: Text = None
    if_none_exist: Text = None
    if_match: Text = None


class _Entry(View, frozen=True):
    full_url: Text = None
    resource: msgspec.Raw = msgspec.Raw(b"")
    request: _Request | None = None


class _Bundle(View, frozen=True):
    resource_type: Text = None
    type: Text = None
    entry: tuple[_Entry, ...] = ()


def read(body: bytes) -> Bundle:
    """The entries of a transaction, batch or document.

    The requests of a transaction are checked here, since one fault refuses the whole. Those of
    a batch are not: give each entry to ``check`` and answer it on its own. Every resource of a
    document is one to create.

    Raises:
        FhirRefused: no Bundle, another type of bundle, or a fault in a transaction or document.
    """
    seen = view(body, _Bundle, "Bundle")
    if seen.resource_type != "Bundle" or seen.type not in TYPES:
        raise refused(
            "unprocessable",
            "not-supported",
            "bundle-type",
            'Send a Bundle of type "transaction" (all or nothing), "batch" or "document".',
            "Bundle.type",
        )
    entries = tuple(_entry(index, entry) for index, entry in enumerate(seen.entry))
    issues: list[Issue] = []
    if seen.type == "document":
        entries = tuple(_posted(entry) for entry in entries)
        issues += first_faults(entries)
    if seen.type != "batch":
        issues += [issue for entry in entries for issue in faults(entry)]
        issues += duplicates(entries)
    if issues:
        raise FhirRefused("unprocessable", issues)
    return Bundle(type=seen.type, entries=entries)


def _entry(index: int, sent: _Entry) -> Entry:
    path = f"Bundle.entry[{index}]"
    head = view(sent.resource, Head, path + ".resource") if bytes(sent.resource) else Head()
    request = sent.request or _Request()
    return Entry(
        path=path,
        full_url=sent.full_url,
        resource_type=head.resource_type or "",
        id=head.id,
        method=request.method or "",
        url=request.url or "",
        if_none_exist=request.if_none_exist,
        if_match=request.if_match,
        resource=sent.resource,
    )


def _posted(entry: Entry) -> Entry:
    return msgspec.structs.replace(
        entry, method="POST", url=entry.resource_type, if_none_exist=None, if_match=None
    )


def index_of(entries: Sequence[Entry]) -> dict[str, int]:
    """Every way to refer to an entry, with its place: fullUrl, and ``Type/id`` where it is unique.

    A fullUrl that ends in ``Type/id`` is found by that tail too, as FHIR resolves relative
    references against the base of the referring entry.
    """
    found: dict[str, int] = {}
    tails: dict[str, set[int]] = {}
    for place, entry in enumerate(entries):
        if entry.id:
            tails.setdefault(f"{entry.resource_type}/{entry.id}", set()).add(place)
        if entry.full_url:
            found[entry.full_url] = place
            if not entry.full_url.startswith("urn:") and (tail := _URL.fullmatch(entry.full_url)):
                tails.setdefault(tail[1], set()).add(place)
    for tail_of, places in tails.items():
        if len(places) == 1:
            found.setdefault(tail_of, *places)
    return found


def resolve(reference: str | None, index: Mapping[str, int]) -> int | None:
    """The place of the entry that a reference means, or None when it is not in the bundle."""
    if reference is None:
        return None
    return index.get(reference.partition("/_history/")[0])
