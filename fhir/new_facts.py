"""New or corrected facts for a known referral: a form, an Observation, or a Bundle of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import msgspec

from fhir.bundle import Entry
from fhir.clock import Clock
from fhir.form.wanted_answers import answered
from fhir.gather import gather
from fhir.outcome import FhirRefused, Issue, refused
from fhir.picture.facts import Found
from fhir.subject import Subject
from fhir.views import Head, Observation, QuestionnaireResponse, Reference, Text, View, view
from triage.picture import Picture
from triage.wanted import Wanted

_TAKEN = frozenset({"Observation", "QuestionnaireResponse"})


class _Entry(View, frozen=True):
    full_url: Text = None
    resource: msgspec.Raw = msgspec.Raw(b"{}")


class _Bundle(View, frozen=True):
    entry: tuple[_Entry, ...] = ()


def resources(body: bytes) -> tuple[Entry, ...]:
    """The forms and Observations in a body, which may be one of them or a Bundle of any type.

    Raises:
        FhirRefused: anything else, or nothing.
    """
    head = view(body, Head, "")
    if head.resource_type != "Bundle":
        return (_entry("", None, msgspec.Raw(body)),)
    entries = tuple(
        _entry(f"Bundle.entry[{place}]", sent.full_url, sent.resource)
        for place, sent in enumerate(view(body, _Bundle, "Bundle").entry)
    )
    if not entries:
        raise refused(
            "unprocessable", "required", "answers-missing", "The Bundle is empty.", "Bundle.entry"
        )
    return entries


def _entry(path: str, full_url: str | None, resource: msgspec.Raw) -> Entry:
    head = view(resource, Head, path)
    if head.resource_type not in _TAKEN:
        raise refused(
            "unprocessable",
            "not-supported",
            "answers-type",
            "New facts come as a QuestionnaireResponse, an Observation, or a Bundle of those.",
            path or "resourceType",
        )
    return Entry(
        path=path or head.resource_type,
        full_url=full_url,
        resource_type=head.resource_type,
        id=head.id,
        method="POST",
        url=head.resource_type,
        if_none_exist=None,
        resource=resource,
    )


def from_fhir(
    entries: Sequence[Entry], sources: Sequence[str], subject: Subject, received: datetime
) -> tuple[Picture, Wanted]:
    """The facts alone, and what is wanted; ``picture.merging.merge`` adds facts to what is known.

    Args:
        entries: of ``resources``.
        sources: what each is to be called, such as ``Observation/id``.
        subject: the person of the referral.
        received: when they came in, with a time zone.

    Raises:
        FhirRefused: a resource about somebody else.
    """
    own = Subject(stored=subject.stored, identifiers=subject.identifiers, implied=True)
    strangers = [entry for entry in entries if not own.matches(_subject_of(entry), None)]
    if strangers:
        issues = [
            Issue(
                code="business-rule",
                details="subject",
                diagnostics="This is about somebody else than the referral: leave the subject"
                " out, or refer to the referral's own Patient/id.",
                expression=(entry.place + ".subject",),
            )
            for entry in strangers
        ]
        raise FhirRefused("unprocessable", issues)
    return facts_of(entries, sources, own, received)


def facts_of(
    entries: Sequence[Entry], sources: Sequence[str], subject: Subject, received: datetime
) -> tuple[Picture, Wanted]:
    """The same; what is about somebody else is left out with a remark, and never refused.

    Args:
        entries: forms and Observations, and what they refer to.
        sources: what each is to be called.
        subject: the person of the referral.
        received: when they came in, with a time zone.
    """
    now = received.astimezone(UTC)
    found, asked = Found(), Found()
    picture = gather(entries, sources, subject, Clock(authored=now, received=now), found)
    wanted = answered(found.wanted, asked)
    return msgspec.structs.replace(picture, notes=picture.notes + tuple(asked.notes)), wanted


def _subject_of(entry: Entry) -> Reference | None:
    if entry.resource_type == "Observation":
        return view(entry.resource, Observation, entry.place).subject
    return view(entry.resource, QuestionnaireResponse, entry.place).subject
