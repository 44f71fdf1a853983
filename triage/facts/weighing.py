"""What the weighing order of temporary stay asks (domain.md 1.4)."""

from __future__ import annotations

from typing import Annotated

from triage.codes import DyingPlace, Nursing, WlzIndication, WlzSector
from triage.facts.meta import fact
from triage.facts.wishes import Wishes


class Weighing(Wishes, frozen=True, kw_only=True, omit_defaults=True):
    """What the weighing order of temporary stay asks (domain.md 1.4)."""

    specialist_needed: (
        Annotated[
            bool,
            fact(
                "Is nu behandeling in het ziekenhuis nodig?",
                "Medical-specialist or second-line intervention needed?",
            ),
        ]
        | None
    ) = None
    wlz_indication: (
        Annotated[
            WlzIndication,
            fact("Is er een Wlz-indicatie (none, expected, present)?", "Wlz indication"),
        ]
        | None
    ) = None
    wlz_sector: Annotated[WlzSector, fact("Wlz-sector: vv of gz", "Wlz sector")] | None = None
    acute_change: (
        Annotated[bool, fact("Is de situatie acuut veranderd?", "Acute change of the situation?")]
        | None
    ) = None
    danger: (
        Annotated[
            bool, fact("Is er duidelijk gevaar als er niets gebeurt?", "Danger criterion clear?")
        ]
        | None
    ) = None
    admission_within_hours: (
        Annotated[
            float,
            fact(
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
            fact(
                "Zijn thuiszorg, mantelzorg en dagopvang bekeken en is dat geen oplossing?",
                "Home care, informal care and day care looked at and no solution?",
            ),
        ]
        | None
    ) = None
    any_provider_accepted: (
        Annotated[
            bool,
            fact("Is elke zorgaanbieder goed, ook buiten de regio?", "Any provider accepted?"),
        ]
        | None
    ) = None
    resistance: (
        Annotated[
            bool,
            fact(
                "Verzet de persoon zich, of is vrijheidsbeperking nodig (Wzd)?",
                "Resistance or confinement (Wzd)?",
            ),
        ]
        | None
    ) = None
    carer_unavailable: (
        Annotated[
            bool,
            fact("Is de mantelzorger uitgevallen of overbelast?", "Has the carer dropped out?"),
        ]
        | None
    ) = None
    medically_stable: (
        Annotated[bool, fact("Is de persoon medisch stabiel?", "Medically stable?")] | None
    ) = None
    watchful_eye: (
        Annotated[
            bool,
            fact(
                "Is steeds een wakend oog nodig?",
                'Need for a "wakend oog", threatening loss of health?',
            ),
        ]
        | None
    ) = None
    unplannable_nursing: (
        Annotated[
            bool,
            fact("Is verpleging nodig die niet te plannen is?", "Unplannable nursing needed?"),
        ]
        | None
    ) = None
    adl_takeover: (
        Annotated[bool, fact("Moet dagelijkse zorg worden overgenomen?", "ADL to be taken over?")]
        | None
    ) = None
    stay_needed: (
        Annotated[
            bool,
            fact(
                "Is verblijf medisch nodig (behandeling, observatie, verpleging, hoog risico)?",
                "Medical necessity for a stay?",
            ),
        ]
        | None
    ) = None
    safe_at_home: (
        Annotated[
            bool,
            fact(
                "Is de persoon thuis veilig met (extra) wijkverpleging?",
                "Safe at home with (extra) district nursing?",
            ),
        ]
        | None
    ) = None
    must_leave_home: (
        Annotated[
            bool,
            fact(
                "Moet de persoon binnen 24 tot 48 uur weg uit de thuissituatie?",
                "Must the person leave the home situation within 24-48 h (Wmo)?",
            ),
        ]
        | None
    ) = None
    nursing: (
        Annotated[Nursing, fact("Welke wijkverpleging is nodig?", "District nursing asked for")]
        | None
    ) = None
    life_expectancy_months: (
        Annotated[
            float,
            fact(
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
            fact("Waar wil de persoon de laatste tijd zijn?", "Preferred place of palliative care"),
        ]
        | None
    ) = None
    care_need_unclear: (
        Annotated[
            bool,
            fact(
                "Is na een acute gebeurtenis onduidelijk welke zorg nodig is?",
                "Unclear after an acute event what care is needed?",
            ),
        ]
        | None
    ) = None
    return_home_expected: (
        Annotated[
            bool, fact("Kan de persoon naar verwachting weer naar huis?", "Return home expected?")
        ]
        | None
    ) = None
    rehabilitation_goal: (
        Annotated[bool, fact("Is er een revalidatiedoel?", "Rehabilitation goal?")] | None
    ) = None
    frail: (
        Annotated[bool, fact("Is de persoon kwetsbaar (geriatrisch)?", "Geriatric frailty?")] | None
    ) = None
    trainable: (
        Annotated[bool, fact("Is de persoon leerbaar en trainbaar?", "Learnable and trainable?")]
        | None
    ) = None
    recent_hospital_or_assessment: (
        Annotated[
            bool,
            fact(
                "Was er deze week een opname, of acuut verlies met geriatrisch onderzoek?",
                "Within a week of hospital stay, or acute loss with geriatric assessment?",
            ),
        ]
        | None
    ) = None
    interacting_conditions: (
        Annotated[
            bool,
            fact(
                "Zijn er meer aandoeningen die elkaar beïnvloeden?",
                "Several interacting conditions or limitations?",
            ),
        ]
        | None
    ) = None
