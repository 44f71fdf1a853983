"""What comes in at the FHIR door: checked, read, and brought to the intake it belongs to."""

from __future__ import annotations

from datetime import datetime

import msgspec

from capacity.matching import Supply
from coordination import intake
from coordination.auth.vault import Vault
from coordination.db.engine import Transaction
from coordination.intake import Received
from coordination.permissions import Actor
from fhir.bundle import Bundle, Entry, read
from fhir.referral import is_referral
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
    return Checked(read(body), intake.fingerprint(accepted.canonical))


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
    return Checked(
        Bundle(type="transaction", entries=(entry,)), intake.fingerprint(accepted.canonical)
    )


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
        return await intake.keep(tx, actor, entries, vault=vault, now=now)
    return await intake.receive(
        tx, actor, checked.bundle, checked.content,
        protocol=protocol, supply=supply, vault=vault, now=now,
    )  # fmt: skip
