"""Our own code systems and value sets as resources, with every code's words in two languages.

Resources: https://hl7.org/fhir/R4/codesystem.html, https://hl7.org/fhir/R4/valueset.html.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final

from capacity.words import REQUIREMENTS
from fhir.audit_codes import ACTION, ACTIONS
from fhir.codes import NAMESPACE, own_system
from fhir.displays import display
from fhir.form.instrument_items import item_system, option_code
from fhir.issue_codes import ISSUE_CODES
from fhir.outcome import ISSUE_SYSTEM
from fhir.picture.facts import FACT
from fhir.profiles.structures import DATE, VERSION
from fhir.region.capacity_codes import FIGURE, FIGURE_WORDS, RESULT
from fhir.region.measure_report.kept import RESULT_WORDS
from fhir.region.organisation import KIND_WORDS, ORGANISATION_KIND
from fhir.task.sets import CODE_SYSTEMS, VALUE_SETS, Uses
from triage.need import Requirement, Wish
from triage.scores.instrument import Instrument
from triage.scores.instruments import INSTRUMENTS
from triage.urgency import Urgency

Words = tuple[str, str]

_SETS: Final[tuple[type[StrEnum], ...]] = tuple(
    sorted(
        {fact.codes for fact in FACT.values() if fact.codes} | {Requirement, Urgency, Wish},
        key=lambda codes: codes.__name__,
    )
)
"""The closed sets with which the form is answered."""

_TITLES: Final = {
    ACTION: ("Wat er in het logboek staat", "What the audit log names"),
    ORGANISATION_KIND: ("Soort organisatie", "Kind of organisation"),
    FIGURE: ("Cijfer van capaciteit", "Figure of capacity"),
    RESULT: ("Wat er van een opgave werd", "What became of a report"),
}


def code_systems() -> list[dict[str, Any]]:
    """Every CodeSystem that is ours."""
    ours: list[tuple[str, Words, Mapping[str, Words]]] = [
        (one.system, one.title, one.codes) for one in CODE_SYSTEMS
    ]
    known = {system for system, *_ in ours}
    ours += [
        (own_system(codes), (codes.__name__, codes.__name__), _words(codes))
        for codes in _SETS
        if own_system(codes) not in known
    ]
    ours += [
        (item_system(field), (each.title, each.title), _answers(each))
        for field, each in INSTRUMENTS.items()
    ]
    ours += [
        (ORGANISATION_KIND, _TITLES[ORGANISATION_KIND], KIND_WORDS),
        (FIGURE, _TITLES[FIGURE], {one.value: two for one, two in FIGURE_WORDS.items()}),
        (ACTION, _TITLES[ACTION], ACTIONS),
        (RESULT, _TITLES[RESULT], {one.value: two for one, two in RESULT_WORDS.items()}),
    ]
    return [*(_system(*one) for one in ours), _issues()]


def value_sets() -> list[dict[str, Any]]:
    """Every ValueSet that is ours."""
    answers = [
        Uses(
            own_system(codes).rpartition("/")[2],
            own_system(codes),
            (codes.__name__, codes.__name__),
        )
        for codes in _SETS
    ]
    named = {one.id for one in VALUE_SETS}
    return [_set(one) for one in (*VALUE_SETS, *(one for one in answers if one.id not in named))]


def _words(codes: type[StrEnum]) -> dict[str, Words]:
    if codes is Requirement:
        return {one.value: REQUIREMENTS[one] for one in Requirement}
    return {one.value: display(one) for one in codes}


def _answers(instrument: Instrument) -> dict[str, Words]:
    """The answers of an instrument's items, each with its item."""
    return {
        option_code(item, option): (f"{item.nl}: {option.nl}", f"{item.en}: {option.en}")
        for item in instrument.items
        for option in item.options
    }


def _head(kind: str, identity: str, url: str, title: str) -> dict[str, Any]:
    name = "".join(part.capitalize() for part in identity.split("-"))
    return {
        "resourceType": kind,
        "id": identity,
        "url": url,
        "version": VERSION,
        "name": f"Naober{name}",
        "title": title,
        "status": "active",
        "date": DATE,
        "publisher": "Naober",
    }


def _system(system: str, title: Words, codes: Mapping[str, Words]) -> dict[str, Any]:
    return _head("CodeSystem", system.rpartition("/")[2], system, title[0]) | {
        "caseSensitive": True,
        "content": "complete",
        "count": len(codes),
        "concept": [
            {
                "code": code,
                "display": nl,
                "designation": [{"language": "en", "value": en}],
            }
            for code, (nl, en) in codes.items()
        ],
    }


def _issues() -> dict[str, Any]:
    """The codes of issues; those of broken invariants are HL7's, and not listed."""
    said = (
        "OperationOutcome.issue.details: our own stable codes. A broken invariant of FHIR has the"
        " key that HL7 gives it, such as pat-1."
    )
    listed = _system(ISSUE_SYSTEM, ("Wat er mis is", "What is wrong"), ISSUE_CODES)
    own = {"id": "issue", "name": "NaoberIssue", "description": said, "content": "fragment"}
    return listed | own


def _set(uses: Uses) -> dict[str, Any]:
    include: dict[str, Any] = {"system": uses.system}
    if uses.codes is not None:
        include["concept"] = [{"code": code} for code in uses.codes]
    url = f"{NAMESPACE}/ValueSet/{uses.id}"
    return _head("ValueSet", uses.id, url, uses.title[0]) | {"compose": {"include": [include]}}
