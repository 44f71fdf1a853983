"""Settings come from the environment, and what is not known is refused by name."""

from __future__ import annotations

from pathlib import Path

import pytest

from coordination.settings import Settings, SettingsError, read


def test_without_any_the_defaults_hold() -> None:
    assert read({"PATH": "/bin", "NAOBERS": "x"}) == Settings()


def test_values_are_read_by_their_type() -> None:
    settings = read({"NAOBER_PORT": "9000", "NAOBER_DATA": "x", "NAOBER_HOLD_MINUTES": "5"})
    assert (settings.port, settings.hold_minutes) == (9000, 5)
    assert settings.folder == Path("x").resolve()
    assert settings.keys_file == Path("x").resolve() / "keys.json"


def test_an_unknown_name_is_refused_and_the_known_ones_are_listed() -> None:
    with pytest.raises(SettingsError, match=r"NAOBER_PROT.*NAOBER_PORT"):
        read({"NAOBER_PROT": "9000"})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("NAOBER_PORT", "x"),
        ("NAOBER_PORT", "0"),
        ("NAOBER_PORT", "65536"),
        ("NAOBER_POOL", "-1"),
        ("NAOBER_LOG_LEVEL", "loud"),
        ("NAOBER_HOLD_MINUTES", "1.5"),
        ("NAOBER_BODY_LIMIT", "1"),
    ],
)
def test_a_value_that_does_not_fit_is_refused_by_name(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name):
        read({name: value})


def test_every_setting_says_what_it_is() -> None:
    import msgspec  # noqa: PLC0415 - only here

    schema = msgspec.json.schema(Settings)["$defs"]["Settings"]["properties"]
    assert all(one.get("description") for one in schema.values())
