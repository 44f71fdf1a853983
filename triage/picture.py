"""What is known of a person: typed facts, each of which may be "not known".

The struct is the vocabulary: rules may name its fields and nothing else, the published
Questionnaire asks them, and ``None`` always means *unknown*: never normal, never "no".
A fact's link id (interface name) is its field's name with hyphens; red flags are
``red-flag.CODE``. Ranges are plausible values; outside them a value is refused, not scored.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec

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
from triage.urgency import Urgency


def _fact(
    nl: str, en: str, *, unit: str | None = None, ge: float | None = None, le: float | None = None
) -> msgspec.Meta:
    """A fact's question in two languages, its UCUM unit and its plausible range."""
    return msgspec.Meta(
        ge=ge, le=le, description=en, extra={"nl": nl, "en": en, "unit": unit, "ge": ge, "le": le}
    )


class Origin(msgspec.Struct, frozen=True):
    """Where a fact came from.

    Attributes:
        source: reference to the element of the referral, such as ``Observation/…``.
        observed: when it was seen; None when the referral does not say.
        by: role of the person who said it, or None.
    """

    source: str
    observed: datetime | None = None
    by: str | None = None


class Note(msgspec.Struct, frozen=True):
    """Something in the referral that triage could not use, or used with care.

    Attributes:
        fact: the link id concerned, or "" for the whole.
        text: Dutch, for a professional.
        source: the element of the referral.
    """

    fact: str
    text: str
    source: str = ""


class Picture(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The facts. Every one may be None: unknown."""

    # The person
    age: (
        Annotated[
            int, _fact("Leeftijd in hele jaren", "Age in whole years", unit="a", ge=0, le=130)
        ]
        | None
    ) = None
    sex: Annotated[str, _fact("Geslacht (female, male, other)", "Administrative sex")] | None = None
    pregnant: Annotated[bool, _fact("Is de persoon zwanger?", "Pregnant?")] | None = None
    gave_birth_recently: (
        Annotated[
            bool,
            _fact(
                "Is de persoon minder dan 6 weken geleden bevallen?",
                "Gave birth under 6 weeks ago?",
            ),
        ]
        | None
    ) = None

    # What the referrer decided before advice shows
    urgency: (
        Annotated[
            Urgency,
            _fact("Urgentie volgens de verwijzer (U0-U5)", "Urgency entered by the referrer"),
        ]
        | None
    ) = None
    urgency_role: (
        Annotated[Role, _fact("Wie heeft de urgentie bepaald?", "Who triaged?")] | None
    ) = None
    intended_destination: (
        Annotated[
            Destination,
            _fact(
                "Waar zou de persoon zonder ons heen gaan?", "Where would the person go without us?"
            ),
        ]
        | None
    ) = None

    # Vital signs: one set, at most one hour old for the acute screen (domain.md 3.16)
    respiration_rate: (
        Annotated[
            float, _fact("Ademhaling per minuut", "Respiration rate", unit="/min", ge=0, le=100)
        ]
        | None
    ) = None
    oxygen_saturation: (
        Annotated[float, _fact("Zuurstofsaturatie in procenten", "SpO2", unit="%", ge=30, le=100)]
        | None
    ) = None
    hypercapnic_target: (
        Annotated[
            bool,
            _fact(
                "Heeft een arts een streefsaturatie van 88-92% ingesteld?",
                "Has a clinician set a target saturation of 88-92% (NEWS2 scale 2)?",
            ),
        ]
        | None
    ) = None
    on_oxygen: (
        Annotated[bool, _fact("Krijgt de persoon extra zuurstof?", "On supplemental oxygen?")]
        | None
    ) = None
    systolic: (
        Annotated[
            float,
            _fact("Bovendruk in mmHg", "Systolic blood pressure", unit="mm[Hg]", ge=20, le=320),
        ]
        | None
    ) = None
    pulse: (
        Annotated[float, _fact("Hartslag per minuut", "Heart rate", unit="/min", ge=10, le=300)]
        | None
    ) = None
    consciousness: (
        Annotated[Consciousness, _fact("Bewustzijn (ACVPU)", "Consciousness (ACVPU)")] | None
    ) = None
    temperature: (
        Annotated[
            float, _fact("Temperatuur in graden Celsius", "Temperature", unit="Cel", ge=25, le=45)
        ]
        | None
    ) = None

    # Red flags (domain.md 3.15): True present, False denied, None not asked
    red_flag_airway: (
        Annotated[
            bool,
            _fact(
                "Is de luchtweg bedreigd (stridor, verstikking, anafylaxie)?",
                "Airway: obstruction, stridor, anaphylaxis",
            ),
        ]
        | None
    ) = None
    red_flag_breathing: (
        Annotated[
            bool,
            _fact(
                "Is de ademhaling bedreigd (geen hele zin kunnen zeggen, blauw)?",
                "Breathing: cannot speak a sentence, cyanosis",
            ),
        ]
        | None
    ) = None
    red_flag_circulation: (
        Annotated[
            bool,
            _fact(
                "Is de bloedsomloop bedreigd (gemarmerd, veel bloedverlies, bloed braken)?",
                "Circulation: mottled, massive or gastrointestinal bleeding",
            ),
        ]
        | None
    ) = None
    red_flag_consciousness: (
        Annotated[
            bool,
            _fact(
                "Is het bewustzijn gedaald, of is er nu of voor het eerst een insult?",
                "Consciousness: V, P, U, seizure now or first",
            ),
        ]
        | None
    ) = None
    red_flag_confusion: (
        Annotated[
            bool, _fact("Is er nieuwe verwardheid of een delier?", "New confusion or delirium")
        ]
        | None
    ) = None
    red_flag_stroke: (
        Annotated[
            bool,
            _fact(
                "Zijn er uitvalsverschijnselen (mond, arm, spraak)?", "Stroke: face, arm, speech"
            ),
        ]
        | None
    ) = None
    red_flag_chest_pain: (
        Annotated[
            bool,
            _fact(
                "Is er pijn op de borst met zweten, uitstraling of benauwdheid, of langer dan"
                " 15 minuten?",
                "Chest pain with sweating, radiation, dyspnoea, or over 15 min",
            ),
        ]
        | None
    ) = None
    red_flag_sepsis: (
        Annotated[
            bool,
            _fact(
                "Is er een infectie met een beeld dat snel slechter wordt?",
                "Sepsis suspected: infection with a picture that worsens fast",
            ),
        ]
        | None
    ) = None
    red_flag_fever_low_defence: (
        Annotated[
            bool,
            _fact(
                "Is er koorts bij weinig afweer, of afhankelijkheid van hydrocortison met ziekte?",
                "Fever with little defence; adrenal crisis risk",
            ),
        ]
        | None
    ) = None
    red_flag_meningism: (
        Annotated[
            bool,
            _fact(
                "Is er plotse heftige hoofdpijn, nekstijfheid of een niet wegdrukbare vlek?",
                "Thunderclap headache, meningism, non-blanching rash",
            ),
        ]
        | None
    ) = None
    red_flag_abdomen: (
        Annotated[
            bool,
            _fact(
                "Is er een acute buik, fecaal braken, 18 uur geen plas, een koud been of"
                " uitval door rug of zenuwen?",
                "Acute abdomen, faecal vomiting, no urine 18 h, ischaemic limb, cord compression",
            ),
        ]
        | None
    ) = None
    red_flag_poisoning: (
        Annotated[
            bool,
            _fact(
                "Is er een overdosis, vergiftiging of ontregelde suiker met ziek zijn?",
                "Overdose, poisoning, glucose too low or high with illness",
            ),
        ]
        | None
    ) = None
    red_flag_fall: (
        Annotated[
            bool,
            _fact(
                "Was er een val met afwijkende stand of niet kunnen staan, hoofdletsel met"
                " bloedverdunner, langer dan een uur liggen, of flauwvallen ervoor?",
                "Fall: deformity or no weight bearing; head with anticoagulant; long lie; faint",
            ),
        ]
        | None
    ) = None
    red_flag_suicide_act: (
        Annotated[
            bool,
            _fact(
                "Is er een suïcidepoging of acuut gevaar voor zichzelf of anderen?",
                "Suicide attempt or acute danger to self or others",
            ),
        ]
        | None
    ) = None
    red_flag_suicidal: (
        Annotated[bool, _fact("Is de persoon suïcidaal, zonder daad?", "Suicidal, no act")] | None
    ) = None

    # The weighing order (domain.md 1.4)
    specialist_needed: (
        Annotated[
            bool,
            _fact(
                "Is nu behandeling in het ziekenhuis nodig?",
                "Medical-specialist or second-line intervention needed?",
            ),
        ]
        | None
    ) = None
    wlz_indication: (
        Annotated[
            WlzIndication,
            _fact("Is er een Wlz-indicatie (none, expected, present)?", "Wlz indication"),
        ]
        | None
    ) = None
    wlz_sector: Annotated[WlzSector, _fact("Wlz-sector: vv of gz", "Wlz sector")] | None = None
    acute_change: (
        Annotated[bool, _fact("Is de situatie acuut veranderd?", "Acute change of the situation?")]
        | None
    ) = None
    danger: (
        Annotated[
            bool, _fact("Is er duidelijk gevaar als er niets gebeurt?", "Danger criterion clear?")
        ]
        | None
    ) = None
    admission_within_hours: (
        Annotated[
            float,
            _fact(
                "Opname nodig binnen hoeveel uur?",
                "Admission needed within",
                unit="h",
                ge=0,
                le=8760,
            ),
        ]
        | None
    ) = None
    alternatives_exhausted: (
        Annotated[
            bool,
            _fact(
                "Zijn thuiszorg, mantelzorg en dagopvang bekeken en is dat geen oplossing?",
                "Home care, informal care and day care looked at and no solution?",
            ),
        ]
        | None
    ) = None
    any_provider_accepted: (
        Annotated[
            bool,
            _fact("Is elke zorgaanbieder goed, ook buiten de regio?", "Any provider accepted?"),
        ]
        | None
    ) = None
    resistance: (
        Annotated[
            bool,
            _fact(
                "Verzet de persoon zich, of is vrijheidsbeperking nodig (Wzd)?",
                "Resistance or confinement (Wzd)?",
            ),
        ]
        | None
    ) = None
    carer_unavailable: (
        Annotated[
            bool,
            _fact("Is de mantelzorger uitgevallen of overbelast?", "Has the carer dropped out?"),
        ]
        | None
    ) = None
    medically_stable: (
        Annotated[bool, _fact("Is de persoon medisch stabiel?", "Medically stable?")] | None
    ) = None
    watchful_eye: (
        Annotated[
            bool,
            _fact(
                "Is steeds een wakend oog nodig?",
                'Need for a "wakend oog", threatening loss of health?',
            ),
        ]
        | None
    ) = None
    unplannable_nursing: (
        Annotated[
            bool,
            _fact("Is verpleging nodig die niet te plannen is?", "Unplannable nursing needed?"),
        ]
        | None
    ) = None
    adl_takeover: (
        Annotated[bool, _fact("Moet dagelijkse zorg worden overgenomen?", "ADL to be taken over?")]
        | None
    ) = None
    stay_needed: (
        Annotated[
            bool,
            _fact(
                "Is verblijf medisch nodig (behandeling, observatie, verpleging, hoog risico)?",
                "Medical necessity for a stay?",
            ),
        ]
        | None
    ) = None
    safe_at_home: (
        Annotated[
            bool,
            _fact(
                "Is de persoon thuis veilig met (extra) wijkverpleging?",
                "Safe at home with (extra) district nursing?",
            ),
        ]
        | None
    ) = None
    must_leave_home: (
        Annotated[
            bool,
            _fact(
                "Moet de persoon binnen 24 tot 48 uur weg uit de thuissituatie?",
                "Must the person leave the home situation within 24-48 h (Wmo)?",
            ),
        ]
        | None
    ) = None
    nursing: (
        Annotated[Nursing, _fact("Welke wijkverpleging is nodig?", "District nursing asked for")]
        | None
    ) = None
    life_expectancy_months: (
        Annotated[
            float,
            _fact(
                "Levensverwachting in maanden volgens de behandelend arts",
                "Life expectancy by the treating physician",
                unit="mo",
                ge=0,
                le=1200,
            ),
        ]
        | None
    ) = None
    dying_place: (
        Annotated[
            DyingPlace,
            _fact(
                "Waar wil de persoon de laatste tijd zijn?", "Preferred place of palliative care"
            ),
        ]
        | None
    ) = None
    care_need_unclear: (
        Annotated[
            bool,
            _fact(
                "Is na een acute gebeurtenis onduidelijk welke zorg nodig is?",
                "Unclear after an acute event what care is needed?",
            ),
        ]
        | None
    ) = None
    return_home_expected: (
        Annotated[
            bool, _fact("Kan de persoon naar verwachting weer naar huis?", "Return home expected?")
        ]
        | None
    ) = None
    rehabilitation_goal: (
        Annotated[bool, _fact("Is er een revalidatiedoel?", "Rehabilitation goal?")] | None
    ) = None
    frail: (
        Annotated[bool, _fact("Is de persoon kwetsbaar (geriatrisch)?", "Geriatric frailty?")]
        | None
    ) = None
    trainable: (
        Annotated[bool, _fact("Is de persoon leerbaar en trainbaar?", "Learnable and trainable?")]
        | None
    ) = None
    recent_hospital_or_assessment: (
        Annotated[
            bool,
            _fact(
                "Was er deze week een opname, of acuut verlies met geriatrisch onderzoek?",
                "Within a week of hospital stay, or acute loss with geriatric assessment?",
            ),
        ]
        | None
    ) = None
    interacting_conditions: (
        Annotated[
            bool,
            _fact(
                "Zijn er meer aandoeningen die elkaar beïnvloeden?",
                "Several interacting conditions or limitations?",
            ),
        ]
        | None
    ) = None

    # Other desks
    physician: (
        Annotated[
            Physician, _fact("Welk contact met een huisarts is nodig?", "GP contact asked for")
        ]
        | None
    ) = None
    gp_available: (
        Annotated[
            bool,
            _fact(
                "Kan de eigen huisarts dit op tijd doen?", "Can the own practice do this in time?"
            ),
        ]
        | None
    ) = None
    mental_health: (
        Annotated[MentalHealth, _fact("Is hulp van de GGZ nodig?", "Mental health care asked for")]
        | None
    ) = None
    social_need: (
        Annotated[
            bool,
            _fact(
                "Is vooral hulp bij het dagelijks leven of welzijn nodig?", "Social domain need?"
            ),
        ]
        | None
    ) = None
    fall_risk: (
        Annotated[
            bool,
            _fact(
                "Is er een verhoogd valrisico (gevallen, bang om te vallen, moeite met lopen)?",
                "Raised fall risk (three questions)?",
            ),
        ]
        | None
    ) = None

    # What a place must fit
    hours_per_week: (
        Annotated[
            float,
            _fact(
                "Hoeveel uur zorg per week?", "Hours of care a week", unit="h/wk", ge=0.25, le=168
            ),
        ]
        | None
    ) = None
    closed_ward: (
        Annotated[bool, _fact("Is een gesloten afdeling nodig?", "Closed ward needed?")] | None
    ) = None
    isolation: (
        Annotated[bool, _fact("Is isolatie nodig (MRSA, infectie)?", "Isolation needed?")] | None
    ) = None
    equipment: (
        Annotated[
            frozenset[str],
            _fact(
                "Welke voorzieningen zijn nodig (codes van Requirement)?",
                "Equipment and skills needed",
            ),
        ]
        | None
    ) = None

    # Not facts: how the picture came to be
    origins: dict[str, Origin] = {}
    notes: tuple[Note, ...] = ()


RED_FLAGS = tuple(name for name in Picture.__struct_fields__ if name.startswith("red_flag_"))
"""The fields that are red flags, in the order in which they are asked."""

FACTS = tuple(name for name in Picture.__struct_fields__ if name not in {"origins", "notes"})
"""Every fact that rules may name."""


def link_id(field: str) -> str:
    """The interface name of a fact: ``red_flag_chest_pain`` is ``red-flag.chest-pain``."""
    if field.startswith("red_flag_"):
        return "red-flag." + field.removeprefix("red_flag_").replace("_", "-")
    return field.replace("_", "-")


FIELD_OF_LINK = {link_id(field): field for field in FACTS}
"""The field of each link id."""
