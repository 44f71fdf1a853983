"""Vital signs: one set, at most one hour old for the acute screen (domain.md 3.16)."""

from __future__ import annotations

from typing import Annotated

from triage.codes import Consciousness
from triage.facts.entered import Entered
from triage.facts.meta import fact


class VitalSigns(Entered, frozen=True, kw_only=True, omit_defaults=True):
    """Vital signs: one set, at most one hour old for the acute screen (domain.md 3.16)."""

    respiration_rate: (
        Annotated[
            float, fact("Ademhaling per minuut", "Respiration rate", unit="/min", ge=0, le=100)
        ]
        | None
    ) = None
    oxygen_saturation: (
        Annotated[float, fact("Zuurstofsaturatie in procenten", "SpO2", unit="%", ge=30, le=100)]
        | None
    ) = None
    hypercapnic_target: (
        Annotated[
            bool,
            fact(
                "Heeft een arts een streefsaturatie van 88-92% ingesteld?",
                "Has a clinician set a target saturation of 88-92% (NEWS2 scale 2)?",
            ),
        ]
        | None
    ) = None
    on_oxygen: (
        Annotated[bool, fact("Krijgt de persoon extra zuurstof?", "On supplemental oxygen?")] | None
    ) = None
    systolic: (
        Annotated[
            float,
            fact("Bovendruk in mmHg", "Systolic blood pressure", unit="mm[Hg]", ge=20, le=320),
        ]
        | None
    ) = None
    pulse: (
        Annotated[float, fact("Hartslag per minuut", "Heart rate", unit="/min", ge=10, le=300)]
        | None
    ) = None
    consciousness: (
        Annotated[Consciousness, fact("Bewustzijn (ACVPU)", "Consciousness (ACVPU)")] | None
    ) = None
    temperature: (
        Annotated[
            float, fact("Temperatuur in graden Celsius", "Temperature", unit="Cel", ge=25, le=45)
        ]
        | None
    ) = None
    diastolic: (
        Annotated[
            float,
            fact("Onderdruk in mmHg", "Diastolic blood pressure", unit="mm[Hg]", ge=10, le=200),
        ]
        | None
    ) = None
