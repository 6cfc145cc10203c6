"""The sanitiser's promises, for any input: allowed tags only, bounded, stable, still readable."""

from __future__ import annotations

import base64
import io
import re
import struct
import zlib
from html.parser import HTMLParser
from typing import Any

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nbconvert.filters.markdown_mistune import markdown2html_mistune
from PIL import Image, PngImagePlugin

from autograder.feedback import criteria_table
from autograder.prose import prose_html
from autograder.sanitize import (
    clean_html,
    clean_markdown,
    clean_name,
    clean_notebook,
    clean_outputs,
    clean_picture,
    clean_text,
)
from autograder.sanitize.html import FORMULA_TAGS, LARGEST_HTML, MOST_TAGS, TAGS
from autograder.sanitize.notebook import MOST_OUTPUTS
from autograder.sanitize.picture import LONGEST_SIDE
from autograder.sanitize.text import LONGEST_TEXT
from tests.feedback.hostile import PAYLOADS
from tests.feedback.notebook import graded_notebook, picture
from tests.report.classroom import class_of_24

FRAGMENTS = [
    *PAYLOADS.values(),
    *("<", ">", '"', "'", "`", "``", "```\n", "\n", "\n\n", "    ", "\\", "&", "&lt;", "$", "$$"),
    *("[", "]", "(", ")", "](", "]:", "![", "[a]", "<a", "<a href=", "<!--", "-->", "<b>", "</b>"),
    *(
        "> ",
        "* ",
        "1. ",
        "| a |\n|---|\n",
        "attachment:a.png)",
        "javascript:",
        "\\(",
        "\\[",
        "\x00",
    ),
    *("<div", "<math>", "<svg>", "<style>", "<p>", "<pre>", "<td>", "\\text{", "}", "{", "\u202e"),
]
SOUP = st.lists(st.sampled_from(FRAGMENTS) | st.text(max_size=5), max_size=12).map("".join)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda part: st.lists(part, max_size=4) | st.dictionaries(st.text(max_size=8), part),
    max_leaves=8,
)  # fmt: skip


class Tags(HTMLParser):
    """Collects the tags and attributes of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def assert_only_shows(page: str, tags: set[str]) -> None:
    """No tag but these, nothing that acts, nothing fetched."""
    for tag, attributes in Tags(page).found:
        assert tag in tags, (tag, page)
        for name, value in attributes.items():
            assert not name.startswith("on"), (name, page)
            assert name not in ("id", "class", "name", "srcset", "srcdoc", "action"), page
            if name == "href":
                assert re.match(r"https?://|mailto:|#", value or "", re.IGNORECASE), page
            if name == "src":
                assert (value or "").startswith("data:image/png;base64,"), page
            if name == "style":
                assert re.fullmatch(r"(text-align:\w+)?", value or ""), page


@given(SOUP)
def test_cleaned_html_holds_only_what_shows(source: str) -> None:
    cleaned = clean_html(source)
    assert_only_shows(cleaned, set(TAGS.split()))
    assert clean_html(cleaned) == cleaned


@given(SOUP)
def test_markdown_becomes_html_that_only_shows(source: str) -> None:
    assert_only_shows(prose_html(source), set(TAGS.split()) | set(FORMULA_TAGS.split()))


@given(SOUP)
def test_cleaned_markdown_is_harmless_to_another_renderer(source: str) -> None:
    """nbconvert reads markdown its own way and cleans nothing: this is the formgrader's page."""
    cleaned = clean_markdown(source)
    assert clean_markdown(cleaned) == cleaned
    for tag, attributes in Tags(markdown2html_mistune(cleaned)).found:
        assert tag in set(TAGS.split()), (tag, cleaned)
        for name, value in attributes.items():
            assert not name.startswith("on"), cleaned
            assert name != "src", cleaned
            if name == "href":
                assert re.match(r"https?://|#", value or ""), (value, cleaned)


def test_reduced_markdown_still_says_what_the_learner_wrote() -> None:
    source = (
        "## Why?\n\nIf **a < b** then $a<b$ and `x<y`, see [this](https://example.org) and "
        "![drawing](attachment:a.png).\n\n| a | b |\n|---|---|\n| 1 | H<sub>2</sub>O |\n"
    )
    shown = markdown2html_mistune(clean_markdown(source, ["a.png"]).replace("attachment:", "#"))
    for part in (
        "<h2",
        "<strong>a &lt; b</strong>",
        "<td>1</td>",
        "<sub>2</sub>",
        "x&lt; y",
        "<img",
    ):
        assert part in shown
    assert '<a href="https://example.org">' in shown


def test_a_link_to_mail_stays_and_a_picture_elsewhere_goes() -> None:
    assert 'href="mailto:a@b.org"' in clean_html('<a href="mailto:a@b.org">write</a>')
    assert "src" not in clean_html('<img src="https://example.org/a.png" alt="a dog">')
    assert "a dog" in clean_html('<img src="https://example.org/a.png" alt="a dog">')


def test_a_data_frame_stays_a_table() -> None:
    frame = (
        "<div><style scoped>.dataframe td {color: red}</style><table border='1' class='dataframe'>"
        "<thead><tr style='text-align: right;'><th></th><th>lr</th></tr></thead>"
        "<tbody><tr><th>0</th><td>0.1</td></tr></tbody></table></div>"
    )
    assert clean_html(frame) == (
        '<div><table><thead><tr style="text-align:right"><th></th><th>lr</th></tr></thead>'
        "<tbody><tr><th>0</th><td>0.1</td></tr></tbody></table></div>"
    )


@pytest.mark.parametrize("verdict", [v for one in class_of_24() for v in one.exercises][::7])
def test_our_own_table_passes_the_sanitiser_unchanged(verdict: Any) -> None:
    def words(page: str) -> list[str]:
        return re.sub(r"<[^>]*>", " ", page).split()

    table = criteria_table(verdict)
    cleaned = clean_html(table)
    assert [tag for tag, _ in Tags(cleaned).found] == [tag for tag, _ in Tags(table).found]
    assert words(cleaned) == words(table)


@pytest.mark.parametrize("piece", ["<div>", "<b><p>", "<table><tr><td>", "<ul><li>", "<a href=#>"])
def test_html_too_large_or_too_deep_is_left_out_with_its_size(piece: str) -> None:
    for page in (piece * (MOST_TAGS // piece.count("<") + 1), "x" * (LARGEST_HTML + 1)):
        cleaned = clean_html(page)
        assert len(cleaned) < 200
        assert f"{len(page):,} characters" in cleaned


# Text and names


@given(st.text() | SOUP | JSON)
def test_text_can_be_written_and_reads_as_it_looks(value: Any) -> None:
    text = clean_text(value)
    text.encode("utf-8")
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text)
    assert clean_text(text) == text


@given(st.text() | SOUP | JSON, st.integers(5, 50))
def test_a_name_is_one_short_line(value: Any, longest: int) -> None:
    name = clean_name(value, longest)
    assert 1 <= len(name) <= longest
    assert "\n" not in name
    name.encode("utf-8")


def test_of_a_long_text_beginning_and_end_stay() -> None:
    text = clean_text("begin" + "x" * 50_000_000 + "ZeroDivisionError: the end")
    assert text.startswith("begin")
    assert text.endswith("ZeroDivisionError: the end")
    assert "characters left out" in text
    assert len(text) < 2 * LONGEST_TEXT


def test_a_progress_bar_keeps_its_last_state_and_colours_go() -> None:
    assert clean_text("\x1b[31m 10%\r 50%\r100%\x1b[0m\ndone\r\n") == "100%\ndone\n"
    assert clean_text("abc\u202edef\u2066") == "abc\\u202edef\\u2066"


# Pictures


def test_a_picture_is_written_anew_without_what_came_along() -> None:
    note = PngImagePlugin.PngInfo()
    note.add_text("Comment", "<script>")
    written = io.BytesIO()
    Image.new("RGB", (4, 3), "red").save(written, "PNG", pnginfo=note)
    cleaned = clean_picture(base64.b64encode(written.getvalue() + b"<script>").decode())
    assert cleaned is not None
    data = base64.b64decode(cleaned)
    assert b"script" not in data
    assert Image.open(io.BytesIO(data)).getpixel((0, 0)) == (255, 0, 0)


def test_a_photograph_becomes_png_and_a_large_one_smaller() -> None:
    written = io.BytesIO()
    Image.new("RGB", (3000, 30), "blue").save(written, "JPEG")
    cleaned = clean_picture(base64.b64encode(written.getvalue()).decode())
    assert cleaned is not None
    image = Image.open(io.BytesIO(base64.b64decode(cleaned)))
    assert image.format == "PNG"
    assert image.size == (LONGEST_SIDE, 30 * LONGEST_SIDE // 3000)


def bomb(width: int, height: int) -> bytes:
    """A small PNG that says it is large, and would be once decoded."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(b"\0" * 10_000_000, 9)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<svg onload=alert(1)>",
        b"GIF89a\x01\x00\x01\x00\x80\x00\x00\xff\xff\xff\x00\x00\x00!\xf9\x04",
        base64.b64decode(picture())[:200],
        bomb(60_000, 60_000),
        bomb(2**31 - 1, 1),
        b"\x89PNG\r\n\x1a\n" + b"\xff" * 100,
    ],
    ids=["empty", "svg", "gif", "cut off", "bomb", "very wide", "noise"],
)
def test_what_is_no_picture_is_left_out(data: bytes) -> None:
    assert clean_picture(base64.b64encode(data).decode()) is None


@given(JSON | st.binary(max_size=60).map(lambda data: base64.b64encode(data).decode()))
def test_anything_may_stand_where_a_picture_is_expected(data: Any) -> None:
    assert clean_picture(data) is None


# Outputs and notebooks


@given(st.lists(JSON | st.fixed_dictionaries({
    "output_type": st.sampled_from(["stream", "error", "display_data", "execute_result", "x"]),
    "name": JSON, "text": JSON, "data": JSON | st.fixed_dictionaries({
        "text/html": JSON | SOUP, "text/plain": JSON, "image/png": JSON, "text/latex": JSON,
        "text/markdown": SOUP}),
    "ename": JSON, "evalue": JSON, "traceback": JSON, "metadata": JSON, "execution_count": JSON,
}), max_size=4))  # fmt: skip
def test_any_outputs_give_outputs_that_are_valid(outputs: list[Any]) -> None:
    cleaned = clean_outputs(outputs)
    cell = nbformat.v4.new_code_cell("x", outputs=cleaned)
    nbformat.validate(nbformat.v4.new_notebook(cells=[cell]))
    kept = {kind for output in cleaned for kind in output.get("data", {})}
    assert kept <= {"text/plain", "text/html", "text/markdown", "image/png"}


@given(JSON, st.lists(JSON | st.fixed_dictionaries({
    "cell_type": st.sampled_from(["code", "markdown", "raw", "x"]), "source": JSON | SOUP,
    "id": JSON, "metadata": JSON | st.fixed_dictionaries({"nbgrader": st.dictionaries(
        st.sampled_from(["grade_id", "points", "grade", "checksum", "x"]), JSON)}),
    "outputs": JSON, "attachments": JSON, "execution_count": JSON,
}), max_size=4))  # fmt: skip
def test_any_notebook_gives_a_notebook_that_is_valid(metadata: Any, cells: list[Any]) -> None:
    cleaned = clean_notebook({"cells": cells, "metadata": metadata, "nbformat": 4})
    nbformat.validate(cleaned)
    nbformat.writes(cleaned).encode("utf-8")
    assert nbformat.from_dict(clean_notebook(cleaned)) == cleaned


def test_a_good_notebook_keeps_its_sources_outputs_and_grading() -> None:
    notebook = graded_notebook()
    cleaned = clean_notebook(notebook)
    for before, after in zip(notebook["cells"], cleaned.cells, strict=True):
        assert after.metadata == before["metadata"]
        if before["cell_type"] == "code":
            assert after.source == before["source"]
            assert len(after.outputs) == len(before["outputs"])
    assert "image/png" in cleaned.cells[6].outputs[0].data
    assert cleaned.cells[9].outputs[0].traceback[1].startswith("TypeError:")


def test_a_source_the_course_wrote_is_kept_to_the_letter() -> None:
    ours = "<details><summary>Hint</summary>\n\nHalve `h`.\n\n</details>"
    cells = [
        {"cell_type": "markdown", "source": source, "metadata": {}} for source in (ours, ours + " ")
    ]
    kept, reduced = clean_notebook({"cells": cells}, trusted={ours}).cells
    assert kept.source == ours
    assert "<details>" not in reduced.source


def test_prints_are_joined_and_too_many_outputs_are_counted() -> None:
    line = {"output_type": "stream", "name": "stdout", "text": "a\n"}
    joined = clean_outputs([line] * 1000)
    assert [output.text for output in joined] == ["a\n" * 1000]

    shown = {"output_type": "display_data", "data": {"text/plain": "x"}, "metadata": {}}
    many = clean_outputs([shown] * (MOST_OUTPUTS + 7))
    assert len(many) == MOST_OUTPUTS + 1
    assert "7 more outputs left out" in many[-1].text


def test_widgets_scripts_and_svg_go_and_their_text_stays() -> None:
    bundle = {
        "text/plain": "FloatSlider(value=0.1)",
        "application/vnd.jupyter.widget-view+json": {"model_id": "1"},
        "application/javascript": "alert(1)",
        "image/svg+xml": "<svg/>",
    }
    (output,) = clean_outputs(
        [{"output_type": "display_data", "data": bundle, "metadata": {"a": 1}}]
    )
    assert output.data == {"text/plain": "FloatSlider(value=0.1)"}
    assert output.metadata == {}


def test_tex_that_a_cell_shows_is_kept_as_text() -> None:
    bundle = {"text/plain": "<IPython.core.display.Math object>", "text/latex": "$\\frac12$"}
    (output,) = clean_outputs([{"output_type": "display_data", "data": bundle, "metadata": {}}])
    assert output.data == {"text/plain": "$\\frac12$"}
