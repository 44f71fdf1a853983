"""Words for what is asked and offered, for numbers and for moments: in Dutch, and in English."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from capacity.hours import AMSTERDAM
from triage.need import Kind, Payer, Requirement, Shift

KINDS: Final[dict[Kind, tuple[str, str]]] = {
    Kind.ELV_LOW: ("ELV laag complex", "short stay, low complexity (ELV)"),
    Kind.ELV_HIGH: ("ELV hoog complex", "short stay, high complexity (ELV)"),
    Kind.ELV_PALLIATIVE: ("ELV palliatief", "palliative short stay (ELV)"),
    Kind.GRZ: ("revalidatie voor ouderen (GRZ)", "geriatric rehabilitation (GRZ)"),
    Kind.WLZ_CRISIS_VV: ("crisisbed Wlz, ouderen", "Wlz crisis bed, older people"),
    Kind.WLZ_CRISIS_GZ: ("crisisbed Wlz, beperking", "Wlz crisis bed, disability"),
    Kind.RESPITE: ("logeren (respijtzorg)", "respite stay"),
    Kind.OBSERVATION: ("observatiebed", "observation bed"),
    Kind.HOSPITAL_AT_HOME: ("ziekenhuiszorg thuis", "hospital at home"),
    Kind.NURSING_PLANNED: ("wijkverpleging op afspraak", "planned district nursing"),
    Kind.NURSING_UNPLANNED: ("wijkverpleging zonder afspraak", "unplanned district nursing"),
    Kind.NURSING_NIGHT: ("wijkverpleging in de nacht", "district nursing at night"),
    Kind.NURSING_TECHNICAL: ("technische verpleging thuis", "technical nursing at home"),
    Kind.GGZ_CRISIS: ("crisisbed GGZ", "mental health crisis bed"),
    Kind.GGZ_PLANNED: ("GGZ thuis", "mental health care at home"),
    Kind.WMO_URGENT: ("spoedopvang Wmo", "urgent stay under the Wmo"),
    Kind.SOCIAL: ("hulp van de gemeente", "help from the social domain"),
    Kind.FALL_PREVENTION: ("valpreventie", "fall prevention"),
    Kind.HOSPICE: ("hospice", "hospice"),
}
"""Dutch and English name of every kind that this service places."""

REQUIREMENTS: Final[dict[Requirement, tuple[str, str]]] = {
    Requirement.CLOSED_WARD: ("gesloten afdeling", "closed ward"),
    Requirement.ISOLATION: ("isolatiekamer", "isolation room"),
    Requirement.OXYGEN: ("zuurstof", "oxygen"),
    Requirement.INFUSION: ("infuus", "infusion"),
    Requirement.DRAIN: ("drain", "drain"),
    Requirement.BARIATRIC: ("zorg bij ernstig overgewicht", "bariatric care"),
    Requirement.HI_LO_BED: ("hoog-laagbed", "hi-lo bed"),
    Requirement.WOUND_CARE: ("wondzorg", "wound care"),
    Requirement.TUBE_FEEDING: ("sondevoeding", "tube feeding"),
    Requirement.CATHETER: ("katheter", "catheter"),
    Requirement.NIGHT_CARE: ("zorg in de nacht", "care at night"),
}
"""Dutch and English name of every requirement."""

PAYERS: Final[dict[Payer, str]] = {Payer.ZVW: "Zvw", Payer.WLZ: "Wlz", Payer.WMO: "Wmo"}
"""The laws as they are written, in both languages."""

SEXES: Final[dict[str, tuple[str, str]]] = {
    "female": ("vrouwen", "women"),
    "male": ("mannen", "men"),
}
"""For whom a room may be kept."""

SHIFTS: Final[dict[Shift, tuple[str, str]]] = {
    Shift.MORNING: ("in de ochtend", "in the morning"),
    Shift.AFTERNOON: ("in de middag", "in the afternoon"),
    Shift.EVENING: ("in de avond", "in the evening"),
    Shift.NIGHT: ("in de nacht", "at night"),
}
"""When visits are made."""

LANGUAGES: Final[dict[str, tuple[str, str]]] = {
    "ar": ("Arabisch", "Arabic"),
    "de": ("Duits", "German"),
    "en": ("Engels", "English"),
    "es": ("Spaans", "Spanish"),
    "fa": ("Perzisch", "Persian"),
    "fr": ("Frans", "French"),
    "fy": ("Fries", "Frisian"),
    "it": ("Italiaans", "Italian"),
    "nds": ("Nedersaksisch", "Low Saxon"),
    "pl": ("Pools", "Polish"),
    "pt": ("Portugees", "Portuguese"),
    "ro": ("Roemeens", "Romanian"),
    "ru": ("Russisch", "Russian"),
    "so": ("Somalisch", "Somali"),
    "ti": ("Tigrinya", "Tigrinya"),
    "tr": ("Turks", "Turkish"),
    "uk": ("Oekraïens", "Ukrainian"),
    "zh": ("Chinees", "Chinese"),
}
"""Languages by the first part of their code, as far as they have a name here."""


def language_name(code: str) -> tuple[str, str]:
    """Dutch and English name of a language; its code where it has none here."""
    return LANGUAGES.get(code, (f"de taal met code {code}", f"the language with code {code}"))


def shift_names(shifts: Iterable[Shift]) -> tuple[str, str]:
    """Parts of the day, in Dutch and in English."""
    names = [SHIFTS[shift] for shift in shifts]
    return ", ".join(name for name, _ in names), ", ".join(name for _, name in names)


def number(value: float) -> str:
    """A number as Dutch writes it: with a comma."""
    return f"{value:g}".replace(".", ",")


def kind_name(kind: Kind) -> tuple[str, str]:
    """Dutch and English name; the code itself for kinds that this service doesn't place."""
    return KINDS.get(kind, (kind.value, kind.value))


def moment(at: datetime) -> str:
    """A moment as people read it, on the clock of the Netherlands: 22-11-2026 14:30."""
    return at.astimezone(AMSTERDAM).strftime("%d-%m-%Y %H:%M")


def day_and_clock(moment: datetime, now: datetime) -> tuple[str, str]:
    """A moment near now, in Dutch and in English: its day unless that is today, and the clock."""
    there, here = moment.astimezone(AMSTERDAM), now.astimezone(AMSTERDAM)
    clock = f"{there:%H:%M}"
    days = (there.date() - here.date()).days
    if days == 0:
        return clock, clock
    if days == 1:
        return f"morgen {clock}", f"tomorrow {clock}"
    if days == -1:
        return f"gisteren {clock}", f"yesterday {clock}"
    return (f"{there:%d-%m} {clock}",) * 2
