"""What became of what was sent: each resource as it is now, and what triage said."""

from __future__ import annotations

import uuid

import msgspec

from coordination.db import stated
from coordination.db.engine import Transaction
from coordination.db.stated import Stated
from coordination.records.overlaid import overlaid
from coordination.records.shelf import Found
from triage.advice import Advice


class Received(msgspec.Struct, frozen=True, kw_only=True):
    """What became of what was sent.

    Attributes:
        found: each resource as it is now, in the order in which they were sent.
        new: False when the same referral was here already.
        referral: its id, or None when nothing in it asks for care.
        advice: made now; None for a replay, or without a referral.
    """

    found: tuple[Found, ...]
    new: bool = True
    referral: uuid.UUID | None = None
    advice: Advice | None = None


class Standing(msgspec.Struct, frozen=True):
    """What the request and the Task of a referral show of it."""

    referral: uuid.UUID
    task: uuid.UUID
    stated: Stated

    @classmethod
    async def now(cls, tx: Transaction, referral: uuid.UUID, task: uuid.UUID) -> Standing:
        """Of a referral that is there, as it stands."""
        return cls(referral, task, await stated.stated_now(tx, referral))

    def shown(self, found: Found) -> Found:
        """A stored resource; the referral's own request and Task carry its state."""
        return overlaid(found, self.stated) if found.id in {self.referral, self.task} else found
