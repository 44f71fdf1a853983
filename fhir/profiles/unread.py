"""What is sent and of which nothing is read or done, told to who tries it before sending it.

A number under a system that is not known, a postcode that is none, a value under another code:
right as FHIR, and still lost. None of it is a fault; whoever sends it may think that it counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import Final

from fhir.bundle import Entry
from fhir.codes import BSN, BSN_SYSTEMS, GLASGOW, OXYGEN_CODES, VITAL_CODES
from fhir.form.questionnaire import questionnaire
from fhir.outcome import Issue
from fhir.person import Person, valid_bsn
from fhir.picture.facts import FACT
from fhir.picture.score_codes import ITEMS, SCORES
from fhir.referral import is_referral
from fhir.views import Coding, Item, Observation, Patient, QuestionnaireResponse, view

_READ: Final = frozenset({*VITAL_CODES, *OXYGEN_CODES, GLASGOW, *SCORES, *ITEMS})
"""The codes of an Observation, or of a component of one, of which something is read."""

_SYSTEM: Final = {code: system for system, code in _READ}


def remarks(entries: Sequence[Entry], person: Person | None, patient: int | None) -> list[Issue]:
    """What is sent along and nobody will read, each with its element and the cure.

    Args:
        entries: of the referral.
        person: who it is about, as read; None for a Patient that is here already.
        patient: place of their Patient, or None.
    """
    issues: list[Issue] = []
    if person is not None and patient is not None:
        issues += _of_person(entries[patient], person)
    measured: list[str] = []
    answered: list[str] = []
    for one in entries:
        if one.resource_type == "Observation":
            found, known = _of_observation(one)
            issues += found
            if not known and not found:
                measured.append(one.place)
        elif one.resource_type == "QuestionnaireResponse":
            form = view(one.resource, QuestionnaireResponse, one.place)
            answered += _unasked(form.item, one.place)
    for paths, text in (
        (measured, "Triage reads nothing of an Observation with this code."),
        (answered, "Our form has no question with this link id: nothing is read of its answer."),
    ):
        if paths:
            issues.append(
                Issue(
                    code="informational", details="not-read", expression=tuple(paths),
                    diagnostics=f"{text} It is kept, for people to read."
                    " What is read stands in docs/questionnaire.md.", severity="information",
                )
            )  # fmt: skip
    return issues


def waiting(entries: Sequence[Entry]) -> list[Issue]:
    """What is sent as a request and asks for no care yet, where nothing else does."""
    requests = [one for one in entries if one.resource_type == "ServiceRequest"]
    if not requests or any(is_referral((one,)) for one in requests):
        return []
    text = (
        "This is stored, and nobody waits for it: a ServiceRequest asks for care when its status"
        " is active and its intent order, or when a requested Task has it as its focus."
    )
    return [_note("referral-missing", text, *(one.place for one in requests))]


def _of_person(entry: Entry, person: Person) -> Iterator[Issue]:
    if person.bsn is None:
        sent = view(entry.resource, Patient, entry.place)
        text = (
            f"No BSN was read: its system is {BSN}. Without one nobody finds the person by it, and"
            " who comes twice is not known again."
        )
        other = [
            f"{entry.place}.identifier[{place}].system"
            for place, one in enumerate(sent.identifier)
            if one.system not in BSN_SYSTEMS and valid_bsn((one.value or "").strip())
        ]
        yield _note("bsn-missing", text, *(other or [f"{entry.place}.identifier"]))
    if person.pc4 is None:
        text = (
            "No postcode of the Netherlands was read from the home address, such as 7921 AA: the"
            " sub-region is not known, nor how far a place is from home."
        )
        yield _note("postcode-missing", text, f"{entry.place}.address")


def _of_observation(entry: Entry) -> tuple[list[Issue], bool]:
    """What is nearly read of an Observation, and whether anything of it is read."""
    sent = view(entry.resource, Observation, entry.place)
    parts = [
        (entry.place, sent.code.coding),
        *(
            (f"{entry.place}.component[{place}]", one.code.coding)
            for place, one in enumerate(sent.component)
        ),
    ]
    if any(coding.key in _READ for _, codings in parts for coding in codings):
        return [], True
    return [one for path, codings in parts for one in _nearly(path, codings)], False


def _unasked(items: Iterable[Item], path: str) -> Iterator[str]:
    """Where an answer stands to a question that our form doesn't ask."""
    for place, one in enumerate(items):
        here = f"{path}.item[{place}]"
        if one.answer and one.link_id not in _links():
            yield here
        yield from _unasked(one.item, here)
        for number, answer in enumerate(one.answer):
            yield from _unasked(answer.item, f"{here}.answer[{number}]")


@cache
def _links() -> frozenset[str]:
    """The link ids of our form."""
    left, found = list(questionnaire()["item"]), {fact.link for fact in FACT.values()}
    while left:
        one = left.pop()
        found.add(one["linkId"])
        left += one.get("item", [])
    return frozenset(found)


def _nearly(path: str, codings: Iterable[Coding]) -> Iterator[Issue]:
    """A code that is known, under another system."""
    for place, one in enumerate(codings):
        if one.code in _SYSTEM:
            text = f"This code is read under the system {_SYSTEM[one.code]}: send that one."
            yield _note("system-unknown", text, f"{path}.code.coding[{place}].system")


def _note(details: str, text: str, *path: str) -> Issue:
    return Issue(
        code="value", details=details, diagnostics=text, expression=path, severity="warning"
    )
