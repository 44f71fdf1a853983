"""Every action that the log may have is published with its words, in two languages."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from conftest import ROOT

from coordination.permissions import Action
from fhir.audit_codes import ACTION, ACTIONS
from fhir.profiles.sets import code_systems

IN_SQL = re.compile(r"'([a-z][a-z-]*)', 'done'|who\(actor\), \"([a-z][a-z-]*)\"")
NAMED = {"REPLAY": "replay-advice"}
"""Constants under which an action is recorded."""


def recorded() -> Iterator[str]:
    """The actions that stand in the source."""
    for path in (ROOT / "coordination").rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        for found in IN_SQL.finditer(text):
            yield found[1] or found[2]
        calls = (node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call))
        for node in calls:
            if getattr(node.func, "attr", "") == "record" and len(node.args) > 2:
                action = node.args[2]
                if isinstance(action, ast.Constant):
                    yield str(action.value)
                elif isinstance(action, ast.Attribute) and action.attr in Action.__members__:
                    yield Action[action.attr].value
                elif isinstance(action, ast.Name):
                    yield NAMED.get(action.id, "add")


def test_every_action_that_is_recorded_has_words() -> None:
    found = set(recorded())
    assert {"refer", "abort", "add-contact", "read-events", "read-referral"} <= found
    assert found - set(ACTIONS) == set()
    reads = {one.value for one in Action if one.value.startswith("read-")} - {"read-metrics"}
    assert reads <= set(ACTIONS)
    for nl, en in ACTIONS.values():
        assert nl
        assert en


def test_they_are_published() -> None:
    (system,) = (one for one in code_systems() if one["url"] == ACTION)
    assert [one["code"] for one in system["concept"]] == [*ACTIONS]
    assert system["content"] == "complete"
