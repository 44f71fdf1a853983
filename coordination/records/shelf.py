"""What every shelf of resources can do, and what it hands out.

A shelf knows where resources of some types come from: stored as they were sent, or shown of
rows that mean more. Who asks for a resource does not know from which shelf it comes.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Literal, Protocol

import msgspec

from coordination.auth.vault import Vault
from coordination.db.engine import Transaction
from coordination.permissions import Actor
from fhir.search.query import Query


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """A version of a resource as it is sent out.

    Attributes:
        type: resource type.
        id: its id.
        version: counts changes, from 1.
        updated: when this version came to be.
        body: JSON; empty where this version is that it was deleted.
        method: how this version came to be.
    """

    type: str
    id: uuid.UUID | str
    version: int
    updated: datetime
    body: bytes
    method: Literal["POST", "PUT", "DELETE"] = "POST"


class Reader(msgspec.Struct, frozen=True):
    """Who looks, with what it takes.

    Attributes:
        actor: who; they see what is theirs to see, and nothing else.
        vault: opens what is sealed.
        now: the moment.
    """

    actor: Actor
    vault: Vault
    now: datetime


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """Some of what was found.

    Attributes:
        found: in the order that was asked, at most as many as asked.
        after: where the next page begins, or None when this is the last.
        total: how many fit in all; None where counting was not asked or costs too much.
    """

    found: Sequence[Found]
    after: str | None = None
    total: int | None = None


class Shelf(Protocol):
    """Where resources of some types come from.

    What is not there and what is not theirs look the same: None. No function here writes an
    audit row: ``coordination.records.reading`` does, once for each request.
    """

    async def read(self, tx: Transaction, reader: Reader, kind: str, identity: str) -> Found | None:
        """A resource as it is now; with an empty body where it was deleted."""
        ...

    async def version(
        self, tx: Transaction, reader: Reader, kind: str, identity: str, number: int
    ) -> Found | None:
        """A version of a resource, as it was."""
        ...

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
        """Versions of one resource, or of all of a type, newest first.

        Args:
            tx: the request's transaction.
            reader: who looks.
            kind: the type.
            identity: of the one resource, or None for all.
            since: only versions made at or after this moment, or None.
            count: at most so many.
            after: of the page before, or None.
        """
        ...

    async def search(self, tx: Transaction, reader: Reader, query: Query) -> Page:
        """What fits a query.

        Raises:
            Refused: INVALID for an ``after`` that is none of ours.
        """
        ...
