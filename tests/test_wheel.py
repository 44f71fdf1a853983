"""What people install is whole: the wheel, alone in a fresh environment."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from architecture import ROOT, name, tracked

SERVED = {".toml", ".csv", ".mako", ".html", ".css", ".js", ".svg", ".mo"}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from a copy: the checkout stays as it is."""
    source = tmp_path_factory.mktemp("source")
    for path in tracked():
        if not name(path).startswith("tests/"):
            (source / name(path)).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, source / name(path))
    vendor = ROOT / "coordination" / "web" / "static" / "vendor"
    if vendor.is_dir():
        shutil.copytree(vendor, source / vendor.relative_to(ROOT))
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel"],
        cwd=source,
        check=True,
        capture_output=True,
    )
    (built,) = (source / "dist").glob("*.whl")
    return built


def test_the_wheel_leaves_the_shared_package_to_the_library(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert "fhir/bundle.py" in names
    assert "fhir/__init__.py" not in names


def test_the_wheel_has_every_file_that_the_service_reads(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    wanted = {
        name(path)
        for path in tracked()
        if name(path).split("/")[0] in {"coordination", "triage", "fhir", "capacity"}
        and (path.suffix == ".py" or path.suffix in SERVED)
    } - {"fhir/__init__.py"}
    assert wanted - names == set()
    assert any(one.startswith("triage/protocols/") for one in wanted)
    assert any(one.startswith("capacity/data/") for one in wanted)
    assert any(one.startswith("coordination/db/migrations/versions/") for one in wanted)
    if (ROOT / "coordination" / "web" / "static" / "vendor").is_dir():
        assert "coordination/web/static/vendor/htmx.js" in names


def test_the_wheel_carries_its_licence_and_nothing_of_the_tests(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert any(one.endswith("/licenses/LICENSE") for one in names)
    assert {one.split("/")[0] for one in names if ".dist-info/" not in one} == {
        "coordination",
        "triage",
        "fhir",
        "capacity",
    }


@pytest.mark.long
def test_an_installed_wheel_runs_without_the_checkout(wheel: Path, tmp_path: Path) -> None:
    home = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", str(home)], check=True)
    python = home / "bin" / "python"
    pip = [str(python), "-m", "pip", "install", "-qq", "--disable-pip-version-check"]
    subprocess.run([*pip, "--require-hashes", "-r", str(ROOT / "requirements.lock")], check=True)
    subprocess.run([*pip, "--no-deps", str(wheel)], check=True)
    helped = subprocess.run(
        [str(home / "bin" / "naober"), "--help"],
        cwd=tmp_path,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    assert "serve" in helped
    code = (
        "import coordination, fhir.bundle, fhir.resources.R4B, fhir.validation, triage.protocol;"
        "fhir.validation.warm(); print(triage.protocol.load().name.version, fhir.bundle.__file__)"
    )
    said = subprocess.run(
        [str(python), "-c", code], cwd=tmp_path, check=True, capture_output=True, text=True
    ).stdout
    assert str(home) in said
    advised = subprocess.run(
        [str(home / "bin" / "naober"), "triage", str(ROOT / "tests/scenarios/elv-low.json")],
        cwd=tmp_path,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    assert advised.startswith("U4  elv-low")
