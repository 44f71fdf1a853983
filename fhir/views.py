"""The few elements of each resource that we read, decoded straight from the sender's bytes.

Unknown elements are skipped, so a view costs microseconds and never changes what is stored.
The bytes have been validated before; what a view still can't read is refused, not guessed.
"""

from __future__ import annotations

from functools import cache
from typing import TypeVar

import msgspec

from fhir.outcome import refused

Text = str | None


class View(msgspec.Struct, frozen=True, kw_only=True, rename="camel", gc=False):
    """Base of all views: camelCase names, unknown elements ignored."""


class Coding(View, frozen=True):
    """A code in a code system."""

    system: Text = None
    code: Text = None
    display: Text = None

    @property
    def key(self) -> tuple[str, str]:
        """The pair by which concept maps are keyed; empty where the sender left one out."""
        return (self.system or "", self.code or "")


class Concept(View, frozen=True):
    """CodeableConcept."""

    coding: tuple[Coding, ...] = ()
    text: Text = None


class Quantity(View, frozen=True):
    """A measured amount; ``comparator`` makes it an inequality instead of a value."""

    value: float | None = None
    comparator: Text = None
    unit: Text = None
    system: Text = None
    code: Text = None


class Identifier(View, frozen=True):
    """A business identifier."""

    use: Text = None
    system: Text = None
    value: Text = None


class Reference(View, frozen=True):
    """A reference: literal, logical, or only words."""

    reference: Text = None
    identifier: Identifier | None = None
    display: Text = None


class Period(View, frozen=True):
    """From and until."""

    start: Text = None
    end: Text = None


class Name(View, frozen=True):
    """HumanName."""

    use: Text = None
    text: Text = None
    family: Text = None
    given: tuple[Text, ...] = ()


class Address(View, frozen=True):
    """A postal address."""

    use: Text = None
    type: Text = None
    city: Text = None
    district: Text = None
    postal_code: Text = None
    country: Text = None
    period: Period | None = None


class Patient(View, frozen=True):
    """Who the person is."""

    identifier: tuple[Identifier, ...] = ()
    name: tuple[Name, ...] = ()
    gender: Text = None
    birth_date: Text = None
    deceased_boolean: bool | None = None
    deceased_date_time: Text = None
    address: tuple[Address, ...] = ()


class Practitioner(View, frozen=True):
    """A professional."""

    identifier: tuple[Identifier, ...] = ()
    name: tuple[Name, ...] = ()


class PractitionerRole(View, frozen=True):
    """A professional at an organisation."""

    identifier: tuple[Identifier, ...] = ()
    practitioner: Reference | None = None
    organization: Reference | None = None
    code: tuple[Concept, ...] = ()
    specialty: tuple[Concept, ...] = ()


class Organization(View, frozen=True):
    """A care organisation."""

    identifier: tuple[Identifier, ...] = ()
    name: Text = None


class ServiceRequest(View, frozen=True):
    """The referral itself."""

    identifier: tuple[Identifier, ...] = ()
    status: Text = None
    intent: Text = None
    do_not_perform: bool = False
    subject: Reference | None = None
    authored_on: Text = None
    requester: Reference | None = None
    reason_code: tuple[Concept, ...] = ()


class Task(View, frozen=True):
    """What a Task is about and whose it is."""

    status: Text = None
    focus: Reference | None = None
    code: Concept | None = None


class Component(View, frozen=True):
    """One value of an Observation that has several; the values we can't use only as being there."""

    code: Concept = Concept()
    value_quantity: Quantity | None = None
    value_codeable_concept: Concept | None = None
    value_boolean: bool | None = None
    value_integer: int | None = None
    value_string: Text = None
    value_range: View | None = None
    value_ratio: View | None = None
    value_sampled_data: View | None = None
    value_time: Text = None
    value_date_time: Text = None
    value_period: View | None = None
    data_absent_reason: Concept | None = None
    modifier_extension: tuple[View, ...] = ()


class Observation(Component, frozen=True):
    """A measurement; its components have the same values."""

    status: Text = None
    subject: Reference | None = None
    effective_date_time: Text = None
    effective_period: Period | None = None
    effective_instant: Text = None
    performer: tuple[Reference, ...] = ()
    component: tuple[Component, ...] = ()


class Answer(View, frozen=True):
    """An answer to a question; its items may hold further answers."""

    value_boolean: bool | None = None
    value_decimal: float | None = None
    value_integer: int | None = None
    value_coding: Coding | None = None
    value_quantity: Quantity | None = None
    value_string: Text = None
    value_date: Text = None
    value_date_time: Text = None
    value_time: Text = None
    value_uri: Text = None
    value_reference: Reference | None = None
    value_attachment: View | None = None
    item: tuple[Item, ...] = ()


class Item(View, frozen=True):
    """A question, or a group of them."""

    link_id: Text = None
    answer: tuple[Answer, ...] = ()
    item: tuple[Item, ...] = ()
    modifier_extension: tuple[View, ...] = ()


class QuestionnaireResponse(View, frozen=True):
    """A filled-in form."""

    questionnaire: Text = None
    status: Text = None
    subject: Reference | None = None
    authored: Text = None
    author: Reference | None = None
    item: tuple[Item, ...] = ()
    modifier_extension: tuple[View, ...] = ()


class Head(View, frozen=True):
    """What every resource says of itself."""

    resource_type: Text = None
    id: Text = None


class Identified(View, frozen=True):
    """By what a resource may be searched."""

    identifier: tuple[Identifier, ...] = ()


V = TypeVar("V", bound=View)


@cache
def _decoder(shape: type[V]) -> msgspec.json.Decoder[V]:
    return msgspec.json.Decoder(shape)


def view(body: bytes | msgspec.Raw, shape: type[V], path: str) -> V:
    """Read the elements of ``shape`` from the bytes of one resource.

    Args:
        body: the resource, JSON.
        shape: the view wanted.
        path: where the resource stands, for the message (``Bundle.entry[2].resource``).

    Raises:
        FhirRefused: an element has another shape than FHIR gives it.
    """
    try:
        decoded: V = _decoder(shape).decode(body)
    except (msgspec.DecodeError, RecursionError) as fault:
        raise refused(
            "invalid", "structure", "unreadable", f"The element cannot be read: {fault}", path
        ) from None
    return decoded
