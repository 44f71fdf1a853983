"""What the resources sent say of one person: their facts gathered into a picture.

A value counts only when its ``subject`` is the person: anything else is somebody else's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial

import msgspec

from fhir.bundle import Entry, index_of, resolve
from fhir.clock import Clock, moment
from fhir.form.answers import read_answers
from fhir.person import Person, age_at
from fhir.picture import totals, vitals
from fhir.picture.facts import FACT, TOTALS, Found
from fhir.picture.instruments import scores
from fhir.picture.merging import merge
from fhir.picture.observation import Reading, readings
from fhir.requester import role_of
from fhir.subject import Subject
from fhir.views import Observation, QuestionnaireResponse, Reference, view
from triage.picture import Origin, Picture

_SEXES = frozenset({"female", "male", "other"})
_TOTALS = frozenset(TOTALS)
_READ = frozenset({"Observation", "QuestionnaireResponse"})


def name_sources(entries: Sequence[Entry], ids: Sequence[str] | None) -> list[str]:
    """What facts call the entry that they come from: ``Type/id``, or the sender's name for it."""
    if ids is None:
        return [entry.full_url or entry.path for entry in entries]
    return [f"{entry.resource_type}/{own}" for entry, own in zip(entries, ids, strict=True)]


def gather(
    entries: Sequence[Entry],
    sources: Sequence[str],
    subject: Subject,
    clock: Clock,
    found: Found,
    index: Mapping[str, int] | None = None,
) -> Picture:
    """The picture of a person from the Observations and forms among the entries.

    Args:
        entries: all resources.
        sources: what to call each, see ``name_sources``.
        subject: the person.
        clock: by which ages are counted.
        found: remarks so far; filled on the way, also with what the forms want.
        index: of ``fhir.bundle.index_of``, where it is made already.
    """
    index = index_of(entries) if index is None else index
    seen: list[Reading] = []
    forms: list[tuple[datetime, Found]] = []
    known: dict[str, bool] = {}
    for entry, source in zip(entries, sources, strict=True):
        if entry.resource_type not in _READ:
            continue
        path = entry.place
        if entry.resource_type == "Observation":
            observation = view(entry.resource, Observation, path)
            signs = readings(observation, source, found) or scores(observation, source, found)
            if signs and not _about(observation.subject, subject, index, known):
                _stranger(found, signs[0].field, source)
            else:
                if observation.performer:
                    signs = _performed(signs, observation, entries, index)
                seen += signs
        else:
            response = view(entry.resource, QuestionnaireResponse, path)
            if not _about(response.subject, subject, index, known):
                _stranger(found, "", source)
                continue
            form = Found()
            author = partial(role_of, response.author, entries, index)
            seen += read_answers(response, source, clock, form, author)
            forms.append((moment(response.authored) or clock.authored, form))
    vitals.settle([each for each in seen if each.field not in _TOTALS], clock, found)
    totals.settle([each for each in seen if each.field in _TOTALS], clock, found)
    forms.sort(key=lambda pair: pair[0])
    if forms:  # signs and scores were taken out of the forms: the first can contradict nothing
        found.absorb(forms[0][1])
    picture = found.picture()
    for _, form in forms[1:]:
        picture = merge(picture, form.picture())
    for _, form in forms:
        found.wanted |= form.wanted
    return picture


def _performed(
    signs: list[Reading],
    observation: Observation,
    entries: Sequence[Entry],
    index: Mapping[str, int],
) -> list[Reading]:
    """The same with the role of who measured, where the bundle says it."""
    for performer in observation.performer:
        if role := role_of(performer, entries, index):
            return [msgspec.structs.replace(sign, by=role) for sign in signs]
    return signs


def _about(
    said: Reference | None, subject: Subject, index: Mapping[str, int], known: dict[str, bool]
) -> bool:
    """Whether a resource is about the person; literal references are looked up once."""
    literal = said.reference if said else None
    if literal is None:
        return subject.matches(said, None)
    if literal not in known:
        known[literal] = subject.matches(said, resolve(literal, index))
    return known[literal]


def _stranger(found: Found, field: str, source: str) -> None:
    text = "Dit gaat niet over de persoon van de verwijzing (subject) en telt niet mee."
    found.note(field, text, source)


def with_person(picture: Picture, person: Person, clock: Clock, source: str) -> Picture:
    """A picture completed with what the Patient says: age and sex."""
    found = Found()
    age = age_at(person.birth_date, clock.authored)
    if age is not None and FACT["age"].plausible(age):
        found.values["age"] = age
    elif person.birth_date:
        found.note("age", "De leeftijd is niet uit de geboortedatum op te maken.", source)
    if person.sex in _SEXES:
        found.values["sex"] = person.sex
    if person.deceased:
        text = "Volgens het bericht is deze persoon overleden: controleer wie bedoeld is."
        found.note("", text, source)
    own = dict.fromkeys(found.values, Origin(source=source, observed=clock.received))
    return msgspec.structs.replace(
        picture,
        **found.values,
        origins=picture.origins | own,
        notes=picture.notes + tuple(found.notes),
    )
