"""Gathers what belongs to a referral: sent with it, or before it about the same Patient."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Mapping

import msgspec

from coordination.auth.vault import Vault
from coordination.db import loose
from coordination.db.engine import Transaction
from coordination.db.resources import Held
from fhir.bundle import Entry, index_of
from fhir.settle import literals

_DEEP = 4
"""How far references are followed: request, role, professional, organisation."""

_NO_PARTS = frozenset(
    {"ServiceRequest", "Task", "Communication", "MeasureReport", "Subscription", "Location"}
)
"""What is no part of a referral because it is about its Patient, or referred to."""


class Sent(msgspec.Struct, frozen=True, kw_only=True):
    """What asks for care, with the ids that it has here.

    Attributes:
        entries: all that is read; references between them as they were sent.
        ids: of each, in the same order.
        here: those that are stored already, by place: taken along, and not written again.
    """

    entries: tuple[Entry, ...]
    ids: tuple[uuid.UUID, ...]
    here: Mapping[int, Held] = {}

    def and_stored(self, more: Collection[tuple[Held, bytes]]) -> Sent:
        """The same with resources that are stored already, each with its body."""
        first = len(self.ids)
        return Sent(
            entries=self.entries + tuple(stored_entry(held, body) for held, body in more),
            ids=self.ids + tuple(held.id for held, _ in more),
            here={**self.here, **{first + at: held for at, (held, _) in enumerate(more)}},
        )


async def along(
    tx: Transaction, vault: Vault, owners: Collection[uuid.UUID], sent: Sent, patient: str | None
) -> Sent:
    """What was sent, with the parts that are here already: about its Patient, or referred to.

    Args:
        tx: the request's transaction.
        vault: opens what is stored.
        owners: whose parts count.
        sent: the referral, with or without parts.
        patient: id of a stored Patient whose loose parts count too, or None.
    """
    index = index_of(sent.entries)
    bodies = (bytes(entry.resource) for entry in sent.entries)
    meant = _meant(said for body in bodies for said in literals(body) if said not in index)
    found: dict[uuid.UUID, tuple[Held, bytes]] = {}
    if patient is not None:
        # What comes about them at this moment waits, and is then an answer of this referral.
        if (key := own_id(f"Patient/{patient}")) is not None:
            await loose.lock(tx, "Patient", key)
        terms = vault.terms([f"{name}=Patient/{patient}" for name in ("patient", "subject")])
        for held in await loose.about(tx, owners, terms):
            if held.type not in _NO_PARTS:
                found[held.id] = held, vault.open(held.id, held.body)
        meant |= _meant(said for _, body in found.values() for said in literals(body))
    has = set(sent.ids)
    for _ in range(_DEEP):
        meant -= has | found.keys()
        if not meant:
            break
        fresh = [
            (held, vault.open(held.id, held.body)) for held in await loose.of_ids(tx, owners, meant)
        ]
        found |= {held.id: (held, body) for held, body in fresh}
        meant = _meant(said for _, body in fresh for said in literals(body))
    more = [found[identity] for identity in sorted(found) if identity not in has]
    return sent.and_stored(more) if more else sent


def stored_entry(held: Held, body: bytes) -> Entry:
    """A stored resource as an entry to be read: known by ``Type/id``."""
    return Entry(
        path=f"{held.type}/{held.id}", full_url=None, resource_type=held.type, id=str(held.id),
        method="PUT", url=f"{held.type}/{held.id}", if_none_exist=None, resource=msgspec.Raw(body),
    )  # fmt: skip


def _meant(references: Iterable[str]) -> set[uuid.UUID]:
    """The ids of parts that references may mean here."""
    return {
        key
        for said in references
        if (key := own_id(said)) and said.partition("/")[0] not in _NO_PARTS
    }


def own_id(reference: str) -> uuid.UUID | None:
    """The id in a reference ``Type/id``; None for one that is none of ours."""
    try:
        return uuid.UUID(reference.partition("/_history/")[0].partition("/")[2])
    except ValueError:
        return None
