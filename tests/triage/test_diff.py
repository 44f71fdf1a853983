"""Two protocols beside each other: what changed, and what becomes of people by it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest
from small_protocol import ACUTE, CALM, HEAD, KINDS, write

from triage.conclude import conclude
from triage.picture import FIELD_OF_LINK, Picture
from triage.protocol import load
from triage.protocol_error import ProtocolError
from triage.review.diff import Diff, diff
from triage.review.outcomes import Turn
from triage.review.table_changes import Weight


@pytest.fixture
def old(tmp_path: Path) -> Path:
    return write(tmp_path / "old")


def beside(old: Path, **changes: Any) -> Diff:
    return diff(old, write(old.parent / "new", **changes))


def told(found: Diff) -> list[tuple[str, str, str, str]]:
    return [(change.weight, change.part, change.name, change.column) for change in found.changes]


def test_a_protocol_beside_itself_changes_nothing_and_that_is_proved(old: Path) -> None:
    found = beside(old)
    assert found.outcomes == ()
    assert found.changes == ()


def test_words_alone_are_told_apart_and_change_no_outcome(old: Path) -> None:
    calm = CALM | {"child": CALM["child"] | {"nl": "Een kind.", "source": "Anders"}}
    found = beside(old, calm=calm)
    assert found.outcomes == ()
    assert told(found) == [
        (Weight.WORDS, "rule", "child", "nl"),
        (Weight.WORDS, "rule", "child", "source"),
    ]
    assert (found.changes[0].old, found.changes[0].new) == ("Regel child.", "Een kind.")


def test_a_less_urgent_outcome_stands_on_top_with_the_smallest_case(old: Path) -> None:
    acute = ACUTE | {"flag": ACUTE["flag"] | {"floor": "U2", "nl": "Alarm."}}
    found = beside(old, acute=acute)
    first = found.outcomes[0]
    assert first.turn is Turn.LESS_URGENT
    assert not first.more
    (case,) = first.cases
    assert (case.old.urgency, case.new.urgency) == ("U1", "U2")
    assert (case.old.kind, case.new.kind) == ("seh", "seh")
    assert len([link for link in case.facts if link.startswith("red-flag")]) == 1
    assert told(found) == [
        (Weight.DECIDES, "rule", "flag", "floor"),
        (Weight.WORDS, "rule", "flag", "nl"),
    ]


def test_turned_round_the_same_change_is_more_urgent(old: Path) -> None:
    acute = ACUTE | {"flag": ACUTE["flag"] | {"floor": "U0"}}
    assert [cases.turn for cases in beside(old, acute=acute).outcomes] == [Turn.MORE_URGENT]


def test_someone_who_gets_less_acute_care_is_found_by_the_kinds_before_and_after(old: Path) -> None:
    acute = ACUTE | {"urgent": ACUTE["urgent"] | {"when": "urgency in ['U0', 'U1', 'U2']"}}
    turns = {cases.turn: cases for cases in beside(old, acute=acute).outcomes}
    assert Turn.OUT_OF_ACUTE not in turns  # the class itself is acute
    assert Turn.LESS_ACUTE in turns
    kinds = {(case.old.kind, case.new.kind) for case in turns[Turn.LESS_ACUTE].cases}
    assert ("hap", "gp-planned") in kinds


def test_every_case_is_what_the_evaluator_says_of_it(old: Path) -> None:
    calm = {
        "grown-up": CALM["grown-up"] | {"when": "age >= 21"},
        "child": CALM["child"],
    }
    found = beside(old, calm=calm)
    before, after = load(old), load(old.parent / "new")
    cases = [case for cases in found.outcomes for case in cases.cases]
    assert cases
    for case in cases:
        facts = {FIELD_OF_LINK[link]: value for link, value in case.facts.items()}
        picture = msgspec.convert(facts, Picture)
        for protocol, result in ((before, case.old), (after, case.new)):
            concluded = conclude(protocol, picture)
            assert (concluded.kind, concluded.urgency) == (result.kind, result.urgency)
            assert concluded.acute is (result.lane == "acute")
            assert bool(concluded.open) is (result.status == "provisional")


def test_each_part_that_came_went_or_changed_is_told_by_column(old: Path) -> None:
    found = beside(
        old,
        head=HEAD.replace('"age >= 18"', '"age >= 19"').replace('"U3"', '"U2"'),
        acute={"flag": ACUTE["flag"] | {"priority": 11, "alternatives": ["seh"]}},
        calm=CALM | {"new": {"priority": 50, "when": "fell", "kind": "hap"}},
        kinds=KINDS.replace("within_hours = 72", "within_hours = 48"),
    )
    assert told(found) == [
        (Weight.DECIDES, "protocol", "unknown", "urgency"),
        (Weight.DECIDES, "term", "grown", "means"),
        (Weight.DECIDES, "rule", "flag", "alternatives"),
        (Weight.DECIDES, "rule", "flag", "priority"),
        (Weight.DECIDES, "rule", "urgent", ""),
        (Weight.DECIDES, "rule", "new", ""),
        (Weight.CARE, "kind of care", "gp-planned", "within_hours"),
    ]
    by_name = {change.name: change for change in found.changes}
    assert by_name["urgent"].new == ""
    assert "when: fell" in by_name["new"].new
    assert (by_name["grown"].old, by_name["grown"].new) == ("age >= 18", "age >= 19")


def test_the_same_two_protocols_give_the_same_difference_to_the_byte(old: Path) -> None:
    calm = CALM | {"grown-up": CALM["grown-up"] | {"when": "age >= 21"}}
    one, other = beside(old, calm=calm), beside(old, calm=calm)
    assert msgspec.json.encode(one) == msgspec.json.encode(other)


def test_no_more_cases_than_were_asked_for_and_that_is_said(old: Path) -> None:
    write(old.parent / "new", calm={"child": CALM["child"] | {"when": "age < 130"}})
    found = diff(old, old.parent / "new", most=1)
    assert all(len(cases.cases) == 1 for cases in found.outcomes)
    assert any(cases.more for cases in found.outcomes)


def test_a_protocol_with_a_fault_is_compared_with_nothing(old: Path) -> None:
    with pytest.raises(ProtocolError, match=r"calm\.toml"):
        beside(old, calm=CALM | {"bad": {"priority": 60, "when": "aeg < 3", "kind": "hap"}})
