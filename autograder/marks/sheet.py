"""A CSV table as systems and spreadsheets write it, read and written in its own manner."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from autograder.errors import ClassTrouble

BOM: Final = b"\xef\xbb\xbf"
DELIMITERS: Final = (",", ";", "\t")
LARGEST_TABLE_BYTES: Final = 50 << 20


@dataclass(frozen=True)
class Sheet:
    """A table: its heading and its rows, all of the heading's length, and how it was written."""

    path: Path
    heading: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    delimiter: str = ","
    bom: bool = False
    newline: str = "\r\n"

    def column(self, *names: str) -> int | None:
        """Where the first of these headings stands, in whatever case."""
        plain = [heading.strip().casefold() for heading in self.heading]
        return next((plain.index(name) for name in map(str.casefold, names) if name in plain), None)


def read_sheet(path: Path) -> Sheet:
    """Read a CSV file in UTF-8, whatever separates its fields.

    Raises
    ------
    ClassTrouble
        It is no such file; the message says what to do.
    """
    try:
        data = path.read_bytes()
        if len(data) > LARGEST_TABLE_BYTES:
            raise ValueError(f"it has {len(data) >> 20} MiB")
        text = data.decode("utf-8-sig")
        first = text.split("\n", 1)[0]
        widths = {one: len(next(csv.reader([first], delimiter=one), ())) for one in DELIMITERS}
        delimiter = max(widths, key=lambda one: widths[one])
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except (OSError, ValueError, csv.Error) as error:
        raise ClassTrouble(
            f"{path} cannot be read as a table ({error}).\nGive the CSV file as it was exported; "
            "one saved from a spreadsheet must be saved as CSV in UTF-8. Nothing was written."
        ) from error
    rows = [row for row in rows if any(row)]
    if not rows or len(rows[0]) < 2:
        raise ClassTrouble(f"{path} has no heading with several columns. Nothing was written.")
    width = len(rows[0])
    if any(len(row) > width for row in rows):
        number = next(number for number, row in enumerate(rows, 1) if len(row) > width)
        raise ClassTrouble(f"{path}: row {number} is longer than the heading. Nothing was written.")
    heading, *rest = (tuple(row) + ("",) * (width - len(row)) for row in rows)
    newline = "\r\n" if b"\r\n" in data else "\n"
    return Sheet(path, heading, tuple(rest), delimiter, data.startswith(BOM), newline)


def written(sheet: Sheet) -> bytes:
    """The bytes of a table."""
    text = io.StringIO()
    lines = csv.writer(text, delimiter=sheet.delimiter, lineterminator=sheet.newline)
    lines.writerows([sheet.heading, *sheet.rows])
    return (BOM if sheet.bom else b"") + text.getvalue().encode()


def number_in(cell: str) -> float | None:
    """Read a number with a decimal point or comma; None if it is none."""
    try:
        return float(cell.strip().replace(",", "."))
    except ValueError:
        return None
