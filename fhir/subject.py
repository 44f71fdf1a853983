"""The person that a resource must be about to count: the same Patient, or one of its numbers."""

from __future__ import annotations

import msgspec

from fhir.views import Reference


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """The person that the resources must be about.

    Attributes:
        place: place of the Patient in the bundle, or None.
        stored: id of the stored Patient, or None.
        identifiers: (system, value) of the person, for a reference by identifier.
        implied: whether a resource that names nobody is about this person.
    """

    place: int | None = None
    stored: str | None = None
    identifiers: frozenset[tuple[str, str]] = frozenset()
    implied: bool = False

    def matches(self, said: Reference | None, place: int | None) -> bool:
        """Whether a reference, which resolves to an entry's place or to None, means this person."""
        if said is None or (said.reference is None and said.identifier is None):
            return self.implied
        if place is not None:
            return place == self.place
        if said.reference is not None:
            return self.stored is not None and said.reference == f"Patient/{self.stored}"
        own = said.identifier
        return own is not None and (own.system or "", own.value or "") in self.identifiers
