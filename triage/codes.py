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


class Anticoagulant(StrEnum):
    """What thins the blood; an antiplatelet is none of those that make a head injury a flag."""

    NONE = "none"
    ANTIPLATELET = "antiplatelet"
    VKA = "vka"
    """Vitamin K antagonist, such as acenocoumarol."""
    DOAC = "doac"
    HEPARIN = "heparin"


class Mobility(StrEnum):
    """How someone moves about, from by oneself to not at all."""

    INDEPENDENT = "independent"
    AID = "aid"
    ONE_PERSON = "one-person"
    TWO_PERSONS = "two-persons"
    BEDBOUND = "bedbound"


class Service(StrEnum):
    """A service that the referrer asks for by name (domain.md 3.17)."""

    NONE = "none"
    SO_CONSULT = "so-consult"
    PALLIATIVE_TEAM = "palliative-team"
    AMBULANCE_CONSULT = "ambulance-consult"
    HOME_DIAGNOSTICS = "home-diagnostics"
    GERIATRIC_CLINIC = "geriatric-clinic"
    PHARMACIST = "pharmacist"
    PHYSIOTHERAPY = "physiotherapy"
    OCCUPATIONAL_THERAPY = "occupational-therapy"
    DIETICIAN = "dietician"
    URGENT_EQUIPMENT = "urgent-equipment"
    DEMENTIA_CASE_MANAGER = "dementia-case-manager"
    ADDICTION_CARE = "addiction-care"
    VEILIG_THUIS = "veilig-thuis"
