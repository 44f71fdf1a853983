"""The published Questionnaire, answered: from a QuestionnaireResponse to facts.

An item without an answer is unknown. An answer of the wrong type, of an unknown code or outside
its range is unknown too, and a note names the item. Link ids that we don't know are somebody
else's and are passed over.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final

from fhir.clock import Clock, moment
from fhir.form.answer_values import NoAnswerError, value_of
from fhir.form.instrument_items import ITEM_OF_LINK, given_items
from fhir.form.wanted_items import QUESTIONS
from fhir.picture.facts import FACT, TOTALS, VITALS, WARNINGS, Fact, Found
from fhir.picture.instruments import combined
from fhir.picture.lasting import LASTING, too_old
from fhir.picture.observation import Reading
from fhir.views import Answer, Item, QuestionnaireResponse, View
from triage.picture import FIELD_OF_LINK, RED_FLAGS, Origin
from triage.scores.instruments import INSTRUMENTS

NO_RED_FLAGS: Final = "red-flags-none"
"""Link id: true says that every flag was asked and that none, but those answered, is present."""

_IGNORED = {
    "entered-in-error": "is als fout gemarkeerd",
    "stopped": "is afgebroken",
}
_MODIFIED = "heeft een modifierExtension die wij niet kennen"
_FACT_OF_LINK = {link: FACT[field] for link, field in FIELD_OF_LINK.items()}
_CONFIRMED: Final = "no_hospital_confirmed"
_UNREADABLE = Answer(value_attachment=View())
"""What stands for an answer whose meaning an extension changes in a way that we don't know; no
question is answered by an attachment."""


def read_answers(
    response: QuestionnaireResponse,
    source: str,
    clock: Clock,
    found: Found,
    author: Callable[[], str | None] = lambda: None,
) -> list[Reading]:
    """Add the facts of one filled-in form to ``found``.

    Args:
        response: the form.
        source: where it stands, such as ``QuestionnaireResponse/…``.
        clock: of the referral.
        found: what is known so far; the caller keeps one for each form.
        author: the role of who filled it in, for when the form doesn't say who stands behind it.

    Returns:
        Vital signs and scores that were answered in the form, to be weighed with measured ones.
    """
    why = _MODIFIED if response.modifier_extension else _IGNORED.get(response.status or "")
    if why:
        found.note("", f"Het formulier {why} en telt niet mee.", source)
        return []
    if response.status == "in-progress":
        found.note("", "Het formulier is nog niet af; de antwoorden tot nu toe tellen mee.", source)
    given: dict[str, tuple[Answer, ...]] = {}
    _flatten(response.item, given)
    at = moment(response.authored)
    if at is None or clock.future(at):
        at = clock.authored
    items: dict[str, tuple[Answer, ...]] = {}
    for link, answers in given.items():
        fact = _FACT_OF_LINK.get(link)
        if fact is None or not answers:
            if answers and link in ITEM_OF_LINK:
                items[link] = answers
            continue
        said = answers[0].value_boolean
        if said is not None and fact.holds is bool and len(answers) == 1:
            found.values[fact.field] = said  # what most answers are
        else:
            _add(fact, answers, source, found)
    _deny_flags(given.get(NO_RED_FLAGS, ()), source, found)
    found.wanted = {
        link: (given[link], source) for link in QUESTIONS.keys() & given.keys() if given[link]
    }
    if not clock.within(at, LASTING[_CONFIRMED]) and found.values.pop(_CONFIRMED, None) is not None:
        found.note(_CONFIRMED, too_old(_CONFIRMED), source)
    role = found.values.get("urgency_role") or author()
    measured = [
        Reading(field=field, value=value, at=seen, source=source, by=role)
        for fields, seen in ((VITALS, moment(response.authored)), (TOTALS, at))
        for field in fields
        if (value := found.values.pop(field, None)) is not None
    ]
    if items:
        measured = _with_items(measured, items, at, source, role, found)
    origin = Origin(source=source, observed=clock.shifted(at), by=role)
    found.origins |= dict.fromkeys(found.values, origin)
    return measured


def _with_items(
    measured: list[Reading],
    items: Mapping[str, tuple[Answer, ...]],
    at: datetime,
    source: str,
    role: str | None,
    found: Found,
) -> list[Reading]:
    """The totals with what their items say; the items of the DOS are one shift of it."""
    by_field = {reading.field: reading for reading in measured}
    for field, given in given_items(items, source, found).items():
        told = by_field.get(field)
        if field == "dos":
            whole = None
        else:
            whole = told.value if told else None
            by_field.pop(field, None)
        span, remark = combined(INSTRUMENTS[field], given, whole)
        by_field[field + ".items"] = Reading(
            field=field,
            value=span,
            at=at,
            source=source,
            remark=remark,
            by=role,
            shift=field == "dos",
        )
    return list(by_field.values())


def _flatten(
    items: Iterable[Item], given: dict[str, tuple[Answer, ...]], *, changed: bool = False
) -> None:
    """Collect the answers by link id, however deep the form is nested.

    A modifierExtension, also one of the group around it, leaves an answer unreadable.
    """
    for item in items:
        link, answers = item.link_id, item.answer
        unreadable = changed or bool(item.modifier_extension)
        if unreadable and answers:
            answers = (_UNREADABLE,)
        if link is not None:
            given[link] = given[link] + answers if link in given else answers
        if item.item:
            _flatten(item.item, given, changed=unreadable)
        for answer in item.answer:
            if answer.item:
                _flatten(answer.item, given, changed=unreadable)


def _add(fact: Fact, answers: Sequence[Answer], source: str, found: Found) -> None:
    values = []
    for answer in answers:
        try:
            values.append(value_of(fact, answer))
        except NoAnswerError as wrong:
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
    elif fact.field in WARNINGS:
        found.values[fact.field] = True
        found.note(fact.field, "Tegenstrijdige antwoorden: het alarmsignaal telt.", source)
    else:
        found.note(fact.field, "Tegenstrijdige antwoorden: niet bekend.", source)


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
