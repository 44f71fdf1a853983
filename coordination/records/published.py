"""The shelf of what is published of our own: form, profiles, codes; the same for everyone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any, Final

import msgspec

from coordination import paging
from coordination.db.engine import Transaction
from coordination.permissions import Action, may
from coordination.records.shelf import Found, Page, Reader, Shelf
from fhir.form.questionnaire import ID, VERSION, questionnaire_json
from fhir.profiles.sets import code_systems, value_sets
from fhir.profiles.structures import structure_definitions
from fhir.search.index import Indexed, index_of
from fhir.search.matching import fits, ordered
from fhir.search.query import Query

SINCE: Final = datetime(2026, 11, 22, tzinfo=UTC)
"""Since when this edition is published."""


class _Mark(msgspec.Struct, frozen=True, array_like=True):
    """Where a page ends: what is published does not change while the service runs."""

    shown: int


class _Published(msgspec.Struct, frozen=True):
    found: Found
    indexed: Indexed


@cache
def _published() -> Mapping[str, Mapping[str, _Published]]:
    """By type, then by id."""
    resources = [*structure_definitions(), *code_systems(), *value_sets()]
    found = [_found("Questionnaire", ID, VERSION, questionnaire_json())]
    found += [_rendered(one) for one in resources]
    kinds: dict[str, dict[str, _Published]] = {}
    for one in found:
        indexed = index_of(one.type, one.body)
        kinds.setdefault(one.type, {})[str(one.id)] = _Published(one, indexed)
    return kinds


def _rendered(resource: dict[str, Any]) -> Found:
    return _found(
        resource["resourceType"], resource["id"], resource["version"],
        msgspec.json.encode(resource),
    )  # fmt: skip


def _found(kind: str, identity: str, version: str, body: bytes) -> Found:
    """One of them: its version is that of its content, of which only the newest is here."""
    return Found(
        type=kind, id=identity, version=int(version), updated=SINCE, body=body, method="PUT"
    )


class PublishedShelf:
    """What is published: Questionnaire, StructureDefinition, CodeSystem and ValueSet.

    Anyone who signed in may read it.

    Args:
        sent: where one by an id of ours is looked for that somebody sent along, for who may read
            what is sent.
    """

    def __init__(self, sent: Shelf | None = None) -> None:
        self._sent = sent

    async def read(self, tx: Transaction, reader: Reader, kind: str, identity: str) -> Found | None:
        """One of them by its id, which is the last part of its canonical."""
        one = _published()[kind].get(identity)
        if one is not None:
            return one.found
        sent = self._sent_to(reader)
        return await sent.read(tx, reader, kind, identity) if sent else None

    async def version(
        self, tx: Transaction, reader: Reader, kind: str, identity: str, number: int
    ) -> Found | None:
        """The edition that is published, by its number; only the newest is here."""
        one = _published()[kind].get(identity)
        if one is not None:
            return one.found if one.found.version == number else None
        sent = self._sent_to(reader)
        return await sent.version(tx, reader, kind, identity, number) if sent else None

    async def history(
        self,
        tx: Transaction,
        reader: Reader,
        kind: str,
        identity: str | None,
        *,
        since: datetime | None,
        count: int,
        after: str | None,
    ) -> Page:
        """The editions that are published: one of each."""
        all_of_it, sent = _published()[kind], self._sent_to(reader)
        if sent is not None and identity is not None and identity not in all_of_it:
            return await sent.history(
                tx, reader, kind, identity, since=since, count=count, after=after
            )
        found = [
            one.found
            for key, one in all_of_it.items()
            if identity in {None, key} and (since is None or since <= SINCE)
        ]
        return _page(found, count, after)

    async def search(self, tx: Transaction, reader: Reader, query: Query) -> Page:  # noqa: ARG002 - as every shelf
        """What fits, in the order that was asked."""
        fitting = [
            one
            for key, one in _published()[query.kind].items()
            if fits(query, key, SINCE, one.indexed)
        ]
        found = ordered(query, fitting, lambda one: (str(one.found.id), SINCE, one.indexed))
        return _page([one.found for one in found], query.count, query.after)

    def _sent_to(self, reader: Reader) -> Shelf | None:
        return self._sent if may(reader.actor, Action.READ_FHIR) else None


def _page(found: list[Found], count: int, after: str | None) -> Page:
    mark = paging.read(after, _Mark)
    begin = 0 if mark is None else max(mark.shown, 0)
    end = begin + count
    more = count > 0 and end < len(found)
    return Page(
        found=found[begin:end],
        after=paging.write(_Mark(end)) if more else None,
        total=len(found),
    )
