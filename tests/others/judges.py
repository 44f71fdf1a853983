"""What two judges that others wrote find wrong with the resources that we send out."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import fhirkit
import msgspec
from nodejs import node


def _written_in_order(task: dict[str, Any]) -> bool:
    return datetime.fromisoformat(task["lastModified"]) >= datetime.fromisoformat(
        task["authoredOn"]
    )


def _is_evidence_variable(resource: dict[str, Any]) -> bool:
    return str(resource["resourceType"]) == "EvidenceVariable"


class Mistake(msgspec.Struct, frozen=True):
    """A complaint that is wrong.

    Attributes:
        judge: who makes it.
        said: part of what it says.
        why: it is wrong.
        right: whether the resource is right in this after all.
    """

    judge: str
    said: str
    why: str
    right: Callable[[dict[str, Any]], bool]


MISTAKES = (
    Mistake(
        "medplum",
        "Constraint inv-1 not met: Last modified date",
        "compares dateTimes as texts; the offset counts: https://hl7.org/fhirpath/N1/#comparison",
        _written_in_order,
    ),
    *(
        Mistake(
            "medplum",
            f"{name}: Invalid additional property",
            "is in R4: https://hl7.org/fhir/R4/evidencevariable.html; medplum has R5's elements",
            _is_evidence_variable,
        )
        for name in ("participantEffectiveDuration", "groupMeasure")
    ),
)


def complaints(bodies: Sequence[bytes]) -> list[str]:
    """All that either judge finds wrong, but for what is known to be the judge's mistake.

    A Bundle is judged with all that is in it.
    """
    resources = [msgspec.json.decode(body) for body in bodies]
    written = [msgspec.json.encode(one) for one in resources]  # a line each
    return [
        f"{judge}: {resource['resourceType']}/{resource.get('id', '-')}: {said}"
        for judge, found in zip(("medplum", "fhirkit"), verdicts(written), strict=True)
        for resource, says in zip(resources, found, strict=True)
        for said in says
        if not _mistaken(judge, resource, said)
    ]


def verdicts(bodies: Sequence[bytes]) -> tuple[list[list[str]], list[list[str]]]:
    """All that @medplum/core finds wrong with each body, and all that fhirkit-rs does.

    Args:
        bodies: JSON, each on one line.
    """
    return _medplum(bodies), _fhirkit(bodies)


def _medplum(resources: Sequence[bytes]) -> list[list[str]]:
    """One process judges them all, since it reads its definitions for a second."""
    done = subprocess.run(
        node("judge.mjs"), input=b"\n".join(resources) + b"\n", capture_output=True, check=True
    )
    lines = done.stdout.splitlines()
    assert len(lines) == len(resources), done.stderr.decode()
    return [
        [
            f"{' '.join(issue['expression'])}: {issue['text']}"
            for issue in msgspec.json.decode(line)
            if issue["severity"] in {"error", "fatal"}
        ]
        for line in lines
    ]


def _fhirkit(resources: Sequence[bytes]) -> list[list[str]]:
    return [
        [str(issue) for issue in fhirkit.validate(resource) if issue.severity == "error"]
        for resource in resources
    ]


def _mistaken(judge: str, resource: dict[str, Any], said: str) -> bool:
    return any(
        judge == one.judge and one.said in said and one.right(_meant(resource, said))
        for one in MISTAKES
    )


def _meant(resource: dict[str, Any], said: str) -> dict[str, Any]:
    """The resource that a complaint is about: this one, or one of its entries."""
    place = re.match(r"Bundle\.entry\[(\d+)\]", said)
    meant: dict[str, Any] = resource["entry"][int(place[1])]["resource"] if place else resource
    return meant
