"""Theorem 7: every rule does something, and no picture falls between the rules."""

from __future__ import annotations

from proof_protocol import PROTOCOL, describe

from triage.proof.checks import gaps, shadowed, unreachable


def test_7_every_rule_is_reachable() -> None:
    assert unreachable(PROTOCOL) == []


def test_7_every_rule_that_names_a_kind_chooses_it_somewhere() -> None:
    assert shadowed(PROTOCOL) == []


def test_7_there_is_no_gap_without_any_default_rule() -> None:
    found = gaps(PROTOCOL)
    assert found is None, describe(found)
