"""Faulty and hostile tables: every fault is named with its cure, never by a stack of calls."""

from __future__ import annotations

import copy
import math
import tomllib
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from pathlib import Path
from random import Random
from typing import Any

import msgspec
import pytest
from small_protocol import CALM, HEAD, KINDS, write
from triage_examples import hanging

from triage.decide import decide
from triage.picture import Picture
from triage.protocol import load
from triage.protocol_error import ProtocolError
from triage.review.faults import faults
from triage.versions import PROTOCOLS, versions

AT = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def where(folder: Path) -> list[tuple[str, str, str]]:
    return [(fault.file, fault.rule, fault.column) for fault in faults(folder)]


@pytest.mark.parametrize("version", versions())
def test_the_versions_of_the_tree_have_none(version: str) -> None:
    assert faults(PROTOCOLS / version) == ()


def test_faults_in_several_files_and_rows_are_told_in_one_go(tmp_path: Path) -> None:
    calm = {
        "grown-up": CALM["grown-up"] | {"when": "aeg > 18"},
        "child": CALM["child"] | {"kind": "school"},
        "Third": CALM["child"] | {"priority": 41},
    }
    head = HEAD.replace('"age >= 60"', '"age >= sixty"').replace('nl = "Verschil."', 'nl = " "')
    folder = write(tmp_path, head=head, calm=calm, kinds=KINDS.replace("= 72", "= 'soon'"))
    found = faults(folder)
    assert where(folder) == [
        ("calm.toml", "grown-up", "when"),
        ("calm.toml", "child", "kind"),
        ("calm.toml", "Third", "id"),
        ("kinds.toml", "gp-planned", "within_hours"),
        ("protocol.toml", "wording.conflict", "nl"),
        ("protocol.toml", "not-pregnant", "when"),
    ]
    assert all(fault.cure for fault in found)


def test_a_fault_in_a_term_is_not_blamed_on_the_rules_that_use_it(tmp_path: Path) -> None:
    folder = write(tmp_path, head=HEAD.replace('"age >= 18"', '"age >= "'))
    assert where(folder) == [("protocol.toml", "terms.grown", "when")]


def test_rules_are_still_looked_at_when_the_head_has_a_fault(tmp_path: Path) -> None:
    calm = CALM | {"child": CALM["child"] | {"floor": "U9"}}
    folder = write(tmp_path, head=HEAD.replace("[terms]", "[trems]"), calm=calm)
    assert where(folder) == [("calm.toml", "?", "floor"), ("protocol.toml", "-", "trems")]


def test_what_tables_must_agree_on_is_told_once_each_is_sound(tmp_path: Path) -> None:
    twice = {"priority": 30, "when": "fell", "kind": "hap"}
    assert where(write(tmp_path, calm=CALM | {"twice": twice})) == [
        ("calm.toml", "twice", "priority")
    ]


LONG = " and ".join(["fell"] * 2000)
CONDITIONS = {
    "long": LONG,
    "many parts": " or ".join(["fell"] * 400),
    "many brackets": "(" * 500 + "fell" + ")" * 500,
    "many nots": "not " * 900 + "fell",
    "many signs": "-" * 3000 + "1 < age",
    "many dots": "age" + ".a" * 1900,
    "a number too long": "age < " + "9" * 3900,
    "infinity": "admission_within_hours < 1e999",
    "a large number": "admission_within_hours < 1" + "0" * 400,
    "a call": "__import__('os').system('true')",
    "a function": "lambda: fell",
    "no code": "urgency in []",
    "codes of codes": "urgency in ['U0', ['U1']]",
    "bytes": "urgency == b'U0'",
    "a complex number": "age < 1j",
    "a truth value": "fell == True",
    "nothing": "",
    "a blank": " \t",
    "a null": "fell\x00",
    "two lines": "fell\nfell",
    "an f-string": "f'{age}'",
    "a choice": "fell if fell else fell",
    "an assignment": "(age := 3) > 2",
    "a surrogate": "age < '\U000fffff'",
}


@pytest.mark.parametrize("condition", CONDITIONS)
def test_a_hostile_condition_is_refused_with_a_short_text(condition: str, tmp_path: Path) -> None:
    folder = write(tmp_path)
    text = msgspec.json.encode(CONDITIONS[condition]).decode()
    calm = folder / "calm.toml"
    calm.write_text(
        calm.read_text().replace("when = 'grown'", f"when = {text}", 1), encoding="utf-8"
    )
    with pytest.raises(ProtocolError) as refused:
        load(folder)
    assert (refused.value.rule, refused.value.column) == ("grown-up", "when")
    assert len(str(refused.value)) < 400


def test_terms_of_terms_do_not_grow_without_end(tmp_path: Path) -> None:
    grown = "\n".join(f't{n} = "{" or ".join([f"t{n - 1}"] * 9)}"' for n in range(1, 12))
    head = HEAD.replace("[terms]", f'[terms]\nt0 = "fell"\n{grown}')
    with pytest.raises(ProtocolError, match="more than 300 parts"):
        load(write(tmp_path, head=head))


def test_always_within_a_condition_is_allowed_and_asks_nothing(tmp_path: Path) -> None:
    calm = CALM | {"rest": {"priority": 50, "when": "fell or not always", "kind": "hap"}}
    (rule,) = [r for r in load(write(tmp_path, calm=calm)).rules if r.row.id == "rest"]
    assert hanging(rule.hangs, Picture()) == ["fell"]


STEP = "[[step]]\nid = 's'\nfirst = 9\nlast = 1\nnl = 'a'\nen = 'b'\nsource = 'c'\n"
HEADS = {
    "a version like a path": ('version = "small"', 'version = "../small"', "version"),
    "a table listed twice": ('"calm"]', '"calm", "calm"]', "tables"),
    "a table elsewhere": ('"calm"]', '"calm", "../calm"]', "tables"),
    "a brace that nothing fills": ("{hours}", "{days}", "safety_net"),
    "a brace that reaches inside": ("{hours}", "{hours.real}", "safety_net"),
    "a brace left open": ("{hours}", "{hours", "safety_net"),
    "a term called always": ("grown =", 'always = "fell"\ngrown =', "always"),
    "an empty wording": ('nl = "Geen regel."', 'nl = ""', "nl"),
    "an assumption without source": ('"Verzonnen, te bevestigen"', '" "', "source"),
    "a number assumed for a flag": ("value = false", "value = 0", "value"),
    "nobody's signature": ("signed = false", "signed = true, signatures = [{}]", "signatures"),
    "a date that is text": ("date = 2026-11-21", 'date = "2026-11-21"', "assumption[0].date"),
    "a moment for a date": ("= 2026-11-21", "= 2026-11-21T12:00:00Z", "assumption[0].date"),
    "a day that is none": ("= 2026-11-21", "= 2026-02-30", "-"),
    "a step that ends before it begins": ("[terms]", STEP + "[terms]", "last"),
}  # fmt: skip


@pytest.mark.parametrize("fault", HEADS)
def test_a_fault_of_the_head_names_its_column(fault: str, tmp_path: Path) -> None:
    old, new, column = HEADS[fault]
    assert old in HEAD
    with pytest.raises(ProtocolError) as refused:
        load(write(tmp_path, head=HEAD.replace(old, new, 1)))
    assert refused.value.column == column
    assert where(tmp_path)


@pytest.mark.parametrize("hours", ["inf", "-inf", "nan", "-1", "1e300", "true", "'1'"])
def test_hours_that_are_no_hours_are_refused(hours: str, tmp_path: Path) -> None:
    folder = write(tmp_path, kinds=KINDS.replace("within_hours = 72", f"within_hours = {hours}"))
    assert where(folder) == [("kinds.toml", "gp-planned", "within_hours")]


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("priority", True),
        ("priority", -1),
        ("priority", 10**30),
        ("priority", 1.5),
        ("id", ""),
        ("id", "gap"),
        ("id", "Big One"),
        ("id", "x" * 90),
        ("id", "a\nb"),
        ("nl", ""),
        ("when", 5),
        ("floor", 3),
        ("alternatives", "hap"),
        ("exempts", ["nobody"]),
    ],
)
def test_a_column_with_a_value_that_is_none_is_named(
    column: str, value: Any, tmp_path: Path
) -> None:
    calm = CALM | {"child": CALM["child"] | {column: value}}
    folder = write(tmp_path)
    text = toml({"table": {"title": "Rustig"}, "rule": [_row(n, c) for n, c in calm.items()]})
    (folder / "calm.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ProtocolError) as refused:
        load(folder)
    assert refused.value.column == column


def _row(name: str, columns: dict[str, Any]) -> dict[str, Any]:
    said = {"source": "Verzonnen", "date": date(2026, 11, 21), "nl": "Zo.", "en": "So."}
    return {"id": name} | said | columns


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe",
        b"[table",
        b"rule = 5",
        b"rule = [1, 2]",
        b"[[rule]]\n[[rule.rule]]",
        b"[table]\ntitle = 3",
        b"x = " + b"[" * 5000,
        b"x = " + b"9" * 5000,
        b"# " + b"x" * 2_000_000,
        b'[table]\ntitle = "a"\n[tabel]',
        b"[table]\ntitle = 'a'\ntitle = 'b'",
        bytes(range(256)),
    ],
)
@pytest.mark.parametrize("file", ["protocol.toml", "kinds.toml", "acute.toml"])
def test_a_file_that_is_no_table_is_named(file: str, content: bytes, tmp_path: Path) -> None:
    folder = write(tmp_path)
    (folder / file).write_bytes(content)
    found = faults(folder)
    assert found
    assert file in {fault.file for fault in found} or content == b""
    with pytest.raises(ProtocolError):
        load(folder)


def test_a_fault_in_toml_names_its_line(tmp_path: Path) -> None:
    folder = write(tmp_path)
    (folder / "calm.toml").write_text('[table]\ntitle = "a"\nlane =\n', encoding="utf-8")
    (fault,) = [fault for fault in faults(folder) if fault.file == "calm.toml"]
    assert "line 3" in fault.fault


def test_a_file_that_is_missing_or_a_folder_is_named(tmp_path: Path) -> None:
    assert where(tmp_path)[0] == ("protocol.toml", "-", "-")
    folder = write(tmp_path / "one")
    (folder / "kinds.toml").unlink()
    assert where(folder) == [("kinds.toml", "-", "tables")]
    (folder / "kinds.toml").mkdir()
    assert {fault.file for fault in faults(folder)} == {"kinds.toml"}


# -- real tables with a value changed --------------------------------------------------------------

VALUES: list[Any] = [
    0, -1, True, False, 10**30, 1.5, math.nan, math.inf, -math.inf, "", " ", "x", "{", "{foo}",
    "always", "not always", "fell or always", "age < 1e999", "not " * 900 + "fell", LONG,
    "urgency in []", "112", "\u200b", [], {}, [[]], [{}], {"a": 1}, [1, 2], ["seh"], [["seh"]],
    date(2026, 1, 1), datetime(2026, 1, 1), time(1, 2), ["../x"], ["protocol"],  # noqa: DTZ001
]  # fmt: skip


TRIES = 60


def toml(value: Any) -> str:
    """A document, each value on its own line."""
    return "\n".join(f"{_toml(key)} = {_toml(inner)}" for key, inner in value.items())


def _toml(value: Any) -> str:
    match value:
        case bool():
            return str(value).lower()
        case dict():
            return f"{{{', '.join(f'{_toml(k)} = {_toml(v)}' for k, v in value.items())}}}"
        case list() | tuple():
            return f"[{', '.join(map(_toml, value))}]"
        case str():
            return msgspec.json.encode(value).decode()
        case date() | time():
            return value.isoformat()
    return str(value)


def paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    inner: Any = value.items() if isinstance(value, dict) else ()
    inner = enumerate(value) if isinstance(value, list) else inner
    for key, each in inner:
        yield (*path, key)
        yield from paths(each, (*path, key))


def change_one(document: dict[str, Any], random: Random) -> None:
    *path, last = random.choice(list(paths(document)))
    at: Any = document
    for key in path:
        at = at[key]
    if random.random() < 0.1:
        del at[last]
    elif random.random() < 0.1 and isinstance(at, dict):
        at[random.choice(["x", "exempts", "floor", "allowed"])] = random.choice(VALUES)
    else:
        at[last] = random.choice(VALUES)


@pytest.mark.parametrize("version", versions())
def test_real_tables_with_a_value_changed_load_and_decide_or_name_the_fault(
    version: str, tmp_path: Path
) -> None:
    random = Random(20261121)
    real = {
        path.name: tomllib.loads(path.read_text(encoding="utf-8"))
        for path in (PROTOCOLS / version).glob("*.toml")
    }
    for name, document in real.items():
        (tmp_path / name).write_text(toml(document), encoding="utf-8")
    names = [*real, *["protocol.toml"] * len(real)]
    loaded = named = 0
    for _ in range(TRIES):
        name = random.choice(names)
        changed = copy.deepcopy(real[name])
        change_one(changed, random)
        (tmp_path / name).write_text(toml(changed), encoding="utf-8")
        try:
            protocol = load(tmp_path)
        except ProtocolError as error:
            named += all((error.file, error.rule, error.column, error.fault, error.cure))
        else:
            loaded += 1
            for picture in (Picture(), Picture(age=82, red_flag_abdomen=True)):
                decide(protocol, picture, AT)
        (tmp_path / name).write_text(toml(real[name]), encoding="utf-8")
    assert named + loaded == TRIES
    assert loaded
    assert named
