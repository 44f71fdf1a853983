"""Carries out a transaction: deletes, posts, puts and reads, in that order; all or nothing.

https://hl7.org/fhir/R4/http.html#trules
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import msgspec

from coordination.db.engine import Transaction
from coordination.db.resources import Held
from coordination.errors import Fault, Refused
from coordination.ids import new_id
from coordination.preconditions import Precondition, version_in
from coordination.receiving import keeping, referring, writing
from coordination.receiving.looking import Looked, enough, look, size
from coordination.receiving.referring import Checked
from coordination.records.shelf import Found
from coordination.referrals.gathering import Sent
from coordination.subscriptions import subscribing
from coordination.writer import Writer, Written
from fhir.bundle import Entry, index_of
from fhir.bundle_requests import REQUESTS, address
from fhir.outcome import FhirRefused
from fhir.settle import conditional, resolved, settle

Done = Written | Found | Looked | None
"""What became of an entry: written, read, searched or, None, deleted."""


async def carry_out(
    tx: Transaction, writer: Writer, checked: Checked, base: str = ""
) -> list[Done]:
    """Does what the entries ask, in the order that FHIR gives; the first that fails ends all.

    Args:
        tx: the request's transaction.
        writer: who sends them.
        checked: by ``referring.check_bundle`` or ``check_resource``.
        base: the URL below which references are ours, with a slash at its end.

    Returns:
        What became of each, in the order in which they were sent.

    Raises:
        FhirRefused: naming the entry.
        Refused: naming the entry.
    """
    entries = await _resolved(tx, writer, checked.bundle.entries)
    of: dict[str, list[int]] = {method: [] for method in ("DELETE", "POST", "PUT", "GET")}
    for at, entry in enumerate(entries):
        of[entry.method].append(at)
    done: dict[int, Done] = {}
    for at in of["DELETE"]:
        with _named(entries[at]):
            await _delete(tx, writer, entries[at])
            done[at] = None
    # By address, as everyone does them: else two Bundles may wait for each other.
    of["PUT"].sort(key=lambda at: entries[at].url)
    puts = [entries[at] for at in of["PUT"]]
    sent = await _sent(tx, writer, [entries[at] for at in of["POST"]], puts)
    if sent.entries:
        changed = any(one.resource_type in REQUESTS for one in puts)
        with _named(_asking(sent.entries)):
            written = await referring.take(tx, writer, sent, checked.content, with_request=changed)
        done |= dict(zip(of["POST"], written, strict=True))
    known = _known(sent)
    for at in of["PUT"]:
        with _named(entries[at]):
            done[at] = await _put(tx, writer, resolved(entries[at], known))
    told = 0
    for at in of["GET"]:
        with _named(entries[at]):
            done[at] = looked = await look(tx, writer, entries[at], base)
            told += size(looked)
            enough(told)
    return [done[at] for at in range(len(entries))]


async def create(
    tx: Transaction, writer: Writer, checked: Checked, condition: str | None = None
) -> Written:
    """Stores a resource under an id of ours: a transaction of one.

    Args:
        tx: the request's transaction.
        writer: who sends it.
        checked: by ``referring.check_resource``.
        condition: of ``If-None-Exist``, as sent: where one of theirs fits, that is the answer.

    Raises:
        FhirRefused: it can't be read as what it is for.
        Refused: see the use cases.
    """
    (entry,) = checked.bundle.entries
    entry = msgspec.structs.replace(entry, if_none_exist=condition)
    bundle = msgspec.structs.replace(checked.bundle, entries=(entry,))
    (done,) = await carry_out(tx, writer, Checked(bundle, checked.content))
    assert isinstance(done, Written)  # noqa: S101 - it is a POST
    return done


async def _resolved(tx: Transaction, writer: Writer, entries: Sequence[Entry]) -> tuple[Entry, ...]:
    """The entries with ``Type/id`` in place of each conditional reference."""
    if not (conditions := conditional(entries)):
        return tuple(entries)
    keeping.few(conditions)
    meant: dict[str, str] = {}
    for entry in entries:
        asked = conditional([entry]) - meant.keys()
        if asked:
            with _named(entry):
                meant |= await keeping.meant(tx, writer, asked)
    return tuple(resolved(entry, meant) for entry in entries)


async def _sent(
    tx: Transaction, writer: Writer, posts: Sequence[Entry], puts: Sequence[Entry]
) -> Sent:
    """What is posted, with references to what is put; and what a condition finds here already."""
    names = {name: puts[at].url.strip("/") for name, at in index_of(puts).items()}
    entries, here = [resolved(one, names) for one in posts], dict[int, Held]()
    ids = [new_id() for _ in posts]
    for at, entry in enumerate(posts):
        if not entry.if_none_exist or entry.resource_type == "Subscription":
            continue  # a Subscription is kept apart, and found by what it asks
        with _named(entry):
            held = await keeping.fitting(
                tx, writer, entry.resource_type, entry.if_none_exist, or_make=True
            )
        if held is not None:
            body = msgspec.Raw(writer.vault.open(held.id, held.body))
            entries[at] = msgspec.structs.replace(entry, id=str(held.id), resource=body)
            here[at], ids[at] = held, held.id
    return Sent(entries=tuple(entries), ids=tuple(ids), here=here)


def _known(sent: Sent) -> Mapping[str, str]:
    """What the names of posted entries became."""
    return {
        name: f"{sent.entries[at].resource_type}/{sent.ids[at]}"
        for name, at in index_of(sent.entries).items()
    }


async def _put(tx: Transaction, writer: Writer, entry: Entry) -> Written:
    _, identity = address(entry) or ("", "")
    settle([entry], [identity], writer.now)  # refuses a name that nothing in the bundle has
    tag = entry.if_match
    version = None if tag is None else version_in(tag, "ifMatch")
    return await writing.put(tx, writer, entry, identity, Precondition(version))


async def _delete(tx: Transaction, writer: Writer, entry: Entry) -> None:
    """Ends a subscription; nothing else is deleted (``fhir.claims``)."""
    _, identity = address(entry) or ("", "")
    await subscribing.delete(tx, writer.actor, identity, writer.now)


def _asking(entries: Sequence[Entry]) -> Entry:
    """The entry that a refusal of all that was posted is about: the request, else the first."""
    return next((one for one in entries if one.resource_type == "ServiceRequest"), entries[0])


@contextmanager
def _named(entry: Entry) -> Iterator[None]:
    """Names the entry in a refusal that does not name one itself."""
    if not entry.path.startswith("Bundle."):
        yield
        return
    try:
        yield
    except FhirRefused as error:
        issues = [
            msgspec.structs.replace(
                one, expression=tuple(_where(entry, path) for path in one.expression or ("",))
            )
            for one in error.issues
        ]
        raise FhirRefused(error.kind, issues) from error
    except Refused as error:
        faults = error.faults or (Fault("", error.detail),)
        named = tuple(Fault(_where(entry, one.path), _what(entry, one)) for one in faults)
        raise Refused(error.wrong, error.detail, faults=named, code=error.code) from error


def _where(entry: Entry, path: str) -> str:
    """Where in the Bundle something is, of an entry or of its resource."""
    kind, dot, element = path.partition(".")
    if kind == "Bundle":
        return path
    return f"{entry.place}.{element}" if dot and kind == entry.resource_type else entry.path


def _what(entry: Entry, fault: Fault) -> str:
    """A fault in words; of a header, which has no place in a Bundle, with its name."""
    known = not fault.path or fault.path.partition(".")[0] in {"Bundle", entry.resource_type}
    return fault.message if known else f"{fault.path} {fault.message}"
