"""A sheet is read as spreadsheets write it; each fault names its row, column, value and cure."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime, timedelta

import pytest
from capacity_examples import NOW, bed, figures, team
from hypothesis import given
from hypothesis import strategies as st

from capacity.problem import Problem
from capacity.report_check import check_report
from capacity.sheet.columns import HEADERS, field_of, letter
from capacity.sheet.reading import SheetRow, read_sheet
from capacity.sheet.rows import CellFault, fault_of, service_of
from capacity.sheet.table import BadSheet, rows_of
from capacity.sheet.template import safe, template
from capacity.supply import Release, Service, Slots, Unit
from triage.need import Shift

HEAD = "Dienst;Bedden;Bezet;Gesloten;Stand op"
WARD = "Zorghuis De Überhof;12;9;1;22-11-2026 14:30"
AT = datetime(2026, 11, 22, 13, 30, tzinfo=UTC)


def only(text: str | bytes) -> SheetRow:
    (row,) = read_sheet(text.encode() if isinstance(text, str) else text)
    return row


def faults(text: str) -> list[CellFault]:
    row = only(text)
    return [fault_of(row, problem) for problem in row.problems]


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "latin-1"]
)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_encoding_that_excel_writes_is_understood(encoding: str, end: str) -> None:
    row = only(f"{HEAD}{end}{WARD}{end}".encode(encoding))
    assert row.cells["name"] == "Zorghuis De Überhof"
    assert row.report is not None
    assert (row.report.staffed, row.report.occupied, row.report.closed) == (12, 9, 1)
    assert row.report.as_of == AT


def test_a_byte_that_windows_leaves_open_is_no_end_of_the_world() -> None:
    assert only(HEAD.encode() + b"\nAfd\x81\xe9;12;9;0;").cells["name"] == "Afd\x81é"


@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
@pytest.mark.parametrize("first", ["", "sep={}\r\n", "\r\n\r\n"])
def test_every_delimiter_is_found(delimiter: str, first: str) -> None:
    text = f"{first}{HEAD}\r\n{WARD}".replace(";", delimiter).format(delimiter)
    row = only(text)
    assert row.report is not None
    assert row.report.occupied == 9


@pytest.mark.parametrize(
    "head",
    [
        "naam;STAFFED;Occupied;closed beds;as_of",
        "Service;Bedden met personeel;bezette bedden;gesloten bedden;As of",
        '"Dienst ";" Bedden (met personeel)";"Bezet:";GESLOTEN;"Stand  op"',
    ],
)
def test_headers_are_known_in_two_languages_and_any_case(head: str) -> None:
    row = only(f"{head}\n{WARD}")
    assert row.report is not None
    assert (row.report.staffed, row.report.closed) == (12, 1)


def test_columns_stand_in_any_order_and_empty_ones_are_passed_over() -> None:
    row = only("Stand op;Opmerking;Bezet;;Dienst;Bedden;;\n;let op;9;;Afdeling;12;;\n;;;;;;;\n\n")
    assert row.report is not None
    assert (row.report.staffed, row.report.occupied, row.report.as_of) == (12, 9, None)


def test_quoted_cells_hold_lines_delimiters_and_quotes() -> None:
    row = only('Dienst;Bedden;Bezet;Opnamestop\n"De ""Hof""; boven";12;9;"griep\nen meer"\n')
    assert row.cells["name"] == 'De "Hof"; boven'
    assert row.report is not None
    assert row.report.stop_reason == "griep\nen meer"


def test_rows_are_numbered_as_the_spreadsheet_shows_them() -> None:
    text = 'Dienst;Bedden;Opmerking\nA;1;"twee\nregels"\n;;\n\nB;2;\n'
    assert [row.number for row in read_sheet(text.encode())] == [2, 5]
    assert [row.number for row in read_sheet(b"sep=;\nDienst;Bedden\nA;1\n")] == [3]


def test_a_fault_says_row_column_value_and_the_cure_in_two_languages() -> None:
    (fault,) = faults("Dienst;Bedden;Bezet\nA;12;negen\n")
    assert (fault.row, fault.column, fault.name, fault.value) == (2, "C", "Bezet", "negen")
    assert "vul alleen een getal in" in fault.text
    assert "fill in a number only" in fault.text_en


def test_every_cell_that_is_wrong_is_named() -> None:
    text = "Dienst;Bedden;Bezet;Stand op;Eenheid;Ochtend bezoeken\nA;x;=B1;gisteren;stoel;1,5\n"
    assert [fault.column for fault in faults(text)] == ["B", "C", "D", "E", "F"]


def test_a_decimal_comma_between_commas_is_found_and_explained() -> None:
    (fault,) = faults("Service,Contracted,Committed\nTeam,400,372,5\n")
    assert (fault.column, fault.value) == ("D", "5")
    assert "puntkomma" in fault.text


def test_a_problem_of_the_report_is_a_fault_of_its_cell() -> None:
    row = only("Dienst;Bedden;Bezet\nA;12;9,5\n")
    assert row.report is not None
    (problem,) = check_report(row.report, Unit.BED, NOW)
    fault = fault_of(row, problem)
    assert (fault.column, fault.value) == ("C", "9,5")
    assert "heel getal" in fault.text
    missing = fault_of(row, Problem("closed", "is missing", "ontbreekt"))
    assert (missing.column, missing.name, missing.value) == ("", "Gesloten", "")
    visits = only("Dienst;Ochtend bezoeken\nA;3\n")
    assert fault_of(visits, Problem("slots", "x", "x")).column == "B"


def test_visits_and_releases_come_along_and_stay_as_they_were_when_left_empty() -> None:
    row = only(
        "Dienst;Uren;Toegezegd;Ochtend bezoeken;Ochtend bezet;Verwacht vrij\nT;9;8;6;5;geen\n"
    )
    assert row.report is not None
    assert row.report.slots is not None
    assert row.report.slots[Shift.MORNING].used == 5
    assert row.report.releases == ()
    empty = only("Dienst;Uren;Toegezegd;Ochtend bezoeken;Verwacht vrij\nT;9;8;;\n")
    assert empty.report is not None
    assert (empty.report.slots, empty.report.releases) == (None, None)


BAD_FILES: list[tuple[bytes, str]] = [
    (b"", "Dienst"),
    (b"\n;;\n", "Dienst"),
    (b"PK\x03\x04\x14\x00", "werkmap"),
    (b"\xd0\xcf\x11\xe0\xa1", "werkmap"),
    (b"Dienst;Bedden\x00;Bezet\nA;1;1", "NUL"),
    (b"\xff\xfeD", "beschadigd"),
    (b"\xef\xbb\xbfDienst\xff", "beschadigd"),
    (b'Dienst;Bedden\nA;1\n"B;2\n', "Rij 3"),
    (b'Dienst;Bedden\n"A"x;1\n', "Rij 2"),
    (b'Dienst;Bedden\n"' + b"x" * 140_000 + b'";1\n', "Rij 2"),
    (b"Bedden;Bezet\n1;1\n", "Dienst"),
    (b"Dienst;Bedden;Beds\nA;1;1\n", "Kolom C"),
    (b"Dienst;Bedden;Vrij\nA;1;1\n", "uitgerekend"),
    (b"Dienst;Bezzet\nA;1\n", "niet bekend"),
    (b"Dienst" + b";" * 300 + b"Bezzet\nA;1\n", "Kolom KO"),
    (b"\x89PNG\r\n\x1a\n", "niet bekend"),
    (b'{"service": "x"}', "niet bekend"),
    (b"<html><body>;", "niet bekend"),
]


@pytest.mark.parametrize(("data", "word"), BAD_FILES)
def test_a_file_that_is_no_sheet_is_refused_with_the_cure(data: bytes, word: str) -> None:
    with pytest.raises(BadSheet) as bad:
        read_sheet(data)
    assert word in bad.value.text
    assert bad.value.text_en


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_whatever_bytes_come_they_are_a_table_or_a_bad_sheet(data: bytes) -> None:
    with contextlib.suppress(BadSheet):
        rows_of(data)
    with contextlib.suppress(BadSheet):
        read_sheet(b"Dienst;Bedden;Stand op;Verwacht vrij;Ochtend bezoeken\n" + data)


WARDS = [bed(), bed(id="00000000-0000-4000-8000-000000000002", name="Café  Één")]
TWINS = [*WARDS, bed(id="00000000-0000-4000-8000-000000000003")]


@pytest.mark.parametrize(
    ("cells", "found"),
    [
        (f"{WARDS[0].id};", WARDS[0]),
        (f"{WARDS[0].id.upper()};{WARDS[0].name}", WARDS[0]),
        (f";{WARDS[1].id}", WARDS[1]),
        (";Café Één", WARDS[1]),
        (";Cafe\u0301 E\u0301e\u0301n", WARDS[1]),
    ],
)
def test_a_service_is_found_by_its_id_or_its_exact_name(cells: str, found: Service) -> None:
    assert service_of(only(f"Id;Dienst;Bedden\n{cells};1\n"), WARDS) == found


@pytest.mark.parametrize(
    ("cells", "column", "word"),
    [
        (";", "B", "ontbreekt"),
        (";café één", "B", "geen dienst"),
        ("x;", "A", "geen dienst"),
        ("00000000-0000-4000-8000-000000000009;", "A", "geen dienst"),
        (f"{WARDS[1].id};{WARDS[0].name}", "B", "gesorteerd"),
        (f";{WARDS[0].name}", "B", "meer diensten"),
    ],
)
def test_a_service_that_can_not_be_found_is_a_fault_of_its_cell(
    cells: str, column: str, word: str
) -> None:
    row = only(f"Id;Dienst;Bedden\n{cells};1\n")
    found = service_of(row, TWINS)
    assert isinstance(found, Problem)
    fault = fault_of(row, found)
    assert fault.column == column
    assert word in fault.text


def test_the_template_comes_back_as_it_was_written() -> None:
    stop = {"stop_reason": "=griep", "stop_until": datetime(2026, 10, 25, 1, 30, tzinfo=UTC)}
    coming = (
        Release(at=NOW - timedelta(hours=1), amount=9),
        Release(at=datetime(2026, 10, 25, 0, 30, tzinfo=UTC), amount=1),
        Release(at=datetime(2026, 11, 22, 9, tzinfo=UTC), amount=2),
    )
    services = [
        bed(name='-Afdeling; "Zuid"\nboven'),
        team(id="00000000-0000-4000-8000-000000000002"),
    ]
    counters = [
        figures(services[0], staffed=1234, closed=1, releases=coming, **stop),
        figures(services[1], slots={Shift.NIGHT: Slots(total=4, used=1, held=1)}),
    ]
    data = template(zip(services, counters, strict=True), NOW)
    assert data.startswith(b"\xef\xbb\xbfId;Dienst;Eenheid;")
    ward, nurses = read_sheet(data)
    assert [service_of(row, services) for row in (ward, nurses)] == services
    assert ward.report is not None
    assert nurses.report is not None
    assert (ward.report.unit, ward.report.staffed, ward.report.occupied) == (Unit.BED, 1234, 10)
    assert ward.report.stop_reason == "=griep"
    assert ward.report.stop_until == stop["stop_until"]
    assert ward.report.releases == coming[1:]
    assert (nurses.report.contracted, nurses.report.committed) == (400, 372.5)
    assert nurses.report.slots is not None
    assert nurses.report.slots[Shift.NIGHT].used == 1
    assert check_report(ward.report, Unit.BED, NOW) == []
    assert b"372,5" in data


@pytest.mark.parametrize("begin", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_of_the_template_is_a_formula(begin: str) -> None:
    assert safe(f"{begin}1+1") == f"'{begin}1+1"
    assert safe("Zuid - boven") == "Zuid - boven"


def test_every_column_of_the_template_is_understood() -> None:
    for field, names in HEADERS.items():
        for name in names:
            assert field_of(name) == field
    assert len({field_of(name) for names in HEADERS.values() for name in names}) == len(HEADERS)


def test_columns_have_the_letters_of_a_spreadsheet() -> None:
    assert [letter(at) for at in (0, 25, 26, 51, 52, 701, 702)] == [
        "A", "Z", "AA", "AZ", "BA", "ZZ", "AAA"
    ]  # fmt: skip
