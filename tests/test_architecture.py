"""The house keeps to its plan: imports, docstrings, sizes, and nothing of one machine."""

from __future__ import annotations

import ast
import importlib.metadata
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import fhir.resources.R4B  # noqa: TID251 - that both are importable together is the test
import pytest
from architecture import ROOT, name, pyproject, python_files, source_files, tracked

import coordination
import fhir.bundle

LONG_FILES = {
    "coordination/db/migrations/versions/0001_the_first_tables.py": "a migration is one step",
    "coordination/db/migrations/versions/0006_records.py": "a migration is one step",
    "coordination/db/schema.py": "every table, to be read beside each other",
    "triage/condition.py": "one language: its forms, its reading, and the words of every refusal",
    "triage/proof/symbols.py": "every fact as the solver knows it, by the shape of its word",
    "fhir/views.py": "what is read of each resource, in one vocabulary",
    "fhir/picture/observation.py": "one Observation: each way in which a vital sign may be coded",
    "coordination/api/shapes.py": "what the JSON interface answers, to be read beside each other",
    "coordination/db/embedded.py": "one server: made, started, shared and stopped",
}
"""Source files over 250 lines, and why."""
LONGEST = 250


def imports(path: Path) -> Iterator[str]:
    """Every module that a file names in an import."""
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_our_fhir_and_the_library_are_one_package_to_python() -> None:
    library = Path(sys.modules["fhir.resources.R4B"].__file__ or "")
    assert Path(fhir.bundle.__file__) == ROOT / "fhir" / "bundle.py"
    assert library.name == "__init__.py"
    assert not library.is_relative_to(ROOT / "fhir")
    # Ours comes first; tests/fhir may stand between, since tests are no package.
    assert fhir.__path__[0] == str(ROOT / "fhir")
    assert fhir.__path__[-1] == str(library.parents[2])
    assert coordination.__path__


def test_the_fhir_package_of_the_library_is_still_empty() -> None:
    files = importlib.metadata.files("fhir.resources") or []
    (theirs,) = (one for one in files if one.as_posix() == "fhir/__init__.py")
    statements = ast.parse(theirs.read_text()).body
    assert all(isinstance(one, ast.Expr) for one in statements), "it may only have a docstring"


def test_only_fhir_imports_the_library() -> None:
    guilty = {
        name(path)
        for path in python_files()
        if any(module.startswith("fhir.resources") for module in imports(path))
        and not name(path).startswith(("fhir/", "tests/"))
    }
    assert guilty == set()


def test_the_rules_know_the_standard_library_and_msgspec_only() -> None:
    allowed = sys.stdlib_module_names | {"msgspec", "triage", "capacity"}
    guilty = {
        (name(path), module)
        for path in source_files()
        if name(path).startswith(("triage/", "capacity/"))
        for module in imports(path)
        if module.split(".")[0] not in allowed
    }
    solver = {(file, "z3") for file, _ in guilty if file.startswith("triage/proof/")}
    matching = {
        (file, module)
        for file, module in guilty
        if file.startswith("capacity/allocation/") and module.split(".")[0] in {"numpy", "scipy"}
    }
    assert guilty - solver - matching == set()


def test_capacity_knows_of_triage_the_need_and_its_urgency_only() -> None:
    known = {
        ".".join(module.split(".")[:2])
        for path in source_files()
        if name(path).startswith("capacity/")
        for module in imports(path)
        if module.startswith("triage.")
    }
    assert known == {"triage.need", "triage.urgency"}


def test_every_module_has_its_place_in_the_layers() -> None:
    (layers,) = (
        contract["layers"]
        for contract in pyproject()["tool"]["importlinter"]["contracts"]
        if contract["type"] == "layers"
    )
    placed = {part.strip() for layer in layers for part in re.split(r"[:|]", layer)}
    modules = {
        ".".join(name(path).removesuffix(".py").removesuffix("/__init__").split("/")[:2])
        for path in source_files()
    }
    whole = {"triage", "capacity"}  # one layer each, as they are
    wanted = {one for one in modules if one.split(".")[0] not in whole} | whole
    assert wanted - {"coordination", "fhir"} == placed


@pytest.mark.parametrize("path", python_files(), ids=name)
def test_a_file_says_in_one_sentence_what_it_is(path: Path) -> None:
    docstring = ast.get_docstring(ast.parse(path.read_bytes()))
    assert docstring, "no docstring"
    first = docstring.split("\n\n", 1)[0]
    assert "\n" not in first, "the sentence doesn't fit its line"
    assert first[0] == "`" or not first[0].islower()
    assert first.endswith((".", "!", "?"))


def test_a_long_file_has_a_reason() -> None:
    long = {name(path) for path in source_files() if len(path.read_text().splitlines()) > LONGEST}
    assert long - LONG_FILES.keys() == set(), "split it, or give its reason above"
    assert LONG_FILES.keys() - long == set(), "it is gone, or no longer long"


_HOST = re.compile(
    r"//(?:registry|files|packages|index)\.[\w.]+"
    r"|--(?:extra-)?index-url|--find-links"
)
_MACHINE = re.compile(r"(?<![\w.])/(?:work|root|opt|home|Users)/[\w.]+")
SAYS_SO = {"Makefile", "tests/test_architecture.py"}  # options against naming a host; this file


def test_no_file_names_a_registry_or_a_path_of_one_machine() -> None:
    guilty = set()
    for path in tracked():
        if name(path) in SAYS_SO or name(path).startswith("tests/data/"):
            continue  # real data of others, unchanged
        try:
            text = path.read_text()
        except UnicodeDecodeError:
            continue
        guilty |= {(name(path), found) for found in _HOST.findall(text)}
        guilty |= {(name(path), found) for found in _MACHINE.findall(text)}
    assert guilty == set()


@pytest.mark.parametrize("lock", ["requirements.lock", "assets.lock"])
def test_a_lock_file_pins_everything_to_hashes(lock: str) -> None:
    text = (ROOT / lock).read_text().replace("\\\n", " ")
    entries = [line for line in text.splitlines() if line and not line.lstrip().startswith("#")]
    assert len(entries) >= 2
    for entry in entries:
        assert re.match(r"[a-z0-9._-]+==\S+ .*--hash=sha256:[0-9a-f]{64}", entry), entry[:80]
    assert "://" not in text


@pytest.mark.parametrize("lock", ["package-lock.json", "tests/others/package-lock.json"])
def test_a_lock_of_npm_pins_everything_and_names_no_host(lock: str) -> None:
    text = (ROOT / lock).read_text()
    assert text.count('"integrity": "sha512-') == text.count('    "node_modules/') > 0
    assert "://" not in re.sub(r'"url": "[^"]*"', "", text)  # where one may give to the makers


def test_a_file_of_the_tests_has_a_name_of_its_own() -> None:
    names = [path.name for path in python_files() if name(path).startswith("tests/")]
    twice = {one for one in names if names.count(one) > 1}
    assert twice == set(), "tests are no packages: pytest and mypy know a file by its name alone"
