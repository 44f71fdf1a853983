"""Advice with its explanation: of a referral that is only looked at, or of one that is stored."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec

from fhir.bundle import read
from fhir.referral import from_fhir
from fhir.validation import accept
from triage.advice import ProtocolName
from triage.explanation import Explained, explain
from triage.picture import Picture
from triage.protocol import Protocol
from triage.versions import UnknownVersionError, named


def advise(body: bytes, protocol: Protocol, now: datetime) -> Explained:
    """Reads a referral Bundle, decides and explains; nothing is stored and nothing counted.

    Raises:
        FhirRefused: it can't be read as a referral; every fault with its path.
    """
    accept(body, "Bundle")
    return explain(protocol, from_fhir(read(body).entries, now).picture, now)


def warm(protocol: Protocol) -> None:
    """Compiles what the first explanation needs, before somebody waits for it."""
    explain(protocol, Picture(), datetime.now(UTC))


class _Made(msgspec.Struct):
    """What is read of a stored advice."""

    protocol: ProtocolName


def explain_again(advice: bytes, picture: Picture, made_at: datetime) -> Explained | None:
    """The explanation of a stored advice, by the version of the protocol that made it.

    None where that version is no longer there, or no longer says what it said.

    Args:
        advice: as it is stored, JSON.
        picture: that it was made from.
        made_at: when.
    """
    made = msgspec.json.decode(advice, type=_Made).protocol
    try:
        protocol = named(made.version)
    except UnknownVersionError:
        return None
    if protocol.name.fingerprint != made.fingerprint:
        return None
    return explain(protocol, picture, made_at)
