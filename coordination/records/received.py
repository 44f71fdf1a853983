"""What became of what was sent: each resource as it is now, and what triage said."""

from __future__ import annotations

import uuid
from datetime import datetime

import msgspec

from coordination.auth.vault import Vault
from coordination.db.referrals import Referral
from coordination.db.resources import Held
from coordination.records.shelf import Found
from coordination.referral import State
from fhir.request import overlay_request
from fhir.task.shown import overlay_state
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


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """The state of a referral, as its request and its Task show it."""

    referral: uuid.UUID
    task: uuid.UUID
    state: State
    version: int
    changed: datetime
    reason: str | None = None

    @classmethod
    def of(cls, referral: Referral) -> Standing:
        """Of a referral as it stands."""
        return cls(
            referral=referral.id, task=referral.task_id, state=referral.state,
            version=referral.version, changed=referral.changed_at, reason=referral.reason,
        )  # fmt: skip

    def shown(self, found: Found) -> Found:
        """A stored resource; the referral's own request and Task carry its state of now."""
        if found.id == self.referral:
            body = overlay_request(
                found.body, state=self.state, modified=self.changed, version=self.version
            )
        elif found.id == self.task:
            body = overlay_state(
                found.body,
                state=self.state,
                modified=self.changed,
                version=self.version,
                reason=self.reason if self.state is State.CANCELLED else None,
            )
        else:
            return found
        return msgspec.structs.replace(found, version=self.version, updated=self.changed, body=body)


def plain(held: Held, vault: Vault) -> Found:
    """A stored resource as it is stored."""
    return Found(
        type=held.type,
        id=held.id,
        version=held.version,
        updated=held.updated_at,
        body=vault.open(held.id, held.body),
        method="POST" if held.version == 1 else "PUT",
    )
