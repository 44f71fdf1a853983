"""A batch of which some entries are no R4: those are named, and the others can be done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from fhir.bundle import Bundle, read
from fhir.outcome import FhirRefused, Issue
from fhir.validation import accept, limits

_HEAD = frozenset({"resourceType", "type"})
_LEFT_OUT = msgspec.Raw(b'{"request":{"method":"GET","url":"-"}}')
"""In place of a wrong entry, so that the paths of the others stay true."""


class Parted(msgspec.Struct, frozen=True):
    """What is right of a batch, and what is not.

    Attributes:
        bundle: all its entries, with nothing in those that are wrong.
        wrong: the faults of each entry that has any, by its place.
    """

    bundle: Bundle
    wrong: Mapping[int, list[Issue]]


def parted(body: bytes) -> Parted | None:
    """The entries of a batch, each judged by itself.

    Args:
        body: a Bundle that ``fhir.validation.accept`` refused as "unprocessable".

    Returns:
        None where it is no batch, or where what stands around the entries is wrong too: then all
        of it is refused.

    Raises:
        FhirRefused: "invalid" for an element that stands in it twice.
    """
    try:
        parts = msgspec.json.decode(body, type=dict[str, msgspec.Raw])
        entries = msgspec.json.decode(parts.pop("entry", b"[]"), type=list[msgspec.Raw])
        kind = msgspec.json.decode(parts.get("type", b"null"))
    except msgspec.MsgspecError:
        return None
    if kind != "batch" or len(entries) > limits.MAX_ENTRIES:
        return None
    limits.check_keys(body)
    if _faults(msgspec.json.encode(parts)):
        return None
    head = {name: part for name, part in parts.items() if name in _HEAD}
    wrong: dict[int, list[Issue]] = {}
    for at, entry in enumerate(entries):
        if issues := _faults(msgspec.json.encode(head | {"entry": [entry]})):
            wrong[at] = [_moved(one, at) for one in issues]
    rest = [_LEFT_OUT if at in wrong else entry for at, entry in enumerate(entries)]
    return Parted(read(msgspec.json.encode(head | {"entry": rest})), wrong)


def _faults(body: bytes) -> Sequence[Issue]:
    try:
        accept(body, "Bundle")
    except FhirRefused as error:
        return error.issues
    return ()


def _moved(issue: Issue, at: int) -> Issue:
    """A fault of the only entry, where it stands in the batch."""
    first, here = "Bundle.entry[0]", f"Bundle.entry[{at}]"
    expression = tuple(
        here + path.removeprefix(first) if path.startswith(first) else here
        for path in issue.expression
    )
    text = issue.diagnostics.replace("entry[0]", f"entry[{at}]")
    return msgspec.structs.replace(issue, expression=expression, diagnostics=text)
