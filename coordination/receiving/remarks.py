"""What a sender is told of what became of it, where nothing is wrong: by its code."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from fhir.outcome import Issue

REMARKS: Final[Mapping[str, str]] = {
    "answered": "Added to the running referral, which was triaged again with it.",
    "corrected": "Stored as the next version, and triaged again with it.",
    "followed": "The referral runs already: this Task shows how it is, as its first one does.",
    "here-already": "It was here already; nothing was changed.",
    "moved": "This is the Task as it is now.",
    "started": "The referral has started.",
    "stored": "Stored.",
    "withdrawn": "The referral is withdrawn; what was held or asked for it is free again.",
}
"""Each code that says what was done, with its sentence."""

NEXT: Final = "Stored as the next version."


def remark(code: str, text: str | None = None) -> Issue:
    """One of ``REMARKS``, in other words where more can be said."""
    return Issue(
        severity="information",
        code="informational",
        details=code,
        diagnostics=text or REMARKS[code],
    )
