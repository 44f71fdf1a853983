"""The advice on a referral that is only looked at: nothing is stored and nothing counted."""

from __future__ import annotations

from datetime import datetime

from fhir.bundle import read
from fhir.referral import from_fhir
from fhir.validation import accept
from triage.advice import Advice
from triage.decide import decide
from triage.protocol import Protocol


def advise(body: bytes, protocol: Protocol, now: datetime) -> Advice:
    """Reads a referral Bundle and decides.

    Raises:
        FhirRefused: it can't be read as a referral; every fault with its path.
    """
    accept(body, "Bundle")
    return decide(protocol, from_fhir(read(body).entries, now).picture, now)
