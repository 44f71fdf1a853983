"""Whatever is valid can be read: real resources of others, and our own with anything changed."""

import json
from copy import deepcopy
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fhir import views
from fhir.bundle import read
from fhir.outcome import FhirRefused
from fhir.picture.facts import Found
from fhir.picture.observation import readings
from fhir.referral import from_fhir
from fhir.settle import settle
from fhir.stamping import stamp
from fhir.validation import validate_bundle, validate_resource
from fhir.validation.limits import check
from triage.picture import Picture

TESTS = Path(__file__).parents[1]
NOW = datetime(2026, 11, 16, 10, 0, tzinfo=UTC)
SHAPES: dict[str, type[views.View]] = {
    shape.__name__: shape
    for shape in (
        views.Patient,
        views.Practitioner,
        views.PractitionerRole,
        views.Organization,
        views.ServiceRequest,
        views.Task,
        views.Observation,
        views.QuestionnaireResponse,
    )
}
SCENARIO: dict[str, Any] = json.loads((TESTS / "scenarios" / "elv-high.json").read_bytes())


def published() -> list[str]:
    """Files of others whose type we read and that are valid."""
    files = []
    for path in sorted((TESTS / "data" / "fhir").rglob("*.json")):
        body = path.read_bytes()
        kind = views.view(body, views.Head, path.name).resource_type
        if kind in SHAPES:
            try:
                validate_resource(body, kind)
            except FhirRefused:
                continue
            files.append(path.relative_to(TESTS).as_posix())
    return files


@pytest.mark.parametrize("name", published())
def test_what_others_publish_is_read_and_kept(name: str) -> None:
    body = (TESTS / name).read_bytes()
    sent = json.loads(body)
    seen = views.view(body, SHAPES[sent["resourceType"]], name)
    if isinstance(seen, views.Observation):
        readings(seen, name, Found())
    kept = json.loads(stamp(body, "our-id", 1, NOW))
    ours = {"id", "meta"}
    assert {k: v for k, v in kept.items() if k not in ours} == {
        k: v for k, v in sent.items() if k not in ours
    }


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    if isinstance(value, dict):
        inner = [place for key, part in value.items() for place in places(part, (*path, key))]
    elif isinstance(value, list):
        inner = [place for key, part in enumerate(value) for place in places(part, (*path, key))]
    else:
        inner = []
    return [path, *inner] if path else inner


PLACES = places(SCENARIO)
ODD = st.sampled_from(
    ["0001-01-01", "9999-12-31", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00",
     "2026-12-31T23:59:60Z", "2026-11-16T09:59:59.123456789+01:00", "1944", "1944-11",
     "2026-11-16", "entered-in-error", "Patient/1", "urn:uuid:x", "#x", "<", "A", "0",
     1e308, -1e308, 1e-308, 0, -1, 2**31, True, False, {}, [], [None]]
)  # fmt: skip


@settings(max_examples=400, deadline=None)  # two cores are shared with other tests
@given(st.lists(st.tuples(st.sampled_from(PLACES), st.none() | ODD | st.text()), max_size=4))
def test_a_changed_referral_is_read_or_refused_and_never_breaks(
    changes: list[tuple[tuple[Any, ...], Any]],
) -> None:
    bundle = deepcopy(SCENARIO)
    for path, value in changes:
        place = bundle
        try:
            for key in path[:-1]:
                place = place[key]
            if value is None:
                del place[path[-1]]
            else:
                place[path[-1]] = deepcopy(value)
        except (KeyError, IndexError, TypeError):
            continue
    body = json.dumps(bundle).encode()
    try:
        check(body)
        validate_bundle(body)
        entries = read(body).entries
        found = from_fhir(entries, NOW)
        settle(entries, [str(place) for place in range(len(entries))], NOW)
    except FhirRefused:
        return
    facts = msgspec.to_builtins(found.picture)
    assert msgspec.convert(facts, Picture, strict=False) == found.picture
