"""Keys are made once, sealed bodies open with their own id only, identities are hashed."""

from __future__ import annotations

import stat
import subprocess
import sys
from pathlib import Path
from uuid import UUID

import msgspec
import pytest

from coordination.auth.keys import Keys, load
from coordination.auth.vault import NONCE, Vault

ONE, OTHER = UUID(int=1), UUID(int=2)


def test_keys_are_made_once_and_are_the_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "keys.json"
    keys = load(path)
    assert load(path) == keys
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len({keys.token, keys.sealing, keys.lookup}) == 3
    assert [one.name for one in path.parent.iterdir()] == ["keys.json"]


@pytest.mark.parametrize(
    "content", ["", "{}", "[]", '{"token":"x","sealing":"y","lookup":"z"}',
                '{"token":"00","sealing":"00","lookup":"00"}', '{"token":1}']
)  # fmt: skip
def test_a_file_that_can_not_be_used_is_refused_and_left_alone(
    tmp_path: Path, content: str
) -> None:
    path = tmp_path / "keys.json"
    path.write_text(content)
    with pytest.raises(ValueError, match=r"keys\.json can't be used"):
        load(path)
    assert path.read_text() == content


def test_processes_that_start_together_get_the_same_keys(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    code = f"from pathlib import Path; from coordination.auth.keys import load; print(load(Path({str(path)!r})).token)"  # noqa: E501
    started = [
        subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    assert {one.communicate()[0] for one in started} == {load(path).token + "\n"}


def test_a_sealed_body_opens_with_its_own_id_and_key_only(keys: Keys) -> None:
    vault, body = Vault(keys), b'{"resourceType":"Patient"}'
    sealed = vault.seal(ONE, body)
    assert body not in sealed
    assert vault.open(ONE, sealed) == body
    changed = bytearray(sealed)
    changed[-1] ^= 1
    others = msgspec.structs.replace(keys, sealing="ab" * 32)
    for reader, identity, what in (
        (vault, OTHER, sealed),
        (vault, ONE, bytes(changed)),
        (vault, ONE, sealed[: NONCE + 3]),
        (vault, ONE, b""),
        (Vault(others), ONE, sealed),
    ):
        with pytest.raises(ValueError, match="can't be opened"):
            reader.open(identity, what)


def test_the_same_body_is_sealed_differently_each_time(keys: Keys) -> None:
    vault = Vault(keys)
    assert len({vault.seal(ONE, b"x") for _ in range(100)}) == 100


def test_an_identity_is_recognised_by_the_same_key_only(keys: Keys) -> None:
    vault = Vault(keys)
    assert vault.recognise("bsn", "999900018") == vault.recognise("bsn", "999900018")
    others = msgspec.structs.replace(keys, lookup="ab" * 32)
    seen = {
        vault.recognise("bsn", "999900018"),
        vault.recognise("bsn", "999900030"),
        vault.recognise("own", "999900018"),
        vault.recognise("bs", "n999900018"),
        Vault(others).recognise("bsn", "999900018"),
    }
    assert len(seen) == 5
    assert all(len(one) == 32 and b"9999" not in one for one in seen)
