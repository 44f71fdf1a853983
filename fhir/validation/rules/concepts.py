"""Concepts of which one coding must be out of a set, as R4 binds them: a rule for each type."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fhir.validation.bindings import CONCEPTS
from fhir.validation.rules.words import Rule, every, has_code


def concepts(base: str) -> Rule:
    """The rule of a type that stands in ``bindings.CONCEPTS``."""
    bound = CONCEPTS[base]

    def faults(part: Any) -> Iterator[str]:
        for name, system, codes in bound:
            concept = getattr(part, name)
            if concept is None or (concept.coding is None and concept.text is None):
                continue
            if not has_code(concept, system, codes):
                known = ", ".join(sorted(codes))
                yield f"binding {name}: {name} needs a coding of {system}: {known}"

    return Rule(lambda part: every(faults(part)))
