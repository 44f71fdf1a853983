"""Every code of ours that an issue may have is published with its words, in two languages."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from conftest import ROOT

from coordination.errors import Wrong
from coordination.receiving.remarks import REMARKS
from fhir.issue_codes import ISSUE_CODES
from fhir.outcome import ISSUE_SYSTEM
from fhir.profiles.sets import code_systems
from fhir.region.measure_report.kept import Result

CODE = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
INVARIANT = re.compile(r"[a-z]{2,4}-\d+[a-z]?")
"""As HL7 names them."""
SOURCES = [*(ROOT / "fhir").rglob("*.py"), *(ROOT / "coordination").rglob("*.py")]


def trees() -> dict[Path, ast.Module]:
    return {path: ast.parse(path.read_text(encoding="utf-8")) for path in SOURCES}


def takers(found: dict[Path, ast.Module]) -> dict[tuple[str, Path | None], int]:
    """Where each function that takes ``details`` has it; a private one counts in its module."""
    places: dict[tuple[str, Path | None], int] = {}
    for path, tree in found.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef):
                names = [one.arg for one in node.args.args if one.arg != "self"]
                if "details" in names:
                    of = path if node.name.startswith("_") else None
                    places[node.name, of] = names.index("details")
    return places


def said(node: ast.expr) -> Iterator[str]:
    """The texts that an argument may be; nothing where it is passed on."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from said(node.body)
        yield from said(node.orelse)


def used() -> set[str]:
    """Every code that stands in the source."""
    found = trees()
    places = takers(found)
    codes: set[str] = set()
    for path, tree in found.items():
        for node in (one for one in ast.walk(tree) if isinstance(one, ast.Call)):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            named = {one.arg: one.value for one in node.keywords}
            given = named.get("details" if name != "Refused" else "code")
            at = places.get((name, path), places.get((name, None)))
            if given is None and at is not None and len(node.args) > at:
                given = node.args[at]
            if given is not None and (name in {"Issue", "Refused"} or at is not None):
                codes |= set(said(given))
    return codes


def test_every_code_that_is_used_has_words() -> None:
    codes = {code for code in used() if CODE.fullmatch(code) and not INVARIANT.fullmatch(code)}
    assert len(codes) > 100
    assert codes - set(ISSUE_CODES) == set()
    assert {one.value for one in (*Wrong, *Result)} - set(ISSUE_CODES) == set()
    assert set(REMARKS) - set(ISSUE_CODES) == set()


def test_each_has_words_in_two_languages_and_the_shape_of_a_code() -> None:
    for code, (nl, en) in ISSUE_CODES.items():
        assert CODE.fullmatch(code)
        assert nl
        assert en


def test_they_are_published() -> None:
    (system,) = (one for one in code_systems() if one["url"] == ISSUE_SYSTEM)
    assert [one["code"] for one in system["concept"]] == [*ISSUE_CODES]
    assert (system["content"], system["count"]) == ("fragment", len(ISSUE_CODES))
