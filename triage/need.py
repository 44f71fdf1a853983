"""What triage hands to capacity: the kind of care, how soon, and what it must fit.

The one module that both sides read. A ``Need`` never holds a name, a number or a narrative
of the person; its outline (``triage.outline``) is what a care organisation may see before it is
chosen.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta

from triage.urgency import Urgency


class Kind(StrEnum):
    """A kind of care, with the codes of the public interface."""

    AMBULANCE = "112"
    SEH = "seh"
    HAP = "hap"
    GP_TODAY = "gp-today"
    GP_PLANNED = "gp-planned"
    DIGITAL_CONSULT = "digital-consult"
    ELV_LOW = "elv-low"
    ELV_HIGH = "elv-high"
    ELV_PALLIATIVE = "elv-palliative"
    GRZ = "grz"
    WLZ_CRISIS_VV = "wlz-crisis-vv"
    WLZ_CRISIS_GZ = "wlz-crisis-gz"
    RESPITE = "respite"
    OBSERVATION = "observation"
    HOSPITAL_AT_HOME = "hospital-at-home"
    NURSING_PLANNED = "nursing-planned"
    NURSING_UNPLANNED = "nursing-unplanned"
    NURSING_NIGHT = "nursing-night"
    NURSING_TECHNICAL = "nursing-technical"
    GGZ_CRISIS = "ggz-crisis"
    GGZ_PLANNED = "ggz-planned"
    WMO_URGENT = "wmo-urgent"
    SOCIAL = "social"
    FALL_PREVENTION = "fall-prevention"
    HOSPICE = "hospice"
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
    HUMAN_TRIAGE = "human-triage"


BED_KINDS = frozenset(
    {
        Kind.ELV_LOW,
        Kind.ELV_HIGH,
        Kind.ELV_PALLIATIVE,
        Kind.GRZ,
        Kind.WLZ_CRISIS_VV,
        Kind.WLZ_CRISIS_GZ,
        Kind.RESPITE,
        Kind.OBSERVATION,
        Kind.HOSPICE,
        Kind.GGZ_CRISIS,
        Kind.WMO_URGENT,
    }
)
"""Kinds that are a place to stay, counted in beds."""

HOUR_KINDS = frozenset(
    {
        Kind.HOSPITAL_AT_HOME,
        Kind.NURSING_PLANNED,
        Kind.NURSING_UNPLANNED,
        Kind.NURSING_NIGHT,
        Kind.NURSING_TECHNICAL,
        Kind.GGZ_PLANNED,
        Kind.SOCIAL,
        Kind.FALL_PREVENTION,
    }
)
"""Kinds that come to the person, counted in hours a week."""

PLACED_KINDS = BED_KINDS | HOUR_KINDS
"""Kinds for which this service holds and offers capacity; the others are advice only."""

ACUTE_DESTINATIONS = frozenset({Kind.AMBULANCE, Kind.SEH, Kind.HAP})
"""Kinds that are the acute care which the regional plan wants to relieve."""


class Payer(StrEnum):
    """The law that pays; ``None`` where it is settled after placing."""

    ZVW = "zvw"
    WLZ = "wlz"
    WMO = "wmo"


class Requirement(StrEnum):
    """What a place or team must be able to give; hard constraints of matching."""

    CLOSED_WARD = "closed-ward"
    ISOLATION = "isolation"
    OXYGEN = "oxygen"
    INFUSION = "infusion"
    DRAIN = "drain"
    BARIATRIC = "bariatric"
    HI_LO_BED = "hi-lo-bed"
    WOUND_CARE = "wound-care"
    TUBE_FEEDING = "tube-feeding"
    CATHETER = "catheter"
    NIGHT_CARE = "night-care"


class Shift(StrEnum):
    """A part of the day in which a team makes its visits."""

    MORNING = "morning"
    AFTERNOON = "afternoon"
    EVENING = "evening"
    NIGHT = "night"


class Visits(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Visits a day, by part of the day; 0 to 12 each.

    The parts are those in which teams plan: morning 07-12, afternoon 12-17, evening 17-23 and
    night 23-07 on the wall clock. A choice of this project, no published norm.
    """

    morning: Annotated[int, Meta(ge=0, le=12)] = 0
    afternoon: Annotated[int, Meta(ge=0, le=12)] = 0
    evening: Annotated[int, Meta(ge=0, le=12)] = 0
    night: Annotated[int, Meta(ge=0, le=12)] = 0

    def of(self, shift: Shift) -> int:
        """Visits a day in one part of it."""
        count: int = getattr(self, shift.value)
        return count

    def __bool__(self) -> bool:
        """Whether any visit is asked."""
        return bool(self.morning or self.afternoon or self.evening or self.night)


NO_VISITS = Visits()


class Wish(StrEnum):
    """What someone would like and can do without; soft constraints of matching."""

    SINGLE_ROOM = "single-room"
    PARTNER_ROOM = "partner-room"
    QUIET_WARD = "quiet-ward"
    GARDEN = "garden"
    PETS = "pets"
    SPIRITUAL_CARE = "spiritual-care"
    WHEELCHAIR_ROOM = "wheelchair-room"
    SAME_FACES = "same-faces"


class Need(msgspec.Struct, frozen=True, kw_only=True):
    """What care a person needs, without who the person is; ``outline`` is what others see.

    Attributes:
        kind: the kind of care.
        urgency: how soon someone must be seen; decides how far matching looks.
        within_hours: wanted start, hours from the referral; 0 is at once.
        pc4: four digits of the home postcode, or None when not known.
        near_pc4: postcode to be near to instead of home (a partner, a child), or None.
        payer: the law that pays, or None: place first, settle the payer later.
        requirements: what the place or team must be able to give.
        hours_per_week: nursing or visiting hours asked, above 0; 0 for a bed.
        sex: "female", "male" or None when not known; rooms may be for one sex.
        age: whole years, or None when not known.
        carer: id of the organisation that already gives care, or None.
        insurer: UZOVI number (4 digits) of the health insurer, or None: settle it later.
        language: BCP 47 code of what the person speaks instead of Dutch, or None.
        level: lowest level of carer who may give this care, 2 (helpende) to 6 (verpleegkundige,
            hbo with an own indication); 0 is any.
        visits: visits a day by part of the day; empty where only hours are asked.
        wishes: what the person would like and can do without.
        preferred: id of the service or organisation that the person asks for, or None.
    """

    kind: Kind
    urgency: Urgency
    within_hours: float = 24.0
    pc4: str | None = None
    near_pc4: str | None = None
    payer: Payer | None = None
    requirements: frozenset[Requirement] = frozenset()
    hours_per_week: float = 0.0
    sex: str | None = None
    age: int | None = None
    carer: str | None = None
    insurer: str | None = None
    language: str | None = None
    level: int = 0
    visits: Visits = NO_VISITS
    wishes: frozenset[Wish] = frozenset()
    preferred: str | None = None

    @property
    def amount(self) -> float:
        """What one placement takes from the counter: 1 bed, or the hours a week."""
        return 1.0 if self.kind in BED_KINDS else self.hours_per_week
