"""Theorems 5 and 6: what may never be advised, and that calm people stay out of the acute lane."""

from __future__ import annotations

import pytest
from proof_protocol import PROVER, proves
from proof_words import ASSESSORS, PRESENT
from red_flags import NORMAL_BAND

from triage.need import Kind
from triage.picture import RED_FLAGS
from triage.proof.bits import Bit, both, either, no, some
from triage.proof.kleene import Kleene
from triage.proof.reading import Reading
from triage.vocabulary import WORDS

HERE = PROVER.picture
THERE = PROVER.outcome
ELV = frozenset({Kind.ELV_LOW, Kind.ELV_HIGH, Kind.ELV_PALLIATIVE, Kind.GRZ})
WLZ = HERE.one_of("wlz_indication", ("expected", "present"))


def advised(*kinds: Kind) -> Bit:
    """One of these is the kind, or an alternative."""
    return some(either(THERE.kind[kind], THERE.alternative[kind]) for kind in kinds)


def never_unless(advice: Bit, criterion: Kleene) -> None:
    """Never while the criterion is surely not met; when final, only where it is surely met."""
    proves(advice, criterion.false)
    proves(advice, THERE.final, no(criterion.true))


def test_5_never_elv_with_a_wlz_indication() -> None:
    never_unless(advised(*ELV), Kleene(WLZ.false, WLZ.true))


@pytest.mark.parametrize(("fact", "wanted"), [("medically_stable", True), ("watchful_eye", False)])
def test_5_never_respite_for_someone_unstable(fact: str, wanted: bool) -> None:  # noqa: FBT001
    value = HERE.flag(fact)
    never_unless(advised(Kind.RESPITE), value if wanted else Kleene(value.false, value.true))


CRITERIA = {
    "wlz": WLZ,
    **{
        fact: HERE.flag(fact)
        for fact in ("acute_change", "danger", "alternatives_exhausted", "any_provider_accepted")
    },
}


@pytest.mark.parametrize("criterion", CRITERIA)
@pytest.mark.parametrize("kind", [Kind.WLZ_CRISIS_VV, Kind.WLZ_CRISIS_GZ])
def test_5_never_a_wlz_crisis_without_every_criterion(kind: Kind, criterion: str) -> None:
    never_unless(advised(kind), CRITERIA[criterion])


@pytest.mark.parametrize(
    ("kind", "sector", "hours"),
    [(Kind.WLZ_CRISIS_VV, "vv", 24), (Kind.WLZ_CRISIS_GZ, "gz", 48)],
)
def test_5_never_a_wlz_crisis_of_another_sector_or_that_can_wait(
    kind: Kind, sector: str, hours: int
) -> None:
    never_unless(advised(kind), HERE.compare("admission_within_hours", "<=", hours))
    never_unless(advised(kind), HERE.one_of("wlz_sector", (sector,)))


DENIED = (
    *RED_FLAGS,
    "fell",
    "alarm",
    "worsening",
    "gut_feeling",
    "second_contact",
    "pneumonia",
    "specialist_needed",
    "pregnant",
    "gave_birth_recently",
    "hypercapnic_target",
    "on_oxygen",
)
"""What a calm picture denies. All else may be anything."""


def calm() -> Bit:
    """Every flag denied, vital signs in their normal bands, U5 by who may assess."""
    return both(
        HERE.total(),
        *(HERE.flag(fact).false for fact in DENIED),
        *(HERE.scale(fact).within(*band) for fact, band in NORMAL_BAND.items()),
        HERE.scale("oxygen_saturation").reaches(96),
        HERE.one_of("consciousness", ("A",)).true,
        no(HERE.range_of("four_at")[1].reaches(4)),
        no(HERE.range_of("dos")[1].reaches(9)),
        HERE.scale("age").reaches(18),
        HERE.flag("understood").true,
        no(PRESENT["fall by its parts"](Reading(HERE)).true),
        HERE.one_of("urgency", ("U5",)).true,
        HERE.one_of("urgency_role", ASSESSORS).true,
        HERE.one_of("intended_destination", ("gp", "home", "other")).true,
        HERE.one_of("mental_health", ("none", "planned")).true,
        # A GP who must see someone today is replaced by the HAP where there is none.
        HERE.flag("gp_available").true,
    )


def test_6_calm_is_not_acute() -> None:
    asked = calm()
    assert PROVER.can(asked)
    proves(asked, THERE.acute)
    proves(asked, THERE.kind_in(frozenset({Kind.AMBULANCE, Kind.SEH, Kind.HAP})))
    proves(asked, no(THERE.final))


def test_6_calm_leaves_room_for_every_kind_outside_the_acute_lane() -> None:
    """The theorem above isn't empty: calm people get many kinds of care."""
    asked = calm()
    reached = PROVER.which(list(THERE.kind.values()), asked)
    assert len(reached) > 20, [list(THERE.kind)[n] for n in reached]
    assert WORDS["wlz_sector"].codes == {"vv", "gz"}
