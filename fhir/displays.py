"""The words for the codes of our own closed sets, Dutch and English.

Kept by set: ``gp`` is a role and a destination, and equal as text.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from triage.codes import (
    Anticoagulant,
    Consciousness,
    Destination,
    DyingPlace,
    MentalHealth,
    Mobility,
    Nursing,
    Physician,
    Role,
    Service,
    WlzIndication,
    WlzSector,
)
from triage.need import Requirement, Wish
from triage.urgency import Urgency

Words = tuple[str, str]

_WORDS: Mapping[type[StrEnum], Mapping[StrEnum, Words]] = {
    Urgency: {
        Urgency.U0: ("U0 - direct, reanimatie", "U0 - at once, resuscitation"),
        Urgency.U1: ("U1 - direct, levensgevaar", "U1 - at once, danger to life"),
        Urgency.U2: ("U2 - binnen een uur", "U2 - within an hour"),
        Urgency.U3: ("U3 - binnen enkele uren", "U3 - within hours"),
        Urgency.U4: ("U4 - binnen 24 uur", "U4 - within 24 hours"),
        Urgency.U5: ("U5 - volgende werkdag of advies", "U5 - next working day or advice"),
    },
    Role: {
        Role.GP: ("huisarts", "general practitioner"),
        Role.SPECIALIST: ("medisch specialist", "medical specialist"),
        Role.ELDERLY_PHYSICIAN: ("specialist ouderengeneeskunde", "elderly care physician"),
        Role.TRIAGIST: ("triagist", "trained triagist"),
        Role.NURSE: ("verpleegkundige", "nurse"),
        Role.LAY: ("naaste of de persoon zelf", "relative or the person"),
    },
    Destination: {
        Destination.AMBULANCE: ("112", "112"),
        Destination.SEH: ("spoedeisende hulp", "emergency department"),
        Destination.HAP: ("huisartsenpost", "GP out-of-hours post"),
        Destination.CRISIS: ("crisisdienst", "crisis service"),
        Destination.GP: ("eigen huisarts", "own general practitioner"),
        Destination.HOME: ("thuis blijven", "stay at home"),
        Destination.OTHER: ("anders", "other"),
    },
    WlzIndication: {
        WlzIndication.NONE: ("geen", "none"),
        WlzIndication.EXPECTED: ("aangevraagd of verwacht binnen 2 weken", "expected in 2 weeks"),
        WlzIndication.PRESENT: ("aanwezig", "present"),
    },
    WlzSector: {
        WlzSector.VV: ("verpleging en verzorging", "nursing and care"),
        WlzSector.GZ: ("gehandicaptenzorg", "disability care"),
    },
    Physician: {
        Physician.NONE: ("geen", "none"),
        Physician.DIGITAL: ("digitaal consult", "digital consult"),
        Physician.PLANNED: ("gepland contact", "planned contact"),
        Physician.TODAY: ("vandaag", "today"),
    },
    Nursing: {
        Nursing.NONE: ("geen", "none"),
        Nursing.PLANNED: ("planbare wijkverpleging", "planned district nursing"),
        Nursing.UNPLANNED: ("onplanbare wijkverpleging", "unplanned district nursing"),
        Nursing.NIGHT: ("nachtzorg", "night care"),
        Nursing.TECHNICAL: (
            "medisch-specialistische verpleging thuis",
            "technical nursing at home",
        ),
        Nursing.HOSPITAL_AT_HOME: ("ziekenhuiszorg thuis", "hospital at home"),
    },
    MentalHealth: {
        MentalHealth.NONE: ("geen", "none"),
        MentalHealth.PLANNED: ("geplande ggz", "planned mental health care"),
        MentalHealth.CRISIS: ("acute ggz", "mental health crisis care"),
    },
    DyingPlace: {
        DyingPlace.HOME: ("thuis", "at home"),
        DyingPlace.HOSPICE: ("hospice", "hospice"),
        DyingPlace.ELV: ("eerstelijnsverblijf", "temporary stay"),
    },
    Requirement: {
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
    },
    Wish: {
        Wish.SINGLE_ROOM: ("een kamer alleen", "a room alone"),
        Wish.PARTNER_ROOM: ("een kamer samen met de partner", "a room with the partner"),
        Wish.QUIET_WARD: ("een rustige afdeling", "a quiet ward"),
        Wish.GARDEN: ("een tuin", "a garden"),
        Wish.PETS: ("een huisdier mag mee", "a pet may come along"),
        Wish.SPIRITUAL_CARE: ("geestelijke verzorging", "spiritual care"),
        Wish.WHEELCHAIR_ROOM: ("ruimte voor een rolstoel", "room for a wheelchair"),
        Wish.SAME_FACES: ("steeds dezelfde zorgverleners", "always the same carers"),
    },
    Anticoagulant: {
        Anticoagulant.NONE: ("geen", "none"),
        Anticoagulant.ANTIPLATELET: ("plaatjesremmer", "antiplatelet"),
        Anticoagulant.VKA: ("vitamine K-remmer (trombosedienst)", "vitamin K antagonist"),
        Anticoagulant.DOAC: ("DOAC", "direct oral anticoagulant"),
        Anticoagulant.HEPARIN: ("heparine (spuitjes)", "heparin"),
    },
    Mobility: {
        Mobility.INDEPENDENT: ("zelfstandig", "independent"),
        Mobility.AID: ("met een hulpmiddel", "with an aid"),
        Mobility.ONE_PERSON: ("met hulp van één persoon", "with one person"),
        Mobility.TWO_PERSONS: ("met hulp van twee personen", "with two persons"),
        Mobility.BEDBOUND: ("komt niet uit bed", "bedbound"),
    },
    Service: {
        Service.NONE: ("geen", "none"),
        Service.SO_CONSULT: (
            "consult specialist ouderengeneeskunde",
            "elderly care physician, consult",
        ),
        Service.PALLIATIVE_TEAM: ("palliatief team", "palliative team"),
        Service.AMBULANCE_CONSULT: (
            "ambulanceconsult zonder vervoer",
            "ambulance consult, no transport",
        ),
        Service.HOME_DIAGNOSTICS: ("diagnostiek thuis", "diagnostics at home"),
        Service.GERIATRIC_CLINIC: ("polikliniek geriatrie of TIA", "geriatric or TIA clinic"),
        Service.PHARMACIST: ("apotheker", "pharmacist"),
        Service.PHYSIOTHERAPY: ("fysiotherapie", "physiotherapy"),
        Service.OCCUPATIONAL_THERAPY: ("ergotherapie", "occupational therapy"),
        Service.DIETICIAN: ("diëtist", "dietician"),
        Service.URGENT_EQUIPMENT: ("hulpmiddel met spoed", "urgent equipment"),
        Service.DEMENTIA_CASE_MANAGER: ("casemanager dementie", "dementia case manager"),
        Service.ADDICTION_CARE: ("verslavingszorg", "addiction care"),
        Service.VEILIG_THUIS: ("Veilig Thuis", "Veilig Thuis (domestic violence and abuse)"),
    },
    Consciousness: {
        Consciousness.ALERT: ("alert", "alert"),
        Consciousness.CONFUSION: ("nieuw verward", "new confusion"),
        Consciousness.VOICE: ("reageert op aanspreken", "responds to voice"),
        Consciousness.PAIN: ("reageert op pijn", "responds to pain"),
        Consciousness.UNRESPONSIVE: ("reageert niet", "unresponsive"),
    },
}


def display(code: StrEnum) -> Words:
    """What a code of one of our own sets is called, in Dutch and in English."""
    return _WORDS[type(code)][code]
