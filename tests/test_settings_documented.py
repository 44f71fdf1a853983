"""The README's table of settings is the settings: every one, its default, and no other."""

from __future__ import annotations

import re
from typing import Any, get_type_hints

import msgspec
from architecture import ROOT, name, tracked

from coordination.settings import PREFIX, Settings

ROW = re.compile(rf"^\| `({PREFIX}[A-Z_]+)` \| (.*?) \| (.*?) \|$", re.MULTILINE)


def documented() -> dict[str, tuple[str, str]]:
    rows = ROW.findall((ROOT / "README.md").read_text())
    assert len({row[0] for row in rows}) == len(rows), "a setting stands there twice"
    return {setting: (default, meaning) for setting, default, meaning in rows}


def meaning_of(field: str) -> str:
    hints: dict[str, Any] = get_type_hints(Settings, include_extras=True)
    (meta,) = (one for one in hints[field].__metadata__ if isinstance(one, msgspec.Meta))
    return str(meta.description).removesuffix(".")


def test_every_setting_stands_in_the_readme_with_its_default_and_meaning() -> None:
    wanted = {
        PREFIX + field.name.upper(): (
            "(none)" if field.default == "" else f"`{field.default}`",
            meaning_of(field.name),
        )
        for field in msgspec.structs.fields(Settings)
    }
    assert documented() == wanted


def test_no_document_names_a_setting_that_does_not_exist() -> None:
    known = {PREFIX + field.upper() for field in Settings.__struct_fields__}
    named = {
        (name(path), found)
        for path in tracked()
        if path.suffix == ".md" or path.name == "Makefile" or name(path).startswith(".ci/")
        for found in re.findall(rf"\b{PREFIX}[A-Z][A-Z_]*\b", path.read_text())
    }
    assert {one for one in named if one[1] not in known} == set()
