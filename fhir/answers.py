"""The published Questionnaire, answered: from a QuestionnaireResponse to facts.

An item without an answer is unknown. An answer of the wrong type, of an unknown code or outside
its range is unknown too, and a note names the item. Link ids that we don't know are somebody
else's and are passed over.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Any, Final

from fhir.clock import Clock, moment
from fhir.codes import UCUM, own_system
from fhir.facts import FACT, VITALS, Fact, Found
from fhir.observation import Reading
from fhir.views import Answer, Coding, Item, QuestionnaireResponse
from triage.picture import FIELD_OF_LINK, RED_FLAGS, Origin

NO_RED_FLAGS: Final = "red-flags-none"
"""Link id: true says that every flag was asked and that none, but those answered, is present."""

_IGNORED = {
    "entered-in-error": "is als fout gemarkeerd",
    "stopped": "is afgebroken",
}
_FACT_OF_LINK = {link: FACT[field] for link, field in FIELD_OF_LINK.items()}
_SEXES = frozenset({"female", "male", "other"})


class _WrongError(Exception):
    """An answer that isn't one; the text says why, in Dutch."""


def read_answers(
    response: QuestionnaireResponse, source: str, clock: Clock, found: Found
) -> list[Reading]:
    """Add the facts of one filled-in form to ``found``.

    Args:
        response: the form.
        source: where it stands, such as ``QuestionnaireResponse/…``.
        clock: of the referral.
        found: what is known so far; the caller keeps one for each form.

    Returns:
        Vital signs that were answered in the form, to be weighed with the measured ones.
    """
    if why := _IGNORED.get(response.status or ""):
        found.note("", f"Het formulier {why} en telt niet mee.", source)
        return []
    if response.status == "in-progress":
        found.note("", "Het formulier is nog niet af; de antwoorden tot nu toe tellen mee.", source)
    given: dict[str, tuple[Answer, ...]] = {}
    _flatten(response.item, given)
    at = moment(response.authored)
    if at is None or clock.future(at):
        at = clock.authored
    for link, answers in given.items():
        fact = _FACT_OF_LINK.get(link)
        if fact is None or not answers:
            continue
        said = answers[0].value_boolean
        if said is not None and fact.holds is bool and len(answers) == 1:
            found.values[fact.field] = said  # what most answers are
        else:
            _add(fact, answers, source, found)
    _deny_flags(given.get(NO_RED_FLAGS, ()), source, found)
    role = found.values.get("urgency_role")
    origin = Origin(source=source, observed=clock.shifted(at), by=role)
    found.origins |= dict.fromkeys(found.values, origin)
    return _vitals(found, moment(response.authored), source, role)


def _vitals(found: Found, at: datetime | None, source: str, role: str | None) -> list[Reading]:
    """Take the vital signs out: they count by their age, and the newest of all sources does."""
    readings = []
    for field in VITALS:
        value = found.values.pop(field, None)
        if value is not None:
            del found.origins[field]
            readings.append(Reading(field=field, value=value, at=at, source=source, by=role))
    return readings


def _flatten(items: Iterable[Item], given: dict[str, tuple[Answer, ...]]) -> None:
    """Collect the answers by link id, however deep the form is nested."""
    for item in items:
        link, answers = item.link_id, item.answer
        if link is not None:
            given[link] = given[link] + answers if link in given else answers
        if item.item:
            _flatten(item.item, given)
        for answer in answers:
            if answer.item:
                _flatten(answer.item, given)


def _add(fact: Fact, answers: Sequence[Answer], source: str, found: Found) -> None:
    values = []
    for answer in answers:
        try:
            values.append(_value(fact, answer))
        except _WrongError as wrong:
            found.note(fact.field, f"Antwoord op “{fact.link}” telt niet mee: {wrong}", source)
            if not fact.many:
                return
    values = [value for value in values if value is not None]
    if not values:
        return
    if fact.many:
        found.values[fact.field] = frozenset(values)
    elif values.count(values[0]) == len(values):
        found.values[fact.field] = values[0]
    elif fact.field in RED_FLAGS:
        found.values[fact.field] = True
        found.note(fact.field, "Tegenstrijdige antwoorden: de rode vlag telt.", source)
    else:
        found.note(fact.field, "Tegenstrijdige antwoorden: niet bekend.", source)


def _value(fact: Fact, answer: Answer) -> Any:
    """The value of an answer; None where there is none (an extension may say why)."""
    if fact.holds is bool and answer.value_boolean is not None:
        return answer.value_boolean
    if fact.codes is not None and answer.value_coding is not None:
        return _code(fact.codes, answer.value_coding)
    if not _answered(answer):
        return None
    if fact.holds is bool:
        raise _WrongError("verwacht ja of nee (valueBoolean).")
    if fact.codes is not None:
        raise _WrongError("verwacht een code (valueCoding).")
    if fact.holds is str:
        code = answer.value_coding.code if answer.value_coding else None
        if code not in _SEXES:
            raise _WrongError("verwacht female, male of other (valueCoding).")
        return code
    return _number(fact, answer)


def _answered(answer: Answer) -> bool:
    return any(
        getattr(answer, name) is not None for name in Answer.__struct_fields__ if name != "item"
    )


def _code(codes: type[StrEnum], coding: Coding) -> StrEnum:
    if coding.system is not None and coding.system != own_system(codes):
        raise _WrongError(f"verwacht een code van {own_system(codes)} (valueCoding).")
    if (code := _members(codes).get(coding.code or "")) is None:
        raise _WrongError(f"onbekende code; bekend zijn {', '.join(codes)}.")
    return code


@cache
def _members(codes: type[StrEnum]) -> dict[str, StrEnum]:
    """The closed set by its codes: found three times as fast as by a call of the type."""
    return {code.value: code for code in codes}


def _number(fact: Fact, answer: Answer) -> float:
    quantity = answer.value_quantity
    if quantity is not None:
        if quantity.comparator:
            raise _WrongError("“meer dan” of “minder dan” is geen vaste waarde.")
        if quantity.system not in {None, UCUM} or quantity.code != fact.unit:
            raise _WrongError(f"verwacht de eenheid {fact.unit} (UCUM).")
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
        raise _WrongError("verwacht een getal.")
    if not fact.plausible(number):
        raise _WrongError(f"verwacht {fact.low:g} tot {fact.high:g}.")
    if fact.holds is int:
        if number != int(number):
            raise _WrongError("verwacht een heel getal.")
        return int(number)
    return float(number)


def _deny_flags(answers: Sequence[Answer], source: str, found: Found) -> None:
    said = {answer.value_boolean for answer in answers}
    if True not in said:
        return
    if False in said:
        text = "Tegenstrijdig of alle rode vlaggen zijn gevraagd: wat niet apart is beantwoord is"
        found.note("", f"{text} niet bekend.", source)
        return
    present = [field for field in RED_FLAGS if found.values.get(field)]
    for field in present:
        text = "“Geen rode vlaggen” is ingevuld, maar deze vlag staat aan: de vlag telt."
        found.note(field, text, source)
    unusable = {note.fact for note in found.notes}
    for field in RED_FLAGS:
        # A flag whose own answer can't be read stays unknown: someone wanted to say something.
        if FACT[field].link not in unusable:
            found.values.setdefault(field, False)
