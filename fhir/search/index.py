"""What a resource says of the parameters by which it is searched: terms, and stretches of time.

A term is a short text, ``code=http://loinc.org|1234-5``. Who stores terms hashes them with a key
(``coordination.auth.vault``): they are of a person as much as the resource is.
"""

from __future__ import annotations

import msgspec

from fhir.codes import BSN_SYSTEMS
from fhir.search.query import Span
from fhir.views import Identified, view


class Indexed(msgspec.Struct, frozen=True):
    """What is searched of one resource.

    Attributes:
        terms: each once, in any order.
        written: when it was written down (authored, recorded, sent), or None.
        about: the time that it is about (effective, occurrence, period, onset), or None.
    """

    terms: tuple[str, ...]
    written: Span | None = None
    about: Span | None = None


def index_of(kind: str, body: bytes) -> Indexed:
    """The terms of a resource, after ``fhir.validation.accept``; the same whenever it is read.

    Args:
        kind: its type; one without parameters has no terms.
        body: JSON, with references to our ids already (``fhir.settle``).
    """
    return Indexed(
        tuple(
            f"identifier={one.system or ''}|{one.value}"
            for one in view(body, Identified, kind).identifier
            if one.value and one.system not in BSN_SYSTEMS
        )
    )
