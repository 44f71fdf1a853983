"""The elements of capacity resources that we read, and who or what they point at."""

from __future__ import annotations

from collections.abc import Iterable

from fhir.outcome import Issue, IssueType
from fhir.region.capacity_codes import SERVICE_ID
from fhir.views import Coding, Concept, Period, Quantity, Reference, Text, View


class Extension(View, frozen=True):
    """An extension, with the kinds of value that ours and SDOHCC's have."""

    url: Text = None
    value_reference: Reference | None = None
    value_string: Text = None
    value_date_time: Text = None
    value_codeable_concept: Concept | None = None
    extension: tuple[Extension, ...] = ()


class Population(View, frozen=True):
    """A count, and of what."""

    code: Concept = Concept()
    count: int | None = None
    modifier_extension: tuple[View, ...] = ()


class Group(View, frozen=True):
    """A part of a MeasureReport."""

    code: Concept = Concept()
    population: tuple[Population, ...] = ()
    measure_score: Quantity | None = None
    extension: tuple[Extension, ...] = ()
    modifier_extension: tuple[View, ...] = ()


class MeasureReport(View, frozen=True):
    """Figures of one or more services."""

    status: Text = None
    type: Text = None
    subject: Reference | None = None
    date: Text = None
    reporter: Reference | None = None
    period: Period = Period()
    group: tuple[Group, ...] = ()
    extension: tuple[Extension, ...] = ()
    modifier_extension: tuple[View, ...] = ()


class HealthcareService(View, frozen=True):
    """Of a service only its status is read."""

    id: Text = None
    extension: tuple[Extension, ...] = ()
    modifier_extension: tuple[View, ...] = ()


class Location(View, frozen=True):
    """A bed that one can point at."""

    id: Text = None
    status: Text = None
    mode: Text = None
    operational_status: Coding | None = None
    physical_type: Concept = Concept()
    part_of: Reference | None = None
    managing_organization: Reference | None = None
    extension: tuple[Extension, ...] = ()
    modifier_extension: tuple[View, ...] = ()


def named(extensions: Iterable[Extension], url: str) -> list[Extension]:
    """The extensions with a URL."""
    return [one for one in extensions if one.url == url]


def literal(reference: Reference | None, kind: str) -> str | None:
    """The id in a literal reference to a type, wherever its server is said to be; or None."""
    if reference is None or reference.reference is None:
        return None
    path = reference.reference.partition("/_history/")[0].split("/")
    return path[-1] if path[-2:-1] == [kind] else None


def service_id(reference: Reference | None) -> str | None:
    """The id of the HealthcareService that is meant, literally or by its identifier."""
    found = literal(reference, "HealthcareService")
    if found is None and reference is not None and reference.identifier is not None:
        number = reference.identifier
        found = number.value if number.system == SERVICE_ID else None
    return found


def fault(path: str, details: str, text: str, code: IssueType = "business-rule") -> Issue:
    """One fault: the element, our own stable code, and what is wrong with the cure."""
    return Issue(code=code, details=details, diagnostics=f"{path}: {text}", expression=(path,))
