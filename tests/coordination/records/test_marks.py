"""A mark of a page that somebody made up is refused in words, whatever number it holds."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import msgspec
import pytest
from desk import Desk

from coordination import paging

pytest_plugins = ["desk_fixture"]


class MadeUp(msgspec.Struct):
    """As one of a history, or of the log."""

    version: Any
    row: Any
    id: str = ""
    key: datetime | None = None


NUMBERS = [-1, 2**31, 2**63, 2**64 - 1, 1.5, "1"]


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize(
    "path",
    [
        "Task/_history", "Observation/_history", "Location/_history", "HealthcareService/_history",
        "MeasureReport/_history", "Subscription/_history", "Provenance/_history",
        "AuditEvent/_history", "ValueSet/_history",
    ],
)  # fmt: skip
async def test_a_number_that_is_none_of_a_page_is_no_fault_of_ours(
    desk: Desk, path: str, number: Any
) -> None:
    mark = paging.write(MadeUp(number, number, str(uuid4()), datetime.now(UTC)))
    role = "privacy-officer" if path.startswith("AuditEvent") else "gp"
    answer = await desk.ask(role, "GET", f"/fhir/{path}?_page={mark}")
    if answer.status_code != 200:  # some shelves read no number of a mark
        assert answer.status_code == 400, answer.text
        assert "_page" in answer.text or "next" in answer.text


@pytest.mark.parametrize("digits", [18, 19, 20, 64])
@pytest.mark.parametrize(
    ("kind", "role"), [("AuditEvent", "privacy-officer"), ("Provenance", "gp")]
)
async def test_a_row_of_the_log_beyond_any_number_is_not_there(
    desk: Desk, kind: str, role: str, digits: int
) -> None:
    found = await desk.get(f"/fhir/{kind}?_id={'9' * digits}", role)
    assert found["total"] == 0
    answer = await desk.ask(role, "GET", f"/fhir/{kind}/{'9' * digits}")
    assert answer.status_code == 404
