"""Who writes at the FHIR door, with what writing takes, and what comes of it."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from capacity.snapshot import Supply
from coordination.auth.vault import Vault
from coordination.permissions import Actor
from coordination.records.shelf import Found, Reader
from fhir.outcome import Issue
from triage.protocol import Protocol


class Writer(msgspec.Struct, frozen=True, kw_only=True):
    """Who writes, with what it takes.

    Attributes:
        actor: who; what they send becomes that of their organisation.
        vault: seals what is stored.
        protocol: decides, where what is written is of a referral.
        supply: what is free, to say at once where a referral might fit.
        hold: how long an answer is waited for where the region says nothing of the kind of care.
        now: the moment of receipt.
        hosts: that may be private where we are asked to post to them (``alert_hosts``).
    """

    actor: Actor
    vault: Vault
    protocol: Protocol
    supply: Supply
    hold: timedelta
    now: datetime
    hosts: frozenset[str] = frozenset()

    @property
    def reader(self) -> Reader:
        """The same, as who looks."""
        return Reader(self.actor, self.vault, self.now)


class Written(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a resource that was sent.

    Attributes:
        found: as it is now.
        new: whether it is there since this request.
        issues: what the sender should know of it.
    """

    found: Found
    new: bool
    issues: list[Issue]
