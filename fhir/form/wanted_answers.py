"""The form's answers about what is wanted: each as a value, or left out with a note."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from fhir.form.wanted_items import (
    BCP47,
    CARER,
    LANGUAGE,
    LEVEL,
    NEAR,
    PREFERRED,
    QUESTIONS,
    VISITS,
    WISHES,
    Answered,
    Question,
)
from fhir.person import pc4_of
from fhir.picture.facts import Found
from fhir.views import Answer
from triage.picture import Note
from triage.wanted import DUTCH, Wanted

Answers = Mapping[str, tuple[tuple[Answer, ...], str]]
"""Answers by link id, each with where it stands."""

_DUTCH: Final = frozenset({"nl", "nld", "dut"})
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8})*")
_NO_LANGUAGE: Final = frozenset({"und", "mul", "mis", "zxx"})
_FIELDS: Final = {
    NEAR: "near_pc4",
    PREFERRED: "preferred",
    CARER: "carer",
    LEVEL: "level",
    LANGUAGE: "language",
}


class _NoAnswerError(Exception):
    """An answer that isn't one; the text says why, in Dutch."""


def answered(answers: Answers, found: Found) -> Wanted:
    """What forms ask, by their answers; ``found`` gets a note for what is none."""
    said: dict[str, Any] = {"visits": {}, "wishes": {}}
    for link, (given, source) in answers.items():
        try:
            value = _value(QUESTIONS[link], given)
        except _NoAnswerError as wrong:
            text = f"Antwoord op “{link}” telt niet mee: {wrong}"
            found.notes.append(Note(fact=link, text=text, source=source))
            continue
        if value is None:
            continue
        if link in VISITS:
            said["visits"][VISITS[link]] = value
        elif link in WISHES:
            said["wishes"][WISHES[link]] = value
        else:
            said[_FIELDS[link]] = value
    return Wanted(**said)


def language_of(code: str) -> str | None:
    """The primary language of a BCP 47 code, ``nl`` for Dutch; None where it names none.

    A region says nothing about being understood, and is left out.
    """
    if not _LANGUAGE.fullmatch(code):
        return None
    primary = code.partition("-")[0].lower()
    if primary in _NO_LANGUAGE:
        return None
    return DUTCH if primary in _DUTCH else primary


def _value(question: Question, answers: Sequence[Answer]) -> Any:
    """The value on which all answers agree, or None where an extension says why there is none."""
    read = _postcode if question.link == NEAR else _READ[question.type]
    values = [read(question, answer) for answer in answers if answer != Answer(item=answer.item)]
    if any(value != values[0] for value in values):
        raise _NoAnswerError("er zijn tegenstrijdige antwoorden.")
    return values[0] if values else None


def _boolean(_: Question, answer: Answer) -> bool:
    if answer.value_boolean is None:
        raise _NoAnswerError("verwacht ja of nee (valueBoolean).")
    return answer.value_boolean


def _integer(question: Question, answer: Answer) -> int:
    number = answer.value_integer
    if number is None or not question.low <= number <= question.high:
        raise _NoAnswerError(f"verwacht {question.low} tot {question.high} (valueInteger).")
    return number


def _language(_: Question, answer: Answer) -> str:
    said = answer.value_coding
    code = language_of(said.code or "") if said and said.system in {None, BCP47} else None
    if code is None:
        raise _NoAnswerError(f"verwacht een taal van {BCP47} (valueCoding).")
    return code


def _string(_: Question, answer: Answer) -> str:
    if answer.value_string is None:
        raise _NoAnswerError("verwacht een tekst (valueString).")
    return answer.value_string.strip()


def _postcode(_: Question, answer: Answer) -> str:
    if (code := pc4_of(answer.value_string or "")) is None:
        raise _NoAnswerError("verwacht de vier cijfers van een postcode (valueString).")
    return code


_READ: Mapping[Answered, Callable[[Question, Answer], Any]] = {
    Answered.BOOLEAN: _boolean,
    Answered.INTEGER: _integer,
    Answered.CHOICE: _language,
    Answered.STRING: _string,
}
