"""What decides for whom a service is there: payer, insurer, needs, sex, age, language, level."""

import pytest
from capacity_examples import NOW, bed, figures, need, nursing, team

from capacity.constraints import why_not
from capacity.supply import Service
from triage.need import Kind, Need, Payer, Requirement

LOCKED = frozenset({Requirement.CLOSED_WARD})
CONTRACTED = frozenset({"9991"})


def codes(wanted: Need, service: Service) -> list[str]:
    return [one.code for one in why_not(wanted, service, figures(service), NOW)]


@pytest.mark.parametrize(
    ("wanted", "service"),
    [
        (need(insurer="9992"), bed()),
        (need(insurer="9991"), bed(insurers=CONTRACTED)),
        (need(insurer=None, payer=Payer.ZVW), bed(insurers=CONTRACTED)),
        (need(insurer="9992", payer=Payer.WLZ), bed(insurers=CONTRACTED)),
        (need(insurer="9992", payer=Payer.WMO), bed(insurers=CONTRACTED)),
        (need(requirements=LOCKED), bed(offers=LOCKED)),
        (need(requirements=LOCKED), bed(offers=LOCKED, closed_only=True)),
        (need(language=None), bed()),
        (need(language="nl"), bed()),
        (need(language="nl-BE"), bed()),
        (need(language="PL"), bed(languages=frozenset({"pl"}))),
        (need(language="ar-MA"), bed(languages=frozenset({"ar", "en"}))),
        (nursing(level=3), team(levels=frozenset({2, 3}))),
        (nursing(level=3), team(levels=frozenset({5}))),
        (nursing(level=0), team()),
        (need(level=4), bed()),
    ],
)
def test_what_fits_has_no_reasons(wanted: Need, service: Service) -> None:
    assert codes(wanted, service) == []


@pytest.mark.parametrize(
    ("wanted", "service", "code"),
    [
        (need(insurer="9992", payer=Payer.ZVW), bed(insurers=CONTRACTED), "insurer"),
        (need(insurer="9992", payer=None), bed(insurers=CONTRACTED), "insurer"),
        (need(requirements=LOCKED), bed(), "missing-requirement"),
        (need(), bed(offers=LOCKED, closed_only=True), "closed-only"),
        (need(language="pl"), bed(), "language"),
        (need(language="pl-PL"), bed(languages=frozenset({"ar", "en"})), "language"),
        (nursing(level=4), team(levels=frozenset({2, 3})), "level"),
        (nursing(level=4), team(), "level-unknown"),
    ],
)
def test_each_condition_leaves_out_with_its_own_reason(
    wanted: Need, service: Service, code: str
) -> None:
    assert codes(wanted, service) == [code]


def test_the_reasons_are_plain_dutch_with_english_beside_it() -> None:
    wanted = nursing(
        kind=Kind.NURSING_PLANNED, insurer="9992", payer=Payer.ZVW, language="pl", level=5
    )
    service = team(insurers=CONTRACTED, levels=frozenset({2, 3}), closed_only=True)
    reasons = why_not(wanted, service, figures(service), NOW)
    assert [one.text for one in reasons] == [
        "Heeft geen contract met deze zorgverzekeraar.",
        "Deze afdeling is altijd op slot. Dat is voor deze persoon niet nodig.",
        "Hier spreekt niemand Pools.",
        "Heeft zorgverleners tot niveau 3. Nodig: niveau 5.",
    ]
    assert [one.text_en for one in reasons] == [
        "Has no contract with this health insurer.",
        "This ward is always locked, which this person does not need.",
        "Nobody here speaks Polish.",
        "Has carers up to level 3. Needed: level 5.",
    ]


def test_a_language_without_a_name_here_is_told_by_its_code() -> None:
    (reason,) = why_not(need(language="qaa"), bed(), figures(bed()), NOW)
    assert reason.text == "Hier spreekt niemand de taal met code qaa."
