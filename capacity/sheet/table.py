"""Reads a CSV file as spreadsheets write it: in which encoding, with which delimiter."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Final

import msgspec

from capacity.sheet.columns import DERIVED, NOTES, field_of, plain

_WORKBOOKS: Final = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_MARKS: Final = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
_DELIMITERS: Final = (";", "\t", ",", "|")


class BadSheet(ValueError):  # noqa: N818 - a fault of the file, not an error of ours
    """A file that can't be read as a table: why and the cure, in Dutch and in English."""

    def __init__(self, text: str, text_en: str) -> None:
        super().__init__(text_en)
        self.text = text
        self.text_en = text_en


class Row(msgspec.Struct, frozen=True):
    """A row that is not empty: its number as the spreadsheet shows it, and its cells."""

    number: int
    cells: list[str]


def rows_of(data: bytes) -> list[Row]:
    """The rows of a file that hold anything, with spaces around each cell taken off.

    Raises:
        BadSheet: it is no table of text.
    """
    text = _text(data)
    delimiter, text, skipped = _delimiter(text)
    return [
        Row(number + skipped, cells) for number, cells in _records(text, delimiter) if any(cells)
    ]


def _text(data: bytes) -> str:
    """The text of a file: UTF-8 or UTF-16 where it is that, else what Windows writes here.

    Raises:
        BadSheet: a workbook, or bytes that are no text.
    """
    if data.startswith(_WORKBOOKS):
        raise BadSheet(
            "Dit is een Excel-werkmap: kies Opslaan als, en dan CSV.",
            "This is an Excel workbook: choose Save as, and then CSV.",
        )
    encoding = next((name for mark, name in _MARKS if data.startswith(mark)), "")
    if not encoding:
        encoding = _without_mark(data)
    try:
        text = data.decode(encoding).removeprefix("\ufeff")
    except UnicodeDecodeError:
        raise BadSheet(
            "Het bestand is beschadigd: bewaar het opnieuw als CSV UTF-8.",
            "The file is damaged: save it again as CSV UTF-8.",
        ) from None
    if "\x00" in text:
        raise BadSheet(
            "Het bestand bevat een teken dat niet mag (NUL): bewaar het opnieuw als CSV.",
            "The file holds a NUL: save it again as CSV.",
        )
    return text


def _without_mark(data: bytes) -> str:
    """The encoding of a file that does not begin with a mark."""
    begin = data[:400]
    for encoding, zeros in (("utf-16-le", begin[1::2]), ("utf-16-be", begin[::2])):
        if len(zeros) > 1 and zeros.count(0) > len(zeros) * 0.9:
            return encoding
    for encoding in ("utf-8", "cp1252"):
        try:
            data.decode(encoding)
        except UnicodeDecodeError:
            continue
        return encoding
    return "latin-1"  # Windows-1252 leaves five bytes open; this one leaves none


def _delimiter(text: str) -> tuple[str, str, int]:
    """The delimiter, the text that follows, and the rows that said which delimiter it is.

    Excel may say it in a first row, ``sep=;``. Else it is the one by which the first row names
    the most columns that are known here.
    """
    first, _, rest = text.partition("\n")
    if first.casefold().strip(' "\r').startswith("sep=") and len(first.strip(' "\r')) == len(
        "sep=;"
    ):
        return first.strip(' "\r')[-1], rest, 1
    header = text.lstrip("\r\n;,\t |")

    def known(delimiter: str) -> int:
        try:
            cells = next(csv.reader(io.StringIO(header, newline=""), delimiter=delimiter), [])
        except csv.Error:
            return 0
        return sum(field_of(one) is not None or plain(one) in NOTES | DERIVED for one in cells)

    return max(_DELIMITERS, key=known), text, 0


def _records(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Every row with its number from 1; a cell between quotes may have several lines."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number = 0
    while True:
        number += 1
        try:
            cells = next(reader, None)
        except csv.Error:
            raise BadSheet(
                f"Rij {number} is niet te lezen: een aanhalingsteken sluit niet, of een cel is te"
                " lang.",
                f"Row {number} can't be read: a quote is not closed, or a cell is too long.",
            ) from None
        if cells is None:
            return
        yield number, [cell.strip() for cell in cells]
