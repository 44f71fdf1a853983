"""Red flags (domain.md 3.15): True is present, False denied, None not asked."""

from __future__ import annotations

from typing import Annotated

from triage.facts.meta import fact
from triage.facts.vital_signs import VitalSigns


class RedFlags(VitalSigns, frozen=True, kw_only=True, omit_defaults=True):
    """Red flags (domain.md 3.15): True is present, False denied, None not asked."""

    red_flag_airway: (
        Annotated[
            bool,
            fact(
                "Is de luchtweg bedreigd (stridor, verstikking, anafylaxie)?",
                "Airway: obstruction, stridor, anaphylaxis",
            ),
        ]
        | None
    ) = None
    red_flag_breathing: (
        Annotated[
            bool,
            fact(
                "Is de ademhaling bedreigd (geen hele zin kunnen zeggen, blauw)?",
                "Breathing: cannot speak a sentence, cyanosis",
            ),
        ]
        | None
    ) = None
    red_flag_circulation: (
        Annotated[
            bool,
            fact(
                "Is de bloedsomloop bedreigd (gemarmerd, veel bloedverlies, bloed braken)?",
                "Circulation: mottled, massive or gastrointestinal bleeding",
            ),
        ]
        | None
    ) = None
    red_flag_consciousness: (
        Annotated[
            bool,
            fact(
                "Is het bewustzijn gedaald, of is er nu of voor het eerst een insult?",
                "Consciousness: V, P, U, seizure now or first",
            ),
        ]
        | None
    ) = None
    red_flag_confusion: (
        Annotated[
            bool, fact("Is er nieuwe verwardheid of een delier?", "New confusion or delirium")
        ]
        | None
    ) = None
    red_flag_stroke: (
        Annotated[
            bool,
            fact("Zijn er uitvalsverschijnselen (mond, arm, spraak)?", "Stroke: face, arm, speech"),
        ]
        | None
    ) = None
    red_flag_chest_pain: (
        Annotated[
            bool,
            fact(
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
            fact(
                "Is er een infectie met een beeld dat snel slechter wordt?",
                "Sepsis suspected: infection with a picture that worsens fast",
            ),
        ]
        | None
    ) = None
    red_flag_fever_low_defence: (
        Annotated[
            bool,
            fact(
                "Is er koorts bij weinig afweer, of afhankelijkheid van hydrocortison met ziekte?",
                "Fever with little defence; adrenal crisis risk",
            ),
        ]
        | None
    ) = None
    red_flag_meningism: (
        Annotated[
            bool,
            fact(
                "Is er plotse heftige hoofdpijn, nekstijfheid of een niet wegdrukbare vlek?",
                "Thunderclap headache, meningism, non-blanching rash",
            ),
        ]
        | None
    ) = None
    red_flag_abdomen: (
        Annotated[
            bool,
            fact(
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
            fact(
                "Is er een overdosis, vergiftiging of ontregelde suiker met ziek zijn?",
                "Overdose, poisoning, glucose too low or high with illness",
            ),
        ]
        | None
    ) = None
    red_flag_fall: (
        Annotated[
            bool,
            fact(
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
            fact(
                "Is er een suïcidepoging of acuut gevaar voor zichzelf of anderen?",
                "Suicide attempt or acute danger to self or others",
            ),
        ]
        | None
    ) = None
    red_flag_suicidal: (
        Annotated[bool, fact("Is de persoon suïcidaal, zonder daad?", "Suicidal, no act")] | None
    ) = None
