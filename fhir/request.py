"""The sender's ServiceRequest, with the status that its referral has now.

Which status goes with which state: HL7 Clinical Order Workflows (fhir.md 1.1).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from fhir.settle import instant

STATUS: Mapping[str, str] = {"placed": "completed", "closed": "completed", "cancelled": "revoked"}
"""Status by referral state; every other state is ``active``."""

_PARTS = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode


def overlay_request(body: bytes, *, state: str, modified: datetime, version: int) -> bytes:
    """The ServiceRequest as it was sent, with our status and version; all else untouched.

    Args:
        body: as stored (``fhir.settle``).
        state: of the referral.
        modified: when the state last changed.
        version: counts changes, from 1.
    """
    sent: dict[str, Any] = _PARTS(body)
    meta: dict[str, Any] = _PARTS(sent["meta"]) if "meta" in sent else {}
    meta |= {"versionId": str(version), "lastUpdated": instant(modified)}
    return msgspec.json.encode(sent | {"meta": meta, "status": STATUS.get(state, "active")})
