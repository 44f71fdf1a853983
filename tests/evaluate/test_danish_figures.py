"""The harness finds the published baselines of the Danish patients, and our figures are written."""

from pathlib import Path

import pytest
from columns import read_mapping
from csv_patients import Patient, read_patients
from measure import DANISH, NOW, PAGE, cohort, figures, fill
from screens import Reading, Said, complete, early_warning, screen

from triage.codes import Consciousness
from triage.picture import Picture
from triage.protocol import load


def rows() -> list[Patient]:
    mapping, file = DANISH
    everyone = read_patients(read_mapping(mapping), file).rows
    return [row for row in everyone if complete(row.picture)]


def percent(part: list[Patient], whole: list[Patient]) -> float:
    return round(100 * len(part) / len(whole), 1)


def having(outcome: str, people: list[Patient]) -> list[Patient]:
    return [one for one in people if one.outcomes[outcome]]


def rings(one: Patient) -> bool:
    score, three = early_warning(one.picture)
    return score >= 5 or three


def test_the_baselines_of_the_literature_study_come_out_again() -> None:
    # evidence.md 1.1, computed there by other code; whole percentages there, one decimal here.
    people = rows()
    dead, icu = having("death", people), having("icu", people)
    assert (len(people), len(dead)) == (5356, 283)
    low = [one for one in people if early_warning(one.picture)[0] < 3]
    assert percent(low, people) == 77.2
    assert percent(having("death", low), low) == 3.0
    assert percent(having("death", low), dead) == 44.2
    old = [one for one in low if (one.picture.age or 0) >= 75]
    assert percent(having("death", old), old) == 7.5
    for screened, expected in (
        (rings, (17.8, 48.4, 63.8)),
        (lambda one: bool(one.other), (30.1, 50.9, 63.8)),
        (lambda one: rings(one) or bool(one.other), (36.2, 62.2, 74.5)),
    ):
        ringing = [one for one in people if screened(one)]
        found = (
            percent(ringing, people),
            percent([one for one in dead if screened(one)], dead),
            percent([one for one in icu if screened(one)], icu),
        )
        assert found == expected


def test_who_lacks_a_fact_is_asked_and_never_let_go() -> None:
    protocol = load()
    calm = Picture(
        age=70,
        respiration_rate=16,
        oxygen_saturation=97,
        systolic=130,
        pulse=70,
        consciousness=Consciousness.ALERT,
    )
    ill = Picture(age=70, respiration_rate=30, oxygen_saturation=85, systolic=85, pulse=120)
    said = {
        name: screen(Patient(picture=picture, outcomes={}, other=None), protocol, NOW)
        for name, picture in (("calm", calm), ("ill", ill))
    }
    assert not said["calm"].certain
    assert said["calm"].said[Reading.AS_IS] is Said.ASKS
    assert said["calm"].said[Reading.WORST] is Said.LET_GO
    assert said["ill"].certain
    assert said["ill"].at_once
    assert Said.LET_GO not in said["ill"].said.values()


@pytest.mark.long
def test_nobody_of_the_danish_patients_is_let_go_while_a_fact_is_lacking() -> None:
    found = cohort(*DANISH, load())
    for reading in (Reading.AS_IS, Reading.ASKED):
        assert not [one for one in found.adults if one.said[reading] is Said.LET_GO]
    # What is certain stays so, whatever else becomes known.
    assert all(one.said[Reading.WORST] is not Said.LET_GO for one in found.adults if one.certain)


@pytest.mark.long
def test_the_page_says_what_the_evaluation_finds() -> None:
    page = PAGE.read_text("utf-8")
    assert fill(page, figures(load())) == page, "run make evaluate"


def test_a_page_without_its_markers_is_refused() -> None:
    with pytest.raises(ValueError, match="no part vignettes"):
        fill("<!-- begin vignettes -->", {"vignettes": "x"})


def test_the_set_is_the_columns_that_are_needed_and_says_where_it_is_from() -> None:
    _, file = DANISH
    assert len(file.read_text().splitlines()[0].split(",")) == 9
    assert "CC0" in Path(file.parent / "README.md").read_text()
