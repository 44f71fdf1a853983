"""Every type of issue has words in both languages, and one is told in the language one reads."""

from __future__ import annotations

from typing import get_args

import pytest

from fhir.outcome import Issue, IssueType, operation_outcome
from fhir.outcome_words import WORDS, language_of


def test_every_type_of_issue_has_its_own_words_in_dutch_and_english() -> None:
    assert set(WORDS) == set(get_args(IssueType))
    for told in zip(*WORDS.values(), strict=True):
        assert len(set(told)) == len(WORDS)


@pytest.mark.parametrize(
    ("accept", "language"),
    [
        (None, "nl"),
        ("", "nl"),
        ("nl-NL,nl;q=0.9,en;q=0.8", "nl"),
        ("en-GB,en;q=0.9", "en"),
        ("de, en;q=0.7, nl;q=0.3", "en"),
        ("nl;q=0, en", "en"),
        ("fr", "nl"),
        ("*", "nl"),
        ("en;q=x", "nl"),
        (",;q=,=;", "nl"),
    ],
)
def test_the_language_that_is_liked_best_is_spoken(accept: str | None, language: str) -> None:
    assert language_of(accept) == language


def test_an_outcome_says_what_sort_of_thing_is_wrong_in_that_language() -> None:
    issue = Issue(code="required", details="x", diagnostics="Patient.name is missing.")
    told = [operation_outcome([issue], one)["issue"][0] for one in ("nl", "en")]
    assert [one["details"]["text"] for one in told] == [
        "Hier ontbreekt iets.",
        "Something is missing.",
    ]
    assert {one["diagnostics"] for one in told} == {"Patient.name is missing."}
