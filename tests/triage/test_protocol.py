"""Protocols: what loads, and what a fault in a table says."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from triage.need import Kind
from triage.picture import FACTS
from triage.protocol import CURRENT, load
from triage.protocol_error import ProtocolError
from triage.vocabulary import WORDS


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(CURRENT, tmp_path / "protocol"))


def change(folder: Path, file: str, old: str, new: str) -> None:
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_the_protocol_in_force_loads_and_is_not_signed() -> None:
    protocol = load()
    assert protocol.name.version == "2026-12"
    assert len(protocol.name.fingerprint) == 64
    assert protocol.name.signed_off is False
    assert set(protocol.kinds) == set(Kind)


def test_every_rule_has_a_source_a_date_and_two_wordings() -> None:
    for rule in load().rules:
        assert rule.row.source
        assert rule.row.date.year >= 2026
        assert rule.row.nl != rule.row.en
    priorities = [rule.row.priority for rule in load().rules]
    assert priorities == sorted(set(priorities))


def test_every_fact_that_rules_read_has_a_question_in_two_languages() -> None:
    for rule in load().rules:
        for field, _ in rule.reads:
            assert WORDS[field].nl
            assert WORDS[field].en
    assert set(FACTS) <= set(WORDS)


def test_layout_and_signing_leave_the_fingerprint_alone_and_content_does_not(folder: Path) -> None:
    before = load(folder).name.fingerprint
    change(folder, "scope.toml", "# Who", "# For whom,\n\n# and who")
    change(folder, "protocol.toml", "signed = false", "signed = true")
    assert load(folder).name.fingerprint == before
    change(folder, "scope.toml", "age < 18", "age < 17")
    assert load(folder).name.fingerprint != before


def test_signed_without_a_signature_is_not_signed(folder: Path) -> None:
    change(folder, "protocol.toml", "signed = false", "signed = true")
    assert load(folder).name.signed_off is False
    change(folder, "protocol.toml", "signatures = []", 'signatures = [{ by = "A. Verzonnen" }]')
    assert load(folder).name.signed_off is True


FAULTS = {
    "an unknown word": ("scope.toml", "age < 18", "aeg < 18", "under-18", "when", "mean age?"),
    "a code that is none": (
        "acute.toml",
        "urgency == 'U0'",
        "urgency == 'U7'",
        "entered-u0",
        "when",
        "use one of U0",
    ),
    "a syntax error": ("scope.toml", "age < 18", "age <", "under-18", "when", "write it as"),
    "an id used twice": (
        "scope.toml",
        '"pregnant"\npriority',
        '"under-18"\npriority',
        "under-18",
        "id",
        "its own",
    ),
    "a priority used twice": ("scope.toml", "201", "200", "pregnant", "priority", "its own"),
    "a missing source": (
        "scope.toml",
        'source = "Naober, concept (docs/protocol.md)"\n',
        "",
        "under-18",
        "source",
        "docs/protocol.md",
    ),
    "an empty wording": (
        "scope.toml",
        'en = "Under 18: a triagist assesses at once."',
        'en = " "',
        "under-18",
        "en",
        "fill it in",
    ),
    "a missing date": ("scope.toml", "date = 2026-11-21\n", "", "under-18", "date", "columns"),
    "an unknown kind": (
        "scope.toml",
        'kind = "human-triage"',
        'kind = "human"',
        "under-18",
        "kind",
        "columns",
    ),
    "an unknown floor": ("scope.toml", 'floor = "U2"', 'floor = "U8"', "under-18", "floor", "col"),
    "an unknown column": ("scope.toml", "floor =", "flor =", "under-18", "flor", "columns"),
    "an unknown part": ("scope.toml", "[table]", "[tabel]", "-", "tabel", "[table]"),
    "an acute floor in a calm table": (
        "elderly-medicine.toml",
        'floor = "U4"',
        'floor = "U3"',
        "wlz-crisis-gz",
        "floor",
        "acute lane",
    ),
    "a flag in a calm table": (
        "red-flags.toml",
        'lane = "acute"',
        "",
        "flag-breathing-vitals",
        "floor",
        "acute lane",
    ),
    "a kind that its flag forbids": (
        "red-flags.toml",
        'kind = "seh"',
        'kind = "hap"',
        "flag-fever-low-defence",
        "kind",
        "allows",
    ),
    "a flag without a floor": (
        "emergency.toml",
        'floor = "U0"\n',
        "",
        "flag-airway",
        "floor",
        "give it one",
    ),
    "a red flag that nobody answers": (
        "emergency.toml",
        '"red_flag_stroke"',
        '"red_flag_airway"',
        "-",
        "when",
        "floor and allowed",
    ),
    "a rule that does nothing": (
        "elderly-medicine.toml",
        'kind = "human-triage"\n',
        "",
        "wzd",
        "kind",
        "kind or a floor",
    ),
    "a kind that is none": (
        "kinds.toml",
        "[hospice]",
        "[hospices]",
        "hospices",
        "hospices",
        "triage/need.py",
    ),
    "a payer that is none": (
        "kinds.toml",
        'payer = "zvw"',
        'payer = "zwv"',
        "seh",
        "payer",
        "columns",
    ),
    "a term that hides a fact": (
        "protocol.toml",
        "dying =",
        "age =",
        "terms.age",
        "age",
        "name of its own",
    ),
    "an assumption of a value that the fact can't take": (
        "protocol.toml",
        'fact = "pregnant"',
        'fact = "age"',
        "not-pregnant",
        "value",
        "a number",
    ),
    "an assumption about what is derived": (
        "protocol.toml",
        'fact = "pregnant"',
        'fact = "news2"',
        "not-pregnant",
        "fact",
        "triage/facts",
    ),
    "a discipline that is none": (
        "rehabilitation.toml",
        'discipline = "rehabilitation"',
        'discipline = "rehab"',
        "[table]",
        "discipline",
        "[disciplines]",
    ),
    "a priority outside the weighing order": (
        "rehabilitation.toml",
        "priority = 630",
        "priority = 1630",
        "grz",
        "priority",
        "[[step]]",
    ),
    "nothing said to the person": (
        "rehabilitation.toml",
        'patient = "',
        'patient = " " # ',
        "grz",
        "patient",
        "B1",
    ),
    "an exemption of what comes before it": (
        "wishes.toml",
        '"flag-sepsis"',
        '"flag-airway"',
        "no-hospital-gp",
        "exempts",
        "higher priority",
    ),
    "a consult of nobody": (
        "protocol.toml",
        'ask = "paramedics"',
        'ask = "dieticians"',
        "weight-loss",
        "ask",
        "[disciplines]",
    ),
    "a missing wording": (
        "protocol.toml",
        "[wording.gap]",
        "[wording.gaps]",
        "gap",
        "wording",
        "add",
    ),
    "a table that is not there": (
        "protocol.toml",
        '  "scope",',
        '  "scoop",',
        "-",
        "tables",
        "agree",
    ),
    "no TOML at all": ("scope.toml", "[table]", "[table", "-", "-", "valid TOML"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_names_file_rule_column_and_cure(fault: str, folder: Path) -> None:
    file, old, new, rule, column, cure = FAULTS[fault]
    change(folder, file, old, new)
    with pytest.raises(ProtocolError) as refused:
        load(folder)
    error = refused.value
    assert (error.rule, error.column) == (rule, column)
    assert cure in error.cure
    if fault not in {"a red flag that nobody answers", "a table that is not there"}:
        assert error.file == file
    for part in (error.file, error.rule, error.column, error.cure):
        assert part in str(error)


def test_a_kind_that_a_rule_leads_to_must_be_there(folder: Path) -> None:
    path = folder / "kinds.toml"
    before, _, after = path.read_text(encoding="utf-8").partition("[grz]\n")
    rest = after[after.index("[wlz-crisis-vv]") :]
    path.write_text(before + rest, encoding="utf-8")
    with pytest.raises(ProtocolError, match="grz is missing") as refused:
        load(folder)
    assert (refused.value.file, refused.value.rule) == ("rehabilitation.toml", "grz")


def test_a_table_that_is_not_listed_is_refused(folder: Path) -> None:
    (folder / "extra.toml").write_text("[table]\ntitle = 'Extra'\n", encoding="utf-8")
    with pytest.raises(ProtocolError, match="not listed"):
        load(folder)
