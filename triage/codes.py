"""The closed sets of codes that facts of a picture may take."""

from __future__ import annotations

from enum import StrEnum


class Consciousness(StrEnum):
    """ACVPU, LOINC 67775-7."""

    ALERT = "A"
    CONFUSION = "C"
    VOICE = "V"
    PAIN = "P"
    UNRESPONSIVE = "U"


class Role(StrEnum):
    """Who assessed the person. ``LAY`` is a relative or the person: no triage."""

    GP = "gp"
    SPECIALIST = "specialist"
    ELDERLY_PHYSICIAN = "elderly-physician"
    TRIAGIST = "triagist"
    NURSE = "nurse"
    LAY = "lay"


class Destination(StrEnum):
    """Where the person would go without this service: the counterfactual."""

    AMBULANCE = "112"
    SEH = "seh"
    HAP = "hap"
    CRISIS = "crisis"
    GP = "gp"
    HOME = "home"
    OTHER = "other"


class WlzIndication(StrEnum):
    """Whether the long-term care act already applies to the person."""

    NONE = "none"
    EXPECTED = "expected"
    """Applied for, or expected within two weeks."""
    PRESENT = "present"
    """Cashed or not."""


class WlzSector(StrEnum):
    """Nursing and care (VV) or care for people with a disability (GZ)."""

    VV = "vv"
    GZ = "gz"


class Physician(StrEnum):
    """Which contact with a general practitioner the situation asks for."""

    NONE = "none"
    DIGITAL = "digital"
    PLANNED = "planned"
    TODAY = "today"


class Nursing(StrEnum):
    """The heaviest form of district nursing asked for."""

    NONE = "none"
    PLANNED = "planned"
    UNPLANNED = "unplanned"
    NIGHT = "night"
    TECHNICAL = "technical"
    HOSPITAL_AT_HOME = "hospital-at-home"


class MentalHealth(StrEnum):
    """Whether mental health care is asked for."""

    NONE = "none"
    PLANNED = "planned"
    CRISIS = "crisis"


class DyingPlace(StrEnum):
    """Where someone with a short life expectancy wants to be."""

    HOME = "home"
    HOSPICE = "hospice"
    ELV = "elv"
