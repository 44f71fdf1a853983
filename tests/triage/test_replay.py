"""Replaying: the same bytes, and every way in which an advice can fail to come out the same."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
import pytest

from triage.decide import decide
from triage.picture import Picture
from triage.protocol import Protocol
from triage.replay import Kept, Verdict, replay
from triage.versions import named

AT = datetime(2026, 11, 21, 12, 0, 0, 123456, tzinfo=UTC)
VERSION = "2026-11"


def kept(protocol: Protocol, **changes: object) -> Kept:
    facts = Picture(age=82, red_flag_abdomen=True)
    made = Kept(
        version=VERSION,
        fingerprint=protocol.name.fingerprint,
        made_at=AT,
        picture=msgspec.json.encode(facts),
        body=msgspec.json.encode(decide(protocol, facts, AT)),
    )
    return msgspec.structs.replace(made, **changes)


def signed(protocol: Protocol, *, by_clinicians: bool) -> Protocol:
    name = msgspec.structs.replace(protocol.name, signed_off=by_clinicians)
    return msgspec.structs.replace(protocol, name=name)


def test_an_advice_comes_out_the_same_to_the_byte() -> None:
    assert replay(kept(named(VERSION)), named) is Verdict.SAME


def test_a_protocol_that_was_signed_since_replays_an_advice_as_unsigned_and_the_reverse() -> None:
    draft, final = (signed(named(VERSION), by_clinicians=yes) for yes in (False, True))
    assert replay(kept(draft), lambda _: final) is Verdict.SAME
    assert replay(kept(final), lambda _: draft) is Verdict.SAME


def test_another_fact_another_moment_or_another_word_is_seen() -> None:
    protocol = named(VERSION)
    one = kept(protocol)
    other_fact = msgspec.json.encode(Picture(age=82))
    assert replay(kept(protocol, picture=other_fact), named) is Verdict.DIFFERENT
    later = AT.replace(minute=1)
    assert replay(kept(protocol, made_at=later), named) is Verdict.DIFFERENT
    reworded = one.body.replace(b'"kind":"seh"', b'"kind":"hap"', 1)
    assert reworded != one.body
    assert replay(kept(protocol, body=reworded), named) is Verdict.DIFFERENT


def test_other_tables_under_the_same_name_are_told_apart_from_another_advice() -> None:
    tables = kept(named(VERSION), fingerprint="0" * 64)
    assert replay(tables, named) is Verdict.TABLES_CHANGED


def test_a_version_that_is_gone_is_told() -> None:
    assert replay(kept(named(VERSION), version="2020-01"), named) is Verdict.NO_VERSION


@pytest.mark.parametrize(
    "changes",
    [
        {"picture": b"{"},
        {"picture": b'{"age":"old"}'},
        {"picture": b'{"age":400}'},
        {"body": b"[]"},
        {"body": b"\xff"},
        {"body": b"{}"},
    ],
)
def test_what_cannot_be_read_is_told_and_stops_nothing(changes: dict[str, bytes]) -> None:
    assert replay(kept(named(VERSION), **changes), named) is Verdict.UNREADABLE
