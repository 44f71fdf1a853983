"""Why a service is left out: the reasons, in plain Dutch for people and in English."""

from __future__ import annotations

from typing import Final

import msgspec


class Reason(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Why a service is left out: a code for programs, Dutch for people, and English."""

    code: str
    text: str
    text_en: str


INACTIVE: Final = Reason(
    code="inactive",
    text="Deze plek is niet in gebruik.",
    text_en="This service is not in use.",
)
AREA_UNKNOWN: Final = Reason(
    code="area-unknown",
    text="De postcode is niet bekend. Vul die eerst in.",
    text_en="The postcode is not known. Ask for it first.",
)
TOO_FAR: Final = Reason(
    code="too-far",
    text="Ligt buiten het gebied waar we nu zoeken.",
    text_en="Lies outside the area that is looked in now.",
)
NOT_REPORTED: Final = Reason(
    code="not-reported",
    text="Heeft nog niet gemeld wat er vrij is. Bel eerst.",
    text_en="Has not reported yet what is free. Call first.",
)
STALE: Final = Reason(
    code="stale",
    text="De melding is te oud. Het is niet bekend of er plek is. Bel eerst.",
    text_en="The report is too old. What is free is not known. Call first.",
)
GUARANTEE_KEPT: Final = Reason(
    code="guarantee-kept",
    text="Dit bed is voor spoed, als er nergens anders plek is.",
    text_en="This bed is for emergencies, when there is no place anywhere else.",
)
GUARANTEE_GIVEN: Final = Reason(
    code="guarantee-given",
    text="Deze regio gaf net al een garantiebed.",
    text_en="This region has just given a guarantee bed.",
)
INSURER: Final = Reason(
    code="insurer",
    text="Heeft geen contract met deze zorgverzekeraar.",
    text_en="Has no contract with this health insurer.",
)
CLOSED_ONLY: Final = Reason(
    code="closed-only",
    text="Deze afdeling is altijd op slot. Dat is voor deze persoon niet nodig.",
    text_en="This ward is always locked, which this person does not need.",
)
LEVEL_UNKNOWN: Final = Reason(
    code="level-unknown",
    text="Het niveau van de zorgverleners is niet bekend. Bel eerst.",
    text_en="The level of the carers is not known. Call first.",
)
RESPONSE_UNKNOWN: Final = Reason(
    code="response-unknown",
    text="Het is niet bekend hoe snel dit team er is. Bel eerst.",
    text_en="How soon this team is there is not known. Call first.",
)
NO_BED: Final = Reason(code="full", text="Er is geen bed vrij.", text_en="No bed is free.")
NO_HOURS: Final = Reason(code="full", text="Er zijn geen uren vrij.", text_en="No hours are free.")
