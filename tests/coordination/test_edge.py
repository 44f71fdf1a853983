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


def test_what_an_element_adds_is_told_together_with_the_sentence_of_the_whole() -> None:
    (issue,) = told(Fault("_count", "needs a whole number"))
    assert issue["diagnostics"] == "_count: needs a whole number. There is no such Patient."
    assert issue["expression"] == ["_count"]
    (issue,) = told()
    assert (issue["diagnostics"], "expression" in issue) == ("There is no such Patient.", False)


def test_of_several_faults_each_is_told_behind_the_sentence_of_the_whole() -> None:
    whole, *each = told(Fault("a", "is one"), Fault("b", "is two"))
    assert (whole["diagnostics"], "expression" in whole) == ("There is no such Patient.", False)
    assert [one["expression"] for one in each] == [["a"], ["b"]]
