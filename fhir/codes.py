"""The code systems, identifiers and concept maps that we read and write, in one place."""

from __future__ import annotations

from enum import StrEnum
from functools import cache

from triage.codes import Consciousness, Role

NAMESPACE = "https://naober.example/fhir"
"""Where our own canonicals live; a name, not an address."""

LOINC = "http://loinc.org"
SNOMED = "http://snomed.info/sct"
UCUM = "http://unitsofmeasure.org"
ICPC = "http://hl7.org/fhir/sid/icpc-1-nl"
ICPC_OID = "urn:oid:2.16.840.1.113883.2.4.4.31.1"
NL = "http://fhir.nl/fhir/NamingSystem/"
BSN = NL + "bsn"
BSN_SYSTEMS = frozenset({BSN, "urn:oid:2.16.840.1.113883.2.4.6.3"})
URA = NL + "ura"
AGB = NL + "agb-z"
UZOVI = NL + "uzovi"
UZOVI_SYSTEMS = frozenset({UZOVI, "urn:oid:2.16.840.1.113883.2.4.6.4"})
ROLE_CODE = NL + "uzi-rolcode"
ROLE_CODE_OID = "urn:oid:2.16.840.1.113883.2.4.15.111"
LIST_USE = "http://terminology.hl7.org/CodeSystem/list-example-use-codes"
TASK_CODE = "http://hl7.org/fhir/CodeSystem/task-code"
ALTERNATIVE_DATE = "146851000146105"
"""SNOMED CT, Dutch edition: another date, as eOverdracht names it in a Task."""

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
    (LOINC, "8462-4"): "diastolic",
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


ICPC_SYSTEMS = frozenset({ICPC, ICPC_OID})
FRAILTY = frozenset({"A49.01", "A05"})
"""How GPs register frailty in ICPC: A49.01 in Drenthe, A05 in other regions (domain.md 1.2)."""

PROBLEM_LIST = frozenset({(LOINC, "11450-4"), (LIST_USE, "problems")})
"""Codes of a List of all a person's problems."""

MEDICATION_LIST = frozenset(
    {(SNOMED, "11181000146103"), (LOINC, "10160-0"), (LIST_USE, "medications")}
)
"""Codes of a List of all that a person uses; the SNOMED CT one is MP9's medication overview."""

_PHYSICIANS: dict[str, Role] = {
    "01.004": Role.GP,  # with a pharmacy of the practice's own
    "01.015": Role.GP,
    "01.047": Role.ELDERLY_PHYSICIAN,
}
_SPECIALISTS = (
    "003 010 011 012 013 014 016 018 019 022 023 025 026 031 032 034 035 040 041 042 045 046"
    " 050 056 071"
)
"""The 01 codes of physicians who treat patients under their own name as a specialist, 01.056
(intellectual disability) and 01.071 (emergency) among them. Not those of occupational, insurance,
public health, youth or sports medicine, nor of laboratories: who they are to the person isn't
clear from the code, and the form can say it."""

UZI_ROLES: dict[str, Role] = (
    _PHYSICIANS
    | dict.fromkeys((f"01.{code}" for code in _SPECIALISTS.split()), Role.SPECIALIST)
    | dict.fromkeys(("30.000", "30.065", "30.066", "30.067", "30.068", "30.069"), Role.NURSE)
)
"""The referrer's role by UZI role code (OID 2.16.840.1.113883.2.4.15.111, domain.md 5.1)."""
