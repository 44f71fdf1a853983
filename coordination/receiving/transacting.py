"""Carries out a transaction: what is posted, then what is put, then what is read; all or nothing.

https://hl7.org/fhir/R4/http.html#trules
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from urllib.parse import parse_qsl

import msgspec

from coordination.db.engine import Transaction
from coordination.db.resources import Held
from coordination.errors import Fault, Refused, Wrong
from coordination.ids import new_id
from coordination.organisations.naming_beds import Precondition
from coordination.receiving import keeping, referring, writing
from coordination.receiving.referring import Checked
from coordination.records import reading
from coordination.records.reading import Results
from coordination.records.shelf import Found
from coordination.records.shelves import SHELVES
from coordination.referrals.gathering import Sent
from coordination.writer import Writer, Written
from fhir.bundle import Entry, index_of
from fhir.bundle_requests import target
from fhir.outcome import FhirRefused
from fhir.search.asked import ask
from fhir.search.query import Query
from fhir.settle import conditional, resolved, settle

_ETAG = re.compile(r'(?:W/)?"([0-9]{1,9})"')


class Looked(msgspec.Struct, frozen=True):
    """What a search within a transaction found."""

    query: Query
    results: Results


Done = Written | Found | Looked
"""What became of an entry: written, read or searched."""


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
    entries = checked.bundle.entries
    entries = await _resolved(tx, writer, entries)
    done: dict[int, Done] = {}
    posts = [at for at, entry in enumerate(entries) if entry.method == "POST"]
    puts = [at for at, entry in enumerate(entries) if entry.method == "PUT"]
    if posts:
        sent = await _sent(tx, writer, [entries[at] for at in posts])
        names = {
            name: entries[puts[at]].url.strip("/")
            for name, at in index_of([entries[at] for at in puts]).items()
        }
        sent = msgspec.structs.replace(
            sent, entries=tuple(resolved(one, names) if names else one for one in sent.entries)
        )
        with _named(_asking(sent.entries)):
            written = await referring.take(tx, writer, sent, checked.content)
        done |= dict(zip(posts, written, strict=True))
    else:
        sent = Sent(entries=(), ids=())
    known = _known(sent)
    for at in puts:
        with _named(entries[at]):
            done[at] = await _put(tx, writer, resolved(entries[at], known))
    for at, entry in enumerate(entries):
        if entry.method == "GET":
            with _named(entry):
                done[at] = await _look(tx, writer, entry, base)
    return [done[at] for at in range(len(entries))]


async def _resolved(tx: Transaction, writer: Writer, entries: Sequence[Entry]) -> tuple[Entry, ...]:
    """The entries with ``Type/id`` in place of each conditional reference."""
    meant: dict[str, str] = {}
    for entry in entries:
        asked = conditional([entry]) - meant.keys()
        if asked:
            with _named(entry):
                meant |= await keeping.meant(tx, writer, asked)
    return tuple(resolved(entry, meant) if meant else entry for entry in entries)


async def _sent(tx: Transaction, writer: Writer, posts: Sequence[Entry]) -> Sent:
    """What is posted; what is here already, where a condition finds it."""
    entries, here = list(posts), dict[int, Held]()
    ids = [new_id() for _ in posts]
    for at, entry in enumerate(posts):
        if not entry.if_none_exist:
            continue
        with _named(entry):
            held = await keeping.fitting(tx, writer, entry.resource_type, entry.if_none_exist)
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
    identity = target(entry) or ""
    settle([entry], [identity], writer.now)  # refuses a name that nothing in the bundle has
    version = None
    if entry.if_match is not None:
        tag = _ETAG.fullmatch(entry.if_match.strip())
        if tag is None:
            raise Refused(Wrong.STALE, 'ifMatch is not an ETag of this server, such as W/"3".')
        version = int(tag[1])
    return await writing.put(tx, writer, entry, identity, Precondition(version))


async def _look(tx: Transaction, writer: Writer, entry: Entry, base: str) -> Found | Looked:
    address, _, parameters = entry.url.strip("/").partition("?")
    kind, _, rest = address.partition("/")
    identity, _, number = rest.partition("/_history/")
    if kind not in SHELVES:
        raise Refused(Wrong.NOT_FOUND, "Nothing of this type is read here.")
    if parameters or not identity:
        # In a body, not in an address: values of a person may stand in it.
        try:
            given = parse_qsl(parameters, keep_blank_values=True, max_num_fields=100)
        except ValueError:
            raise Refused(Wrong.INVALID, "Ask with at most 100 parameters.") from None
        query = ask(kind, given, personal=True, strict=True, base=base)
        return Looked(query, await reading.search(tx, writer.reader, query))
    if number.isdecimal() and len(number) < 10:  # noqa: PLR2004 - as many digits as an ETag
        return await reading.version(tx, writer.reader, kind, identity, int(number))
    return await reading.read(tx, writer.reader, kind, rest)


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
            one
            if any(path.startswith("Bundle.") for path in one.expression)
            else msgspec.structs.replace(one, expression=(entry.path, *one.expression))
            for one in error.issues
        ]
        raise FhirRefused(error.kind, issues) from error
    except Refused as error:
        faults = error.faults or (Fault(entry.path, error.detail),)
        named = tuple(
            one
            if one.path.startswith("Bundle.")
            else Fault(
                f"{entry.path}: {one.path}" if one.path != entry.path else one.path, one.message
            )
            for one in faults
        )
        raise Refused(error.wrong, error.detail, faults=named, code=error.code) from error
