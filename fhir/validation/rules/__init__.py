"""Every invariant that is checked beyond a type's own elements, by the type's name."""

from __future__ import annotations

from fhir.validation.rules import datatypes, resources, seldom, whole
from fhir.validation.rules.words import Rule

RULES: dict[str, tuple[Rule, ...]] = {
    **datatypes.RULES,
    **resources.RULES,
    **seldom.RULES,
    **whole.RULES,
}
