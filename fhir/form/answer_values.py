"""One answer to one question: its value, or why it isn't one."""

from __future__ import annotations

from enum import StrEnum
from functools import cache
from typing import Any

from fhir.codes import UCUM, own_system
from fhir.picture.facts import Fact
from fhir.views import Answer, Coding
from triage.span import Span

_SEXES = frozenset({"female", "male", "other"})


class NoAnswerError(Exception):
    """An answer that isn't one; the text says why, in Dutch."""


def value_of(fact: Fact, answer: Answer) -> Any:
    """The value of an answer; None where there is none (an extension may say why).

    Raises:
        NoAnswerError: of another type, an unknown code, or out of range.
    """
    if fact.holds is bool and answer.value_boolean is not None:
        return answer.value_boolean
    if fact.codes is not None and answer.value_coding is not None:
        return _code(fact.codes, answer.value_coding)
    if not _answered(answer):
        return None
    if fact.holds is bool:
        raise NoAnswerError("verwacht ja of nee (valueBoolean).")
    if fact.codes is not None:
        raise NoAnswerError("verwacht een code (valueCoding).")
    if fact.holds is str:
        code = answer.value_coding.code if answer.value_coding else None
        if code not in _SEXES:
            raise NoAnswerError("verwacht female, male of other (valueCoding).")
        return code
    return _number(fact, answer)


def _answered(answer: Answer) -> bool:
    return any(
        getattr(answer, name) is not None for name in Answer.__struct_fields__ if name != "item"
    )


def _code(codes: type[StrEnum], coding: Coding) -> StrEnum:
    if coding.system is not None and coding.system != own_system(codes):
        raise NoAnswerError(f"verwacht een code van {own_system(codes)} (valueCoding).")
    if (code := _members(codes).get(coding.code or "")) is None:
        raise NoAnswerError(f"onbekende code; bekend zijn {', '.join(codes)}.")
    return code


@cache
def _members(codes: type[StrEnum]) -> dict[str, StrEnum]:
    """The closed set by its codes: found three times as fast as by a call of the type."""
    return {code.value: code for code in codes}


def _number(fact: Fact, answer: Answer) -> float | Span:
    quantity = answer.value_quantity
    if quantity is not None:
        if quantity.comparator:
            raise NoAnswerError("“meer dan” of “minder dan” is geen vaste waarde.")
        if quantity.system not in {None, UCUM} or quantity.code != fact.unit:
            raise NoAnswerError(f"verwacht de eenheid {fact.unit} (UCUM).")
    number = next(
        (
            number
            for number in (
                answer.value_decimal,
                answer.value_integer,
                quantity.value if quantity else None,
            )
            if number is not None
        ),
        None,
    )
    if number is None:
        raise NoAnswerError("verwacht een getal.")
    if not fact.plausible(number):
        raise NoAnswerError(f"verwacht {fact.low:g} tot {fact.high:g}.")
    if fact.holds is not float:
        if number != int(number):
            raise NoAnswerError("verwacht een heel getal.")
        return Span(low=int(number), high=int(number)) if fact.holds is Span else int(number)
    return float(number)
