"""The report on a protocol: what was planted is found, and shown with the smallest case of it."""

from __future__ import annotations

from pathlib import Path

import msgspec
from small_protocol import ACUTE, CALM, HEAD, KINDS, write

from triage.conclude import conclude
from triage.picture import FIELD_OF_LINK, RED_FLAGS, Picture
from triage.protocol import load
from triage.review.check import check
from triage.review.witness import Facts, known_in, smallest, told
from triage.vocabulary import LINKS

DENIED = {LINKS[flag] for flag in RED_FLAGS}


def picture_of(facts: Facts) -> Picture:
    return msgspec.convert({FIELD_OF_LINK[link]: value for link, value in facts.items()}, Picture)


def test_a_sound_protocol_is_told_to_be_sound(tmp_path: Path) -> None:
    report = check(write(tmp_path))
    assert report.sound
    assert (report.gaps, report.unreachable, report.shadowed, report.faults) == ((), (), (), ())
    assert [(table.name, table.rules) for table in report.tables] == [("acute", 2), ("calm", 2)]
    assert (report.version, report.signed, report.signatures) == ("small", False, ())


def test_a_planted_gap_is_found_with_a_case_that_holds_no_fact_too_many(tmp_path: Path) -> None:
    calm = {"grown-up": CALM["grown-up"], "child": CALM["child"] | {"when": "age < 12"}}
    folder = write(tmp_path, calm=calm)
    report = check(folder)
    assert not report.sound
    (gap,) = report.gaps
    assert set(gap.facts) == {"age", "urgency"} | DENIED
    assert 12 <= gap.facts["age"] < 18
    assert gap.facts["urgency"] in {"U4", "U5"}
    concluded = conclude(load(folder), picture_of(gap.facts))
    assert concluded.chosen is None
    assert not concluded.open


def test_a_rule_that_always_holds_hides_no_gap(tmp_path: Path) -> None:
    rest = {"priority": 50, "when": "always", "kind": "human-triage"}
    report = check(write(tmp_path, calm={"grown-up": CALM["grown-up"], "rest": rest}))
    assert len(report.gaps) == 1


def test_a_rule_that_changes_nothing_is_found(tmp_path: Path) -> None:
    never = {"priority": 45, "when": "age < 18 and age > 18", "kind": "hap"}
    report = check(write(tmp_path, calm=CALM | {"never": never}))
    assert [dead.rule for dead in report.unreachable] == ["never"]
    assert report.unreachable[0].text == "Regel never."
    assert not report.sound


def test_a_rule_that_another_always_precedes_is_shadowed_by_it(tmp_path: Path) -> None:
    old = {"priority": 35, "when": "age >= 80", "kind": "hap", "floor": "U4"}
    report = check(write(tmp_path, calm=CALM | {"old": old}))
    assert [(shadow.rule, shadow.by) for shadow in report.shadowed] == [
        ("old", ("flag", "urgent", "grown-up"))
    ]
    assert report.sound  # it still raises the urgency


def test_an_overlap_is_a_pair_and_its_case_holds_what_both_need(tmp_path: Path) -> None:
    folder = write(tmp_path)
    found = {(e.first, e.second): e.facts for e in check(folder, overlap_cases=True).overlaps}
    assert set(found) == {
        ("flag", "urgent"), ("flag", "grown-up"), ("flag", "child"),
        ("urgent", "grown-up"), ("urgent", "child"),
    }  # fmt: skip
    assert set(found["urgent", "grown-up"]) == {"urgency", "age"}
    assert {e.facts == {} for e in check(folder).overlaps} == {True}


def test_sources_that_are_missing_or_to_be_confirmed_are_listed(tmp_path: Path) -> None:
    kinds = KINDS.replace('source = "Verzonnen"', "", 1)
    calm = CALM | {"child": CALM["child"] | {"source": "Naober, concept"}}
    listed = check(write(tmp_path, calm=calm, kinds=kinds)).sources
    assert [(each.file, each.part) for each in listed] == [
        ("protocol.toml", "assumption not-pregnant"),
        ("calm.toml", "child"),
        ("kinds.toml", "seh"),
    ]


def test_assumptions_and_exemptions_are_listed_one_by_one(tmp_path: Path) -> None:
    wish = {
        "priority": 5, "when": "no_hospital and no_hospital_confirmed", "kind": "hap",
        "floor": "U2", "allowed": ["hap"], "exempts": ["flag"],
    }  # fmt: skip
    report = check(write(tmp_path, acute={"wish": wish} | ACUTE))
    (taken,) = report.assumptions
    assert (taken.fact, taken.value, taken.when) == ("pregnant", False, "age >= 60")
    (exemption,) = report.exemptions
    assert (exemption.rule, exemption.silences, exemption.floor) == ("wish", ("flag",), "U2")
    assert exemption.allowed == ("hap",)


def test_facts_that_nothing_reads_are_told(tmp_path: Path) -> None:
    unread = set(check(write(tmp_path)).unread)
    assert {"fall-risk", "news2", "pregnant"} & unread == {"fall-risk", "pregnant"}
    assert not {"age", "urgency"} & unread


def test_signatures_are_shown(tmp_path: Path) -> None:
    signed = HEAD.replace(
        "{ signed = false }",
        '{ signed = true, signatures = [{ by = "A. Verzonnen", role = "gp", date = 2026-11-21 }] }',
    )
    report = check(write(tmp_path, head=signed))
    assert report.signed
    assert report.signatures[0]["by"] == "A. Verzonnen"


def test_with_a_fault_only_the_faults_are_told(tmp_path: Path) -> None:
    report = check(write(tmp_path, calm=CALM | {"bad": {"priority": 60, "when": "aeg < 3"}}))
    assert not report.sound
    assert [(f.file, f.rule, f.column) for f in report.faults] == [("calm.toml", "bad", "kind")]
    assert report.tables == ()


def test_the_smallest_case_is_the_same_each_time_and_still_shows_it() -> None:
    whole = Picture(age=80, fell=True, fall_hip=True, pulse=80.0, red_flag_stroke=False)
    least = smallest(whole, lambda case: case.fell is True and case.age is not None)
    assert known_in(least) == {"age": 80, "fell": True}
    assert told(known_in(whole)) == "age = 80, pulse = 80, fell, fall-hip; red flags denied: stroke"
    assert told({}) == "nothing known"
