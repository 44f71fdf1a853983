"""An entry of a Bundle, and what may be asked of it.

https://hl7.org/fhir/R4/bundle.html, https://hl7.org/fhir/R4/http.html#transaction
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

import msgspec

from fhir.outcome import FhirRefused, Issue, IssueType

_ONE = re.compile(r"([A-Z][A-Za-z]+)/([A-Za-z0-9.-]{1,64})")


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
        resource: the bytes that were sent; empty where a request sends none.
        if_match: the ETag on which an update depends, or None.
    """

    path: str
    full_url: str | None
    resource_type: str
    id: str | None
    method: str
    url: str
    if_none_exist: str | None
    resource: msgspec.Raw
    if_match: str | None = None


def first_faults(entries: Sequence[Entry]) -> list[Issue]:
    """What is wrong with how a document begins (bdl-11)."""
    if entries and entries[0].resource_type == "Composition":
        return []
    return [
        Issue(
            code="invariant",
            details="document-composition",
            diagnostics="A document begins with its Composition (bdl-11): put it first.",
            expression=("Bundle.entry[0].resource",),
        )
    ]


def faults(entry: Entry) -> list[Issue]:
    """What makes an entry one that we can't carry out: what is done is POST, PUT and GET."""
    if not entry.method:
        text = "The entry has no request: add the method POST and the url."
        return [_issue(entry, "required", "request-missing", text, ".request")]
    if entry.method == "GET":
        good = bool(entry.url) and "://" not in entry.url
        cure = "Say what is read, relative to this server: Type/id, or Type?parameter=value."
    elif entry.method not in {"POST", "PUT"}:
        text = f"{entry.method} is not supported in a Bundle: POST, PUT and GET are."
        return [_issue(entry, "not-supported", "method", text, ".request.method")]
    elif not entry.resource_type:
        text = f"{entry.method} stores a resource, and the entry has none."
        return [_issue(entry, "required", "resource-missing", text, ".resource")]
    elif entry.method == "POST":
        good = entry.url.strip("/") == entry.resource_type
        cure = f'To create this resource the url is "{entry.resource_type}".'
    else:
        good = target(entry) is not None
        cure = f'To update this resource the url is "{entry.resource_type}/" and its id here.'
    return [] if good else [_issue(entry, "invalid", "request-url", cure, ".request.url")]


def target(entry: Entry) -> str | None:
    """The id that an update names in its address; None where it names none of its own type."""
    named = _ONE.fullmatch(entry.url.strip("/"))
    return named[2] if named and named[1] == entry.resource_type else None


def _issue(entry: Entry, code: IssueType, details: str, diagnostics: str, element: str) -> Issue:
    return Issue(
        code=code, details=details, diagnostics=diagnostics, expression=(entry.path + element,)
    )


def check(entry: Entry) -> None:
    """Refuse an entry of a batch that can't be carried out.

    Raises:
        FhirRefused: see ``faults``.
    """
    if issues := faults(entry):
        raise FhirRefused("unprocessable", issues)


def duplicates(entries: Sequence[Entry]) -> list[Issue]:
    """Two entries may not be the same resource, by name or by the address that they change."""
    named = Counter(entry.full_url for entry in entries if entry.full_url)
    changed = Counter(entry.url.strip("/") for entry in entries if entry.method == "PUT")
    if named.total() == len(named) and changed.total() == len(changed):
        return []
    return [
        _issue(
            entry,
            "duplicate",
            "full-url",
            "Another entry has the same fullUrl: each resource needs its own.",
            ".fullUrl",
        )
        for entry in entries
        if entry.full_url and named[entry.full_url] > 1
    ] + [
        _issue(
            entry,
            "duplicate",
            "changed-twice",
            "Another entry changes the same resource: change it once.",
            ".request.url",
        )
        for entry in entries
        if entry.method == "PUT" and changed[entry.url.strip("/")] > 1
    ]
