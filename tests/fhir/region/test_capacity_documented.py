"""The examples of docs/capacity-fhir.md are valid, and read as the page says."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from capacity_shown import BEDS, HOUSE, NOW, SITE_HERE, TEAM, counters, valid

from fhir.region.capacity_codes import CapacityStatus
from fhir.region.healthcare_service import Said, healthcare_service, read_status
from fhir.region.location import Bed, BedState, check_place, read_bed
from fhir.region.measure_report.reading import read

PAGE = (Path(__file__).parents[3] / "docs" / "capacity-fhir.md").read_text()
EXAMPLES: list[dict[str, Any]] = [
    json.loads(block) for block in re.findall(r"```json\n(.*?)```", PAGE, flags=re.DOTALL)
]
MEASURES, SHOWN, STATUS, BED = EXAMPLES


def test_every_example_is_valid() -> None:
    for example in EXAMPLES:
        valid(example)


def test_the_report_is_read_as_the_page_says() -> None:
    body = json.dumps(MEASURES).encode()
    beds, hours = (one.report for one in read(body, [BEDS, TEAM], HOUSE, NOW).services)
    assert (beds.staffed, beds.occupied, beds.closed) == (12, 9, 1)
    assert (hours.contracted, hours.committed) == (400, 372.5)


def test_the_service_is_shown_as_the_page_says() -> None:
    stopped = counters(BEDS, stop_reason="Griep op de afdeling.")
    shown = healthcare_service(BEDS, stopped, HOUSE, now=NOW)
    assert {name: shown[name] for name in SHOWN if name != "type"} == {
        name: value for name, value in SHOWN.items() if name != "type"
    }
    assert SHOWN["type"][0] in shown["type"]


def test_the_status_is_read_as_the_page_says() -> None:
    shown = healthcare_service(BEDS, counters(BEDS), HOUSE, now=NOW)
    assert read_status(json.dumps(STATUS).encode(), shown) == Said(
        CapacityStatus.NO_CAPACITY, "Griep op de afdeling."
    )


def test_the_bed_is_read_as_the_page_says() -> None:
    body = json.dumps(BED).encode()
    check_place(body, SITE_HERE)
    assert read_bed(body) == Bed(BEDS.id, BedState.OCCUPIED)
