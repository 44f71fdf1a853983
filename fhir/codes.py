"""The code systems, identifiers and concept maps that we read and write, in one place."""

from __future__ import annotations

from enum import StrEnum
from functools import cache

from triage.codes import (
    Consciousness,
    Destination,
    DyingPlace,
    MentalHealth,
    Nursing,
    Physician,
    Role,
    WlzIndication,
    WlzSector,
)
from triage.need import Requirement
from triage.urgency import Urgency

NAMESPACE = "https://naober.example/fhir"
"""Where our own canonicals live; a name, not an address."""

LOINC = "http://loinc.org"
SNOMED = "http://snomed.info/sct"
UCUM = "http://unitsofmeasure.org"
ICPC = "http://hl7.org/fhir/sid/icpc-1-nl"
NL = "http://fhir.nl/fhir/NamingSystem/"
BSN = NL + "bsn"
BSN_SYSTEMS = frozenset({BSN, "urn:oid:2.16.840.1.113883.2.4.6.3"})
URA = NL + "ura"
AGB = NL + "agb-z"
BIG = NL + "big"
ROLE_CODE = NL + "uzi-rolcode"
TASK_CODE = "http://hl7.org/fhir/CodeSystem/task-code"

REFERRAL_STATE = NAMESPACE + "/CodeSystem/referral-state"
OFFER_STATE = NAMESPACE + "/CodeSystem/offer-state"
REASON = NAMESPACE + "/CodeSystem/reason"
KIND = NAMESPACE + "/CodeSystem/kind"
REFERRAL_ID = NAMESPACE + "/NamingSystem/referral"
OFFER_ID = NAMESPACE + "/NamingSystem/offer"

# Vital signs, domain.md 3.1; the two SNOMED codes for respiration and pulse are the zib's.
VITAL_CODES: dict[tuple[str, str], str] = {
    (LOINC, "9279-1"): "respiration_rate",
    (LOINC, "59408-5"): "oxygen_saturation",
    (LOINC, "2708-6"): "oxygen_saturation",
    (LOINC, "8480-6"): "systolic",
    (LOINC, "8867-4"): "pulse",
    (LOINC, "8310-5"): "temperature",
    (LOINC, "67775-7"): "consciousness",
    # ACVPU in the UK edition of SNOMED CT, which names new confusion where LOINC's list is AVPU.
    (SNOMED, "1104441000000107"): "consciousness",
}
"""The fact that a code of an Observation, or of a component of one, measures."""

OXYGEN_CODES = frozenset(
    {
        (SNOMED, "266702001"),  # oxygen therapy, as in domain.md 3.1
        (SNOMED, "57485005"),  # oxygen therapy, as in Nictiz's zib2020 example
        (SNOMED, "371825009"),  # patient on oxygen
        (LOINC, "3151-8"),  # inhaled oxygen flow rate
        (LOINC, "3150-6"),  # inhaled oxygen concentration
    }
)
"""Codes that say whether the person gets extra oxygen, by yes or no, by flow or by fraction."""

OXYGEN_FRACTION = (LOINC, "3150-6")
GLASGOW = (LOINC, "35088-4")

YES_NO = {(SNOMED, "373066001"): True, (SNOMED, "373067005"): False}

ACVPU: dict[tuple[str, str], Consciousness] = {
    (LOINC, "LA9340-6"): Consciousness.ALERT,
    (LOINC, "LA6560-2"): Consciousness.CONFUSION,
    (LOINC, "LA17108-4"): Consciousness.VOICE,
    (LOINC, "LA17107-6"): Consciousness.PAIN,
    (LOINC, "LA9343-0"): Consciousness.UNRESPONSIVE,
    (SNOMED, "248234008"): Consciousness.ALERT,
    (SNOMED, "130987000"): Consciousness.CONFUSION,
    (SNOMED, "300202002"): Consciousness.VOICE,
    (SNOMED, "450847001"): Consciousness.PAIN,
    (SNOMED, "422768004"): Consciousness.UNRESPONSIVE,
}
"""Answers to the consciousness question (LOINC answer lists; SNOMED as IHE's mPSC uses it)."""

PER_MINUTE = frozenset({"/min", "1/min", "{breaths}/min", "{beats}/min", "{resp}/min"})


@cache
def own_system(codes: type[StrEnum]) -> str:
    """Our code system for a closed set: ``WlzSector`` is ``…/CodeSystem/wlz-sector``."""
    name = "".join("-" + c.lower() if c.isupper() else c for c in codes.__name__)
    return f"{NAMESPACE}/CodeSystem/{name.removeprefix('-')}"


DISPLAY: dict[StrEnum, tuple[str, str]] = {
    Urgency.U0: ("U0 - direct, reanimatie", "U0 - at once, resuscitation"),
    Urgency.U1: ("U1 - direct, levensgevaar", "U1 - at once, danger to life"),
    Urgency.U2: ("U2 - binnen een uur", "U2 - within an hour"),
    Urgency.U3: ("U3 - binnen enkele uren", "U3 - within hours"),
    Urgency.U4: ("U4 - binnen 24 uur", "U4 - within 24 hours"),
    Urgency.U5: ("U5 - volgende werkdag of advies", "U5 - next working day or advice"),
    Role.GP: ("huisarts", "general practitioner"),
    Role.SPECIALIST: ("medisch specialist", "medical specialist"),
    Role.ELDERLY_PHYSICIAN: ("specialist ouderengeneeskunde", "elderly care physician"),
    Role.TRIAGIST: ("triagist", "trained triagist"),
    Role.NURSE: ("verpleegkundige", "nurse"),
    Role.LAY: ("naaste of de persoon zelf", "relative or the person"),
    Destination.AMBULANCE: ("112", "112"),
    Destination.SEH: ("spoedeisende hulp", "emergency department"),
    Destination.HAP: ("huisartsenpost", "GP out-of-hours post"),
    Destination.CRISIS: ("crisisdienst", "crisis service"),
    Destination.GP: ("eigen huisarts", "own general practitioner"),
    Destination.HOME: ("thuis blijven", "stay at home"),
    Destination.OTHER: ("anders", "other"),
    WlzIndication.NONE: ("geen", "none"),
    WlzIndication.EXPECTED: ("aangevraagd of verwacht binnen 2 weken", "expected in 2 weeks"),
    WlzIndication.PRESENT: ("aanwezig", "present"),
    WlzSector.VV: ("verpleging en verzorging", "nursing and care"),
    WlzSector.GZ: ("gehandicaptenzorg", "disability care"),
    Physician.NONE: ("geen", "none"),
    Physician.DIGITAL: ("digitaal consult", "digital consult"),
    Physician.PLANNED: ("gepland contact", "planned contact"),
    Physician.TODAY: ("vandaag", "today"),
    Nursing.NONE: ("geen", "none"),
    Nursing.PLANNED: ("planbare wijkverpleging", "planned district nursing"),
    Nursing.UNPLANNED: ("onplanbare wijkverpleging", "unplanned district nursing"),
    Nursing.NIGHT: ("nachtzorg", "night care"),
    Nursing.TECHNICAL: ("medisch-specialistische verpleging thuis", "technical nursing at home"),
    Nursing.HOSPITAL_AT_HOME: ("ziekenhuiszorg thuis", "hospital at home"),
    MentalHealth.NONE: ("geen", "none"),
    MentalHealth.PLANNED: ("geplande ggz", "planned mental health care"),
    MentalHealth.CRISIS: ("acute ggz", "mental health crisis care"),
    DyingPlace.HOME: ("thuis", "at home"),
    DyingPlace.HOSPICE: ("hospice", "hospice"),
    DyingPlace.ELV: ("eerstelijnsverblijf", "temporary stay"),
    Requirement.CLOSED_WARD: ("gesloten afdeling", "closed ward"),
    Requirement.ISOLATION: ("isolatie", "isolation"),
    Requirement.OXYGEN: ("zuurstof", "oxygen"),
    Requirement.INFUSION: ("infuus", "infusion"),
    Requirement.DRAIN: ("drain", "drain"),
    Requirement.BARIATRIC: ("bariatrisch bed", "bariatric bed"),
    Requirement.HI_LO_BED: ("hoog-laagbed", "hi-lo bed"),
    Requirement.WOUND_CARE: ("wondzorg", "wound care"),
    Requirement.TUBE_FEEDING: ("sondevoeding", "tube feeding"),
    Requirement.CATHETER: ("katheter", "catheter"),
    Requirement.NIGHT_CARE: ("nachtzorg", "night care"),
}
"""The words for each code of our own closed sets, Dutch and English."""
