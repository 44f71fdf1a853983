"""A step of a referral as a Provenance: valid, with an organisation and a role, and no person."""

from __future__ import annotations

import json

import pytest
from fhir.resources.R4B.provenance import Provenance  # noqa: TID251 - the oracle
from fhir_examples import NOW

from fhir.provenance import provenance
from fhir.task.codes import STEPS
from fhir.validation import accept


@pytest.mark.parametrize("step", STEPS)
def test_each_step_has_a_valid_provenance(step: str) -> None:
    body = provenance(
        id="12", targets=["Task/t", "ServiceRequest/s"], at=NOW, step=step, role="provider",
        organisation="o-1", because="at-capacity",
    )  # fmt: skip
    accept(body, "Provenance")
    Provenance.model_validate_json(body)
    shown = json.loads(body)
    assert shown["activity"]["coding"][0]["code"] == step
    assert shown["target"] == [{"reference": "Task/t"}, {"reference": "ServiceRequest/s"}]
    assert shown["recorded"] == shown["occurredDateTime"] == "2026-11-16T10:00:00.000Z"
    (agent,) = shown["agent"]
    assert agent["who"] == {"reference": "Organization/o-1"}
    assert agent["role"][0]["coding"][0]["code"] == "provider"
    assert shown["reason"][0]["coding"][0]["code"] == "at-capacity"


def test_what_time_does_is_nobodys() -> None:
    body = provenance(
        id="1", targets=["Task/t"], at=NOW, step="expire", role="clock", organisation=None
    )
    accept(body, "Provenance")
    assert json.loads(body)["agent"][0]["who"] == {"display": "Naober"}
    assert "reason" not in json.loads(body)
