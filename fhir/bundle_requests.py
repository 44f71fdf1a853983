"""An entry of a Bundle, and what may be asked of it.

https://hl7.org/fhir/R4/bundle.html, https://hl7.org/fhir/R4/http.html#transaction
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence

import msgspec

from fhir.claims import CLAIMS, Interaction, claims
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

    @property
    def place(self) -> str:
        """Where its resource stands: in an entry, or by itself."""
        return f"{self.path}.resource" if self.path.startswith("Bundle.") else self.resource_type


def alone(kind: str, body: bytes) -> Entry:
    """A resource that is created by itself."""
    return Entry(
        path=kind, full_url=None, resource_type=kind, id=None, method="POST", url=kind,
        if_none_exist=None, resource=msgspec.Raw(body),
    )  # fmt: skip


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
    """What makes an entry one that we can't carry out; what is done by type is one table."""
    if not entry.method:
        text = "The entry has no request: add the method POST and the url."
        return [_issue(entry, "required", "request-missing", text, ".request")]
    if entry.method not in _DONE:
        text = f"{entry.method} is not supported in a Bundle: {', '.join(_DONE)} are."
        return [_issue(entry, "not-supported", "method", text, ".request.method")]
    if entry.method in {"POST", "PUT"} and not entry.resource_type:
        text = f"{entry.method} stores a resource, and the entry has none."
        return [_issue(entry, "required", "resource-missing", text, ".resource")]
    if cure := _DONE[entry.method](entry):
        return [_issue(entry, "invalid", "request-url", cure, ".request.url")]
    return _unclaimed(entry)


def _read(entry: Entry) -> str:
    if not entry.url or "://" in entry.url:
        return "Say what is read, relative to this server: Type/id, or Type?parameter=value."
    return ""


def _created(entry: Entry) -> str:
    right = entry.url.strip("/") == entry.resource_type
    return "" if right else f'To create this resource the url is "{entry.resource_type}".'


def _updated(entry: Entry) -> str:
    named = address(entry)
    if named and named[0] == entry.resource_type:
        return ""
    return f'To update this resource the url is "{entry.resource_type}/" and its id here.'


def _deleted(entry: Entry) -> str:
    return "" if address(entry) else "Say what is deleted by its id: Type/id."


_DONE: Mapping[str, Callable[[Entry], str]] = {
    "POST": _created,
    "PUT": _updated,
    "GET": _read,
    "DELETE": _deleted,
}
"""The methods that are done, each with what tells how its url should be."""

_LOG = "AuditEvent"
_CHANGES: Mapping[str, Interaction] = {"PUT": "update", "DELETE": "delete"}


def _unclaimed(entry: Entry) -> list[Issue]:
    """Whether an entry asks to change what is not changed here (``fhir.claims``).

    What is created without a claim to it may be of a referral: that is seen when it is stored.
    Only the log of what was done here is nobody's to write.
    """
    if entry.method == "POST" and entry.resource_type == _LOG:
        text = (
            f"{_LOG} is the log of this service, which writes it itself: leave it out. Who did what"
            " before is told by a Provenance."
        )
        return [_issue(entry, "not-supported", "ours-alone", text, ".resource")]
    interaction, named = _CHANGES.get(entry.method), address(entry)
    if interaction is None or named is None or claims(named[0], interaction):
        return []
    able = ", ".join(kind for kind in CLAIMS if claims(kind, interaction))
    text = f"{entry.method} is not done with {named[0]}: with {able} it is."
    return [_issue(entry, "not-supported", "method", text, ".request.method")]


def address(entry: Entry) -> tuple[str, str] | None:
    """The type and id that a request names in its url; None where it names something else."""
    named = _ONE.fullmatch(entry.url.strip("/"))
    return (named[1], named[2]) if named else None


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


REQUESTS = frozenset({"ServiceRequest", "Task"})
"""What a referral is begun and moved by."""


def homeless(written: Iterable[tuple[str, str]]) -> list[Issue]:
    """What is written inside a referral only, of what comes without a request or its Task.

    Args:
        written: the type of each, and where it stands.
    """
    return [
        Issue(
            code="business-rule",
            details="only-in-a-referral",
            diagnostics=f"{kind} is written inside a referral only: send it in one Bundle with the"
            " ServiceRequest or Task that it belongs to, or about the Patient of a referral that"
            " runs.",
            expression=(path,),
        )
        for kind, path in written
        if not claims(kind, "create")
    ]


def doubtful(entries: Sequence[Entry]) -> list[Issue]:
    """The same of what is only tried: warnings, for a referral of its Patient may run already."""
    if any(one.resource_type in REQUESTS for one in entries):
        return []
    posted = [(one.resource_type, one.path) for one in entries if one.method == "POST"]
    return [msgspec.structs.replace(one, severity="warning") for one in homeless(posted)]


def duplicates(entries: Sequence[Entry]) -> list[Issue]:
    """Two entries may not be the same resource, by name or by the address that they change."""
    named = Counter(entry.full_url for entry in entries if entry.full_url)
    changed = Counter(entry.url.strip("/") for entry in entries if entry.method in _CHANGES)
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
        if entry.method in _CHANGES and changed[entry.url.strip("/")] > 1
    ]
