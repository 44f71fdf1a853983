"""``make evaluate``: measures how safe the triage is, and writes it into docs/safety.md.

python tests/evaluate/measure.py                    the Danish patients and the vignettes
python tests/evaluate/measure.py MAPPING.toml FILE.csv    another set, printed only
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

import report
from accuracy import Cohort
from columns import MappingError, read_mapping
from csv_patients import read_patients
from screens import screen
from verdicts import judged

from triage.protocol import Protocol, load

HERE = Path(__file__).parent
PAGE = HERE.parents[1] / "docs" / "safety.md"
DANISH = (HERE / "danish.toml", HERE.parent / "data" / "danish_ed" / "danish_ed.csv")
NOW = datetime(2026, 11, 16, 10, 0, tzinfo=UTC)
"""Any moment: nothing of a CSV has an age."""


def cohort(mapping_file: Path, file: Path, protocol: Protocol) -> Cohort:
    """A data set, read and screened.

    Raises:
        MappingError: the mapping can't be used, or the file lacks a column.
    """
    mapping = read_mapping(mapping_file)
    patients = read_patients(mapping, file)
    return Cohort(
        mapping=mapping,
        file=file.name,
        patients=patients,
        screened=tuple(screen(row, protocol, NOW) for row in patients.rows),
    )


def figures(protocol: Protocol) -> dict[str, str]:
    """The generated parts of docs/safety.md by the name of their markers."""
    return {
        "protocol": report.of_protocol(protocol),
        "danish": report.of_cohort(cohort(*DANISH, protocol)),
        "vignettes": report.of_vignettes(judged(protocol), protocol),
    }


def fill(page: str, parts: dict[str, str]) -> str:
    """The page with each part between its markers.

    Raises:
        ValueError: a marker is missing.
    """
    for name, text in parts.items():
        begin, end = f"<!-- begin {name} -->", f"<!-- end {name} -->"
        before, found, rest = page.partition(begin)
        _, closed, after = rest.partition(end)
        if not found or not closed:
            raise ValueError(f"the page has no part {name}")
        page = f"{before}{begin}\n{text}\n{end}{after}"
    return page


def main(arguments: list[str]) -> int:
    """Print, and write where it is our own set."""
    protocol = load()
    if not arguments:
        parts = figures(protocol)
        print("\n\n".join(parts.values()))
        PAGE.write_text(fill(PAGE.read_text("utf-8"), parts), "utf-8")
        return 0
    if len(arguments) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        found = cohort(Path(arguments[0]), Path(arguments[1]), protocol)
    except (MappingError, OSError) as fault:
        print(fault, file=sys.stderr)
        return 1
    print(f"{report.of_protocol(protocol)}\n\n{report.of_cohort(found)}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
