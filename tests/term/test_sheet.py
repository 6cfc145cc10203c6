"""Tables as systems write them: read, written, and never a formula."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.marks.sheet import Sheet, read_sheet, written
from autograder.sanitize import harmless_cell

CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\r\x00"), max_size=12)


@settings(max_examples=40)
@given(
    st.lists(st.tuples(CELLS, CELLS, CELLS), min_size=1, max_size=4),
    st.sampled_from([",", ";", "\t"]),
    st.booleans(),
)
def test_what_is_written_is_read_back(rows, delimiter, bom):
    heading = ("Student", "ID", "Section")
    table = tuple(row for row in rows if any(row))
    sheet = Sheet(Path(), heading, table, delimiter, bom, "\n")
    with TemporaryDirectory() as folder:
        path = Path(folder) / "table.csv"
        path.write_bytes(written(sheet))
        again = read_sheet(path)
    assert (again.heading, again.rows) == (heading, table)
    assert (again.delimiter, again.bom) == (delimiter, bom)


TEXT = st.text(
    st.sampled_from("=+-@＝＋－＠\t\r\n;,|'\" aé1!") | st.characters(codec="utf-8"), max_size=20
)


@settings(max_examples=60)
@given(TEXT)
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_no_cell_is_a_formula_however_a_spreadsheet_splits_the_line(delimiter, text):
    sheet = Sheet(Path(), ("a", "b"), ((harmless_cell(text), "x"),))
    lines = csv.reader(io.StringIO(written(sheet).decode(), newline=""), delimiter=delimiter)
    for field in (field for row in lines for field in row):
        bare = field.strip(' "\t\r\n')
        # A number or a dash, and what an odd way of splitting lines leaves behind it, is none.
        begins = re.split(r"[,;\t]", bare)[0].strip("'\" |\r\n")
        number = begins.lstrip("+-").rstrip("%").replace(".", "", 1)
        assert not bare.startswith(tuple("=+-@＝＋－＠")) or number.isdigit() or begins == "-", (
            field
        )


def test_numbers_and_dashes_stay():
    assert [harmless_cell(text) for text in ("-", "-1.5", "+3", "12,5", "90%")] == [
        *("-", "-1.5", "+3", "12,5", "90%")
    ]
