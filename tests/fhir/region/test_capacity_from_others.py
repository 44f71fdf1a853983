"""Whatever valid resource of others comes in as capacity, it is read or refused, never a fault."""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from capacity_shown import BEDS, CORPUS, CRISIS, HOUSE, NOW, TEAM, counters
from hypothesis import given, settings
from hypothesis import strategies as st

from fhir.outcome import FhirRefused
from fhir.region.healthcare_service import healthcare_service, read_status
from fhir.region.location import read_bed
from fhir.region.measure_report.reading import read
from fhir.validation import accept

SHOWN = healthcare_service(BEDS, counters(BEDS), HOUSE, now=NOW)
READERS: dict[str, Any] = {
    "MeasureReport": lambda body: read(body, [BEDS, CRISIS, TEAM], HOUSE, NOW),
    "HealthcareService": lambda body: read_status(body, SHOWN),
    "Location": read_bed,
}


def of_type(path: Path) -> str:
    tree = json.loads(path.read_bytes())
    return str(tree.get("resourceType")) if isinstance(tree, dict) else ""


FILES = [path for path in sorted(CORPUS.rglob("*.json")) if of_type(path) in READERS]
TREES = [json.loads(path.read_bytes()) for path in FILES]


def answered(body: bytes) -> bool:
    """Whether a body that may come in is read, or refused in words that name elements."""
    kind = json.loads(body)["resourceType"]
    try:
        accept(body, kind)
    except FhirRefused:
        return True
    try:
        READERS[kind](body)
    except FhirRefused as refused:
        return all(issue.expression for issue in refused.issues)
    return True


def test_others_published_some_of_each() -> None:
    assert {of_type(path) for path in FILES} == set(READERS)
    assert len(FILES) > 20


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_published_resource_is_read_or_refused_by_its_elements(path: Path) -> None:
    assert answered(path.read_bytes())


def places(tree: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Where every value of a resource stands."""
    items = (
        tree.items()
        if isinstance(tree, dict)
        else enumerate(tree)
        if isinstance(tree, list)
        else ()
    )
    return [path] * bool(path) + [
        place for key, value in items for place in places(value, (*path, key))
    ]


VALUES: st.SearchStrategy[Any] = st.sampled_from(
    [None, "", "x", "2026", "2026-11-16T09:00:00Z", -1, 0, 10**12, 1e300, True, [], {}, [{}],
     {"url": "x"}, "Location/x", "urn:uuid:x", "\x00", {"coding": [{}]}]
)  # fmt: skip


@settings(max_examples=400)
@given(st.data())
def test_a_published_resource_with_anything_changed_is_read_or_refused(data: Any) -> None:
    tree = deepcopy(data.draw(st.sampled_from(TREES)))
    for _ in range(data.draw(st.integers(1, 3))):
        *way, last = data.draw(st.sampled_from(places(tree)))
        part = tree
        for step in way:
            part = part[step]
        if last == "resourceType" and not way:
            continue
        part[last] = deepcopy(data.draw(VALUES))
    assert answered(json.dumps(tree).encode())
