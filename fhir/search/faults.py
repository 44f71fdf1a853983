"""What is wrong with a search, and its cure: never a value, which may be of a person."""

from __future__ import annotations

import re

from fhir.outcome import FhirRefused, IssueType, refused

_A_NAME = re.compile(r"[A-Za-z_][A-Za-z_.:\-]{0,63}")


def told(name: str) -> str:
    """The name of a parameter, when it is one: FHIR's have no digits, numbers of persons have."""
    return name if _A_NAME.fullmatch(name) else "a parameter"


def bad(name: str, cure: str, code: IssueType = "invalid") -> FhirRefused:
    """A value that can't be read; the cure finishes "name: ..."."""
    return _about(name, code, "search-parameter", cure)


def unsupported(name: str, cure: str) -> FhirRefused:
    """A modifier, a sort or a form that isn't offered."""
    return _about(name, "not-supported", "search-not-supported", cure)


def unknown(name: str, cure: str) -> FhirRefused:
    """A parameter that the type does not have."""
    return _about(name, "not-supported", "search-parameter-unknown", cure)


def private(name: str, kind: str) -> FhirRefused:
    """A value of a person in an address, which stands in logs and histories."""
    cure = f"this is of a person and may not stand in an address: POST it to {kind}/_search."
    return _about(name, "security", "search-by-post", cure)


def _about(name: str, code: IssueType, details: str, cure: str) -> FhirRefused:
    name = told(name)
    return refused("invalid", code, details, f"{name}: {cure}", f"http.{name}")
