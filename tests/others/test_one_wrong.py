"""What two judges refuse we refuse, and no more than R4 says; each fault is where it is told."""

from __future__ import annotations

import json
import random
import subprocess
from collections import Counter
from functools import cache
from typing import Any

import msgspec
import pytest
from conftest import ROOT
from judges import verdicts
from nodejs import fetched, node
from one_wrong import mutants

from fhir import validation
from fhir.outcome import FhirRefused, Issue

pytestmark = fetched
CORPUS = ROOT / "tests" / "data" / "fhir"
LARGEST = 6_000  # bytes: beyond it the judges take their time

STRICTER = {
    "empty": "R4's JSON has no empty objects and arrays; @medplum/core takes them for nothing",
    "array": "values and their extensions in step; idem",
    "code-invalid": "required bindings: neither looks at codes",
    "value": "what a reference is to, ids and times: neither looks at all of it",
    "unknown-element": "a comparator in a SimpleQuantity: neither looks",
}
"""Our stable codes of what R4 forbids and neither judge sees, with what it is."""


def refusal(body: bytes) -> list[Issue]:
    try:
        validation.accept(body)
    except FhirRefused as refused:
        return refused.issues
    return []


@cache
def right() -> list[dict[str, Any]]:
    """The examples of others that we take."""
    bodies = [path.read_bytes() for path in sorted(CORPUS.rglob("*.json"))]
    return [json.loads(one) for one in bodies if len(one) < LARGEST and not refusal(one)]


def selected(asked: list[tuple[Any, list[str]]]) -> list[list[int | None]]:
    """How many elements each path selects in each resource, to another's FHIRPath.

    None where the resource is too wrong to say, and -1 where the path is no FHIRPath.
    """
    lines = [msgspec.json.encode({"resource": one, "paths": paths}) for one, paths in asked]
    done = subprocess.run(
        node("paths.mjs"), input=b"\n".join(lines) + b"\n", capture_output=True, check=True
    )
    return [msgspec.json.decode(line) for line in done.stdout.splitlines()]


def judged(seed: int, each: int) -> Counter[str]:
    """Sets our verdict on mutants beside those of the judges.

    Returns:
        How many there were of each: refused by all, by us alone with what is ours ...
    """
    found = list(mutants(random.Random(seed), right(), each))
    bodies = [msgspec.json.encode(tree) for _, tree in found]
    counts: Counter[str] = Counter()
    for (way, tree), body, medplum, fhirkit in zip(found, bodies, *verdicts(bodies), strict=True):
        ours = refusal(body)
        counts[f"medplum {bool(medplum)}, fhirkit {bool(fhirkit)}, ours {bool(ours)}"] += 1
        if medplum and fhirkit:
            assert ours, (way, medplum, fhirkit, tree)
        if not medplum and not fhirkit:
            # Invariants of data types neither looks at, and at others not everywhere.
            codes = {one.details for one in ours if one.code != "invariant"}
            assert codes <= STRICTER.keys(), (way, ours, tree)
            counts.update(codes)
    return counts


def test_what_both_judges_refuse_is_refused_and_no_more_than_r4_says() -> None:
    counts = judged(seed=5, each=1)
    print(dict(counts))
    assert counts["medplum True, fhirkit True, ours True"] > 300
    assert counts["medplum False, fhirkit False, ours False"] > 50


@pytest.mark.long
def test_idem_for_many_more() -> None:
    for seed in range(100, 120):
        print(dict(judged(seed, each=12)))


def test_each_fault_is_where_its_fhirpath_says() -> None:
    """It selects the element, or what holds it where it is missing or not of R4."""
    asked: list[tuple[Any, list[str]]] = []
    for _, tree in mutants(random.Random(6), right(), 1):
        for issue in refusal(msgspec.json.encode(tree)):
            (path,) = issue.expression
            asked.append((tree, [path, _around(path), _around(_around(path))]))
    assert len(asked) > 300
    for (tree, paths), (here, around, further) in zip(asked, selected(asked), strict=True):
        # What is empty ({}) is nothing to FHIRPath.
        told = here or around or (further if around == 0 else None)
        assert here != -1, (paths, tree)
        assert told or (here is around is None), (paths, here, around, further, tree)


def _around(path: str) -> str:
    return path.rpartition(".")[0] or path
