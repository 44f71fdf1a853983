"""The sender's ServiceRequest, with the status that its referral has now.

Which status goes with which state: HL7 Clinical Order Workflows (fhir.md 1.1).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import msgspec

from fhir.stamping import meta, own_meta, parts_of

STATUS: Mapping[str, str] = {"placed": "completed", "closed": "completed", "cancelled": "revoked"}
"""Status by referral state; every other state is ``active``."""


def overlay_request(body: bytes, *, state: str, modified: datetime, version: int) -> bytes:
    """The ServiceRequest as it was sent, with our status and version; all else untouched.

    Args:
        body: as stored (``fhir.settle``).
        state: of the referral.
        modified: when the state last changed.
        version: counts changes, from 1.
    """
    sent = parts_of(body)
    ours = {
        "meta": own_meta(sent, meta(version, modified)),
        "status": STATUS.get(state, "active"),
    }
    return msgspec.json.encode({**sent, **ours})
