"""Whether few resources fit a clause, of however many there are.

So that who looks for one of them finds it at once, and who looks for what most have does not
gather them all first. Terms are those of ``fhir.search.terms``.
"""

from __future__ import annotations

import re

from fhir.search.query import Terms

_OF_A_PERSON = (
    "AllergyIntolerance|CarePlan|Communication|Composition|Condition|Consent|Coverage"
    "|DocumentReference|Encounter|Flag|MedicationStatement|Observation|Patient"
    "|QuestionnaireResponse|RelatedPerson|ServiceRequest|Task"
)
"""Types of which one is of one person: few resources point at it."""

_RARE = re.compile(
    rf"""
    identifier=.*[^|]                       # a number; "system|" alone is of many
    | [a-z-]+=(.*/)?({_OF_A_PERSON})/[^/]+  # what is of one person
    | birthdate=\d{{4}}-\d\d-\d\d            # the day that few were born
    """,
    re.VERBOSE | re.DOTALL,
)


def rare(clause: Terms) -> bool:
    """Whether each of the terms is one that few resources have, and one of them must be there."""
    return not clause.negated and all(_RARE.fullmatch(term) for term in clause.any_of)
