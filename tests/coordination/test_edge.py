"""A refusal is told once at the edge: by its sentence, and by each element that it is about."""

from __future__ import annotations

from typing import Any

import msgspec

from coordination import edge
from coordination.errors import Fault, Refused, Wrong


def told(*faults: Fault) -> list[dict[str, Any]]:
    refusal = Refused(Wrong.NOT_FOUND, "There is no such Patient.", faults=faults)
    issues: list[dict[str, Any]] = msgspec.json.decode(edge.outcome(refusal, "en"))["issue"]
    return issues


def test_a_sentence_that_is_that_of_an_element_is_not_said_twice() -> None:
    (issue,) = told(Fault("Bundle.entry[0]", "There is no such Patient."))
    assert issue["expression"] == ["Bundle.entry[0]"]
    assert issue["diagnostics"] == "There is no such Patient."


def test_what_an_element_adds_comes_behind_the_sentence_of_the_whole() -> None:
    whole, issue = told(Fault("_count", "needs a whole number"))
    assert (whole["diagnostics"], "expression" in whole) == ("There is no such Patient.", False)
    assert (issue["diagnostics"], issue["expression"]) == ("needs a whole number", ["_count"])
    assert len(told()) == 1
