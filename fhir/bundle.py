"""A Bundle that comes in: its entries, what may be asked of each, and what refers to which.

Transaction and batch: https://hl7.org/fhir/R4/http.html#transaction; how a reference finds its
entry: https://hl7.org/fhir/R4/bundle.html#references.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence

import msgspec

from fhir.outcome import FhirRefused, Issue, refused
from fhir.views import Head, Text, View, view

_URL = re.compile(r"(?:.*/)?([A-Z][A-Za-z]+/[A-Za-z0-9.-]{1,64})")


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of a Bundle.

    Attributes:
        path: where it stands, ``Bundle.entry[3]``.
        full_url: the sender's name for the resource within the bundle, or None.
        resource_type: the type of the resource.
        id: the sender's id, which is not kept, or None.
        method: HTTP method asked for.
        url: address asked for, relative to the server.
        if_none_exist: condition under which an existing resource is used instead, or None.
        resource: the bytes that were sent.
    """

    path: str
    full_url: str | None
    resource_type: str
    id: str | None
    method: str
    url: str
    if_none_exist: str | None
    resource: msgspec.Raw


class Bundle(msgspec.Struct, frozen=True, kw_only=True):
    """A transaction (all or nothing) or a batch (each entry on its own)."""

    type: str
    entries: tuple[Entry, ...]


class _Request(View, frozen=True):
    method: Text = None
    url: Text = None
    if_none_exist: Text = None


class _Entry(View, frozen=True):
    full_url: Text = None
    resource: msgspec.Raw = msgspec.Raw(b"")
    request: _Request | None = None


class _Bundle(View, frozen=True):
    resource_type: Text = None
    type: Text = None
    entry: tuple[_Entry, ...] = ()


def read(body: bytes) -> Bundle:
    """The entries of a transaction or batch.

    The requests of a transaction are checked here, since one fault refuses the whole. Those of
    a batch are not: give each entry to ``check`` and answer it on its own.

    Raises:
        FhirRefused: no Bundle, another type of bundle, or a fault in a transaction.
    """
    seen = view(body, _Bundle, "Bundle")
    if seen.resource_type != "Bundle" or seen.type not in {"transaction", "batch"}:
        raise refused(
            "unprocessable",
            "not-supported",
            "bundle-type",
            'Send a Bundle of type "transaction" (all or nothing) or "batch".',
            "Bundle.type",
        )
    entries = tuple(_entry(index, entry) for index, entry in enumerate(seen.entry))
    if seen.type == "transaction":
        issues = [issue for entry in entries for issue in faults(entry)]
        issues += _duplicates(entries)
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
        resource=sent.resource,
    )


def faults(entry: Entry) -> list[Issue]:
    """What makes an entry one that we can't carry out: only creating by POST is supported."""
    if not entry.method:
        return [
            Issue(
                code="required",
                details="request-missing",
                diagnostics="The entry has no request: add the method POST and the url.",
                expression=(entry.path + ".request",),
            )
        ]
    if entry.method != "POST":
        return [
            Issue(
                code="not-supported",
                details="method",
                diagnostics=f"{entry.method} is not supported in a Bundle: only POST is.",
                expression=(entry.path + ".request.method",),
            )
        ]
    if not entry.resource_type:
        return [
            Issue(
                code="required",
                details="resource-missing",
                diagnostics="POST creates a resource, and the entry has none.",
                expression=(entry.path + ".resource",),
            )
        ]
    if entry.url.strip("/") != entry.resource_type:
        return [
            Issue(
                code="invalid",
                details="request-url",
                diagnostics=f'To create this resource the url is "{entry.resource_type}".',
                expression=(entry.path + ".request.url",),
            )
        ]
    return []


def check(entry: Entry) -> None:
    """Refuse an entry of a batch that can't be carried out.

    Raises:
        FhirRefused: see ``faults``.
    """
    if issues := faults(entry):
        raise FhirRefused("unprocessable", issues)


def _duplicates(entries: Sequence[Entry]) -> list[Issue]:
    times = Counter([entry.full_url for entry in entries if entry.full_url])
    if len(times) == times.total():
        return []
    return [
        Issue(
            code="duplicate",
            details="full-url",
            diagnostics="Another entry has the same fullUrl: each resource needs its own.",
            expression=(entry.path + ".fullUrl",),
        )
        for entry in entries
        if entry.full_url and times[entry.full_url] > 1
    ]


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
