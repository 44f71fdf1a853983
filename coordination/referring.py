"""What comes in at the FHIR door: checked, read, and brought to the intake it belongs to."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec

from capacity.snapshot import Supply
from coordination import intake
from coordination.auth.vault import Vault
from coordination.db import resources
from coordination.db.engine import Transaction
from coordination.db.resources import Stored
from coordination.ids import new_id
from coordination.intake import Received
from coordination.permissions import Action, Actor, require
from coordination.recognition import fingerprint, marks_of
from fhir.bundle import Bundle, Entry, read
from fhir.referral import is_referral
from fhir.settle import settle
from fhir.validation import accept
from triage.protocol import Protocol


class Checked(msgspec.Struct, frozen=True):
    """A body that may be stored.

    Attributes:
        bundle: its entries.
        content: hash of what was sent.
    """

    bundle: Bundle
    content: bytes


def check_bundle(body: bytes) -> Checked:
    """Checks and reads a transaction or batch.

    Raises:
        FhirRefused: every fault with its path.
    """
    accepted = accept(body, "Bundle")
    return Checked(read(body), fingerprint(accepted.canonical))


def check_resource(body: bytes, kind: str) -> Checked:
    """Checks and reads one resource that is to be created: a transaction of one.

    Raises:
        FhirRefused: every fault with its path.
    """
    accepted = accept(body, kind)
    entry = Entry(
        path=kind, full_url=None, resource_type=kind, id=None, method="POST", url=kind,
        if_none_exist=None, resource=msgspec.Raw(body),
    )  # fmt: skip
    return Checked(Bundle(type="transaction", entries=(entry,)), fingerprint(accepted.canonical))


async def take(
    tx: Transaction,
    actor: Actor,
    checked: Checked,
    *,
    protocol: Protocol,
    supply: Supply,
    vault: Vault,
    now: datetime,
) -> Received:
    """Stores what was checked: as a referral where it asks for care, else for its sender.

    Raises:
        FhirRefused: it asks for care and can't be read as one referral.
        Refused: see ``intake.receive``.
    """
    entries = checked.bundle.entries
    if not is_referral(entries):
        return await _keep(tx, actor, entries, vault=vault, now=now)
    return await intake.receive(
        tx, actor, checked.bundle, checked.content,
        protocol=protocol, supply=supply, vault=vault, now=now,
    )  # fmt: skip


async def _keep(
    tx: Transaction, actor: Actor, entries: Sequence[Entry], *, vault: Vault, now: datetime
) -> Received:
    """Stores resources that ask for no care, for their sender to read back."""
    require(actor, Action.REFER)
    ids = [new_id() for _ in entries]
    stored = settle(entries, [str(identity) for identity in ids], now)
    await resources.add(
        tx,
        [
            Stored(i, one.type, marks_of(vault, one.type, one.body), vault.seal(i, one.body))
            for i, one in zip(ids, stored, strict=True)
        ],
        actor,
        None,
        now,
    )
    return Received(
        entries=tuple((one.type, identity) for one, identity in zip(stored, ids, strict=True))
    )
