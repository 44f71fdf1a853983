"""A referral on trial: every reason for which it would be refused, and what triage could not use.

Intake stops at the first fault of a kind. Here each fault is taken out, and what is left is read
again, until nothing is refused or what is wrong can't be taken out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

import msgspec

from fhir.bundle import Entry, read
from fhir.bundle_requests import alone, doubtful, faults
from fhir.clock import AHEAD
from fhir.outcome import FhirRefused, Issue
from fhir.person import from_patient, must_be_born
from fhir.referral import ReferralIn, from_fhir, is_referral
from fhir.settle import resolved, settle
from triage.picture import Note

NOTE: Final = "note"
"""The code of what triage could not use, or used with care; as in the answer to a referral."""

_NONE: Final[Mapping[str, str]] = MappingProxyType({})
_ROUNDS: Final = 20
"""How often is read again; each round has another fault."""

_STEP = re.compile(r"([A-Za-z]+)(?:\[(\d+)\])?")
_REQUESTS = frozenset(
    {"request-missing", "method", "request-url", "resource-missing", "changed-twice"}
)
_GIVEN_UP = frozenset({"full-url", "bsn", "bsn-twice", "birth-date-future", "task-not-one"})
"""Faults of which the element can be left out, and the rest still be read."""

_IDENTIFIER: Final = {"system": "urn:naober:trial", "value": "-"}
_NOTHING: Final = {"resourceType": "Basic", "code": {"text": "-"}}


class Trial(msgspec.Struct, frozen=True, kw_only=True):
    """What came of it.

    Attributes:
        issues: every fault that was found.
        entries: of the Bundle, as far as they could be read.
        read: the referral without its faults; None where it could not be read, or asks for no
            care.
    """

    issues: tuple[Issue, ...]
    entries: tuple[Entry, ...] = ()
    read: ReferralIn | None = None


def of_bundle(
    body: bytes, now: datetime, meant: Mapping[str, str] = _NONE, *, asks: bool = False
) -> Trial:
    """Tries a transaction, document or batch, after ``fhir.validation.accept``.

    Args:
        body: the Bundle.
        now: the moment, with a time zone.
        meant: what its conditional references mean.
        asks: whether it must ask for care, so that it is a fault when it does not.
    """
    issues: list[Issue] = []
    tree = None
    for _ in range(_ROUNDS):
        try:
            bundle = read(body)
            # What only reads (GET) sends nothing.
            sent = tuple(resolved(one, meant) for one in bundle.entries if one.resource_type)
            if bundle.type == "batch":
                return _batch(sent, now)
            found = None
            if asks or is_referral(sent):
                found = from_fhir(sent, now)
            issues += doubtful(sent)
            return Trial(issues=(*issues, *_lost(sent, now)), entries=sent, read=found)
        except FhirRefused as error:
            issues += error.issues
            tree = msgspec.json.decode(body) if tree is None else tree
            kept = [one for one in error.issues if not _taken_out(tree, one)]
            if kept:
                break
            body = msgspec.json.encode(tree)
    return Trial(issues=tuple(issues))


def of_resource(
    kind: str,
    body: bytes,
    now: datetime,
    meant: Mapping[str, str] = _NONE,
    *,
    asks: bool = False,
) -> Trial:
    """Tries one resource as if it were created alone, after ``fhir.validation.accept``.

    Args:
        kind: its type.
        body: the resource.
        now: the moment, with a time zone.
        meant: what its conditional references mean.
        asks: whether it must ask for care, so that it is a fault when it does not.
    """
    if kind == "Patient":
        return Trial(issues=tuple(_person(body, kind, now, asks=asks)))
    return _alone(resolved(alone(kind, body), meant), now, asks=asks)


def told(notes: Iterable[Note], entries: Sequence[Entry]) -> list[Issue]:
    """What triage could not use, or used with care, each with the resource that it is of."""
    paths = {one.full_url or one.path: one.place for one in entries}
    return [
        Issue(
            code="informational",
            details=NOTE,
            diagnostics=f"{note.fact}: {note.text}" if note.fact else note.text,
            expression=(paths[note.source],) if note.source in paths else (),
            severity="warning",
        )
        for note in notes
    ]


def _batch(entries: Sequence[Entry], now: datetime) -> Trial:
    issues: list[Issue] = []
    for one in entries:
        issues += faults(one) or (*_alone(one, now).issues, *doubtful([one]))
        if one.resource_type == "Patient":
            issues += _person(bytes(one.resource), one.place, now, asks=False)
    return Trial(issues=tuple(issues), entries=tuple(entries))


def _person(body: bytes, path: str, now: datetime, *, asks: bool) -> list[Issue]:
    """What a referral of this Patient would be refused for; alone it is stored as it is."""
    try:
        must_be_born(from_patient(body, path), now + AHEAD, path)
    except FhirRefused as error:
        return [
            msgspec.structs.replace(one, severity="error" if asks else "warning")
            for one in error.issues
        ]
    return []


def _alone(entry: Entry, now: datetime, *, asks: bool = False) -> Trial:
    try:
        found = None
        if asks or is_referral((entry,)):
            found = from_fhir((entry,), now)
        return Trial(issues=tuple(_lost((entry,), now)), entries=(entry,), read=found)
    except FhirRefused as error:
        return Trial(issues=tuple(error.issues), entries=(entry,))


def _lost(entries: Sequence[Entry], now: datetime) -> list[Issue]:
    """References that could never be resolved."""
    try:
        settle(entries, ["0"] * len(entries), now)
    except FhirRefused as error:
        # What a conditional one means, whoever stores resources knows.
        return [one for one in error.issues if one.details != "reference-conditional"]
    return []


def _taken_out(tree: Any, issue: Issue) -> bool:
    """Takes what an issue is about out of the Bundle; False where that can't be done."""
    done = False
    if issue.details in _GIVEN_UP:
        done = _left_out(tree, issue.expression)
    elif issue.details in _REQUESTS:
        done = _created(tree, issue.expression)
    elif issue.details == "bundle-type":
        done = _as_transaction(tree)
    elif issue.details == "identifier-missing":
        parent, _ = _at(tree, issue.expression[0])
        parent["identifier"] = [_IDENTIFIER]
        done = True
    elif issue.details == "subject":
        done = _meant(tree, issue.expression)
    return done


def _as_transaction(tree: Any) -> bool:
    """Makes a Bundle of another type one that creates all that is in it."""
    if not isinstance(tree.get("entry"), list):
        return False
    tree["type"] = "transaction"
    for entry in tree["entry"]:
        entry.pop("response", None)
        entry.pop("search", None)
        kind = entry.setdefault("resource", dict(_NOTHING))["resourceType"]
        entry["request"] = {"method": "POST", "url": kind}
    return True


def _at(tree: Any, path: str) -> tuple[Any, str | int]:
    """The element that holds the one of a path, and under what name or at what place."""
    steps: list[str | int] = []
    for name, place in _STEP.findall(path.partition(".")[2]):
        steps += [name, int(place)] if place else [name]
    for step in steps[:-1]:
        tree = tree[step]
    return tree, steps[-1]


def _left_out(tree: Any, paths: Sequence[str]) -> bool:
    for path in paths:
        # An identifier goes whole; its place stays, so that the paths of others stay true.
        parent, name = _at(tree, path.removesuffix(".value"))
        if isinstance(parent, list):
            parent[int(name)] = {}
        else:
            parent.pop(name, None)
    return True


def _created(tree: Any, paths: Sequence[str]) -> bool:
    for path in paths:
        entry = tree["entry"][int(path.removeprefix("Bundle.entry[").partition("]")[0])]
        kind = entry.setdefault("resource", _NOTHING)["resourceType"]
        entry["request"] = {"method": "POST", "url": kind}
    return True


def _meant(tree: Any, paths: Sequence[str]) -> bool:
    """Makes the only Patient of the Bundle the one that is meant."""
    named = [
        one["fullUrl"]
        for one in tree["entry"]
        if one.get("resource", {}).get("resourceType") == "Patient" and one.get("fullUrl")
    ]
    for path in paths:
        parent, name = _at(tree, path)
        parent[name] = {"reference": named[0] if len(named) == 1 else "Patient/-"}
    return True
