"""TeX becomes MathML that a browser draws, and what cannot be read stays readable."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from autograder.formula import LONGEST_FORMULA, formula_html
from autograder.prose import prose_html

COURSE = Path(__file__).parents[2] / "course"
UNKNOWN = re.compile(r"<mi>\\[^<]*</mi>|<mi>&amp;</mi>|newline")


@pytest.mark.parametrize(
    ("tex", "mathml"),
    [
        (r"\frac{a}{b}", "<mfrac><mrow><mi>a</mi></mrow><mrow><mi>b</mi></mrow></mfrac>"),
        (r"\mathrm{d}x", "<mtext>d</mtext><mi>x</mi>"),
        (r"\arg\max_w f", "<mo>arg</mo><munder><mo>max</mo><mi>w</mi></munder><mi>f</mi>"),
        (r"a < b \& c", "<mi>a</mi><mo>&lt;</mo><mi>b</mi>"),
        (r"\text{a & <b>}", "<mtext>a&#160;&amp;&#160;&lt;b&gt;</mtext>"),
    ],
)
def test_a_formula_becomes_mathml(tex: str, mathml: str) -> None:
    assert mathml in formula_html(tex, display=True).replace("\xa0", "&#160;")


@pytest.mark.parametrize("name", ["aligned", "align", "align*", "split", "gathered", "cases"])
def test_lines_of_a_formula_stand_below_each_other(name: str) -> None:
    written = formula_html(rf"\begin{{{name}}} a &= b \\[2pt] c &= d \end{{{name}}}", display=True)
    assert written.count("<mtr>") == 2
    assert not UNKNOWN.search(written)


@pytest.mark.parametrize(
    "tex", [r"\frac", "{" * 900, "x^^^", r"\left( a", "x" * LONGEST_FORMULA + "x"]
)
def test_what_cannot_be_read_stays_as_tex(tex: str) -> None:
    assert formula_html(tex) == f"<code>{tex}</code>"


def test_dollars_that_are_money_stay_money() -> None:
    assert "<math" not in prose_html("It costs $5 and $6.")


@pytest.mark.parametrize("path", sorted(COURSE.glob("*/*.ipynb")), ids=lambda path: path.stem)
def test_every_formula_of_the_course_is_understood(path: Path) -> None:
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    for cell in cells:
        if cell["cell_type"] == "markdown":
            shown = prose_html("".join(cell["source"]))
            assert not UNKNOWN.findall(shown), "rewrite it, or teach autograder/formula.py"
            tex_left = re.findall(r"<code>[^<]*\\(?:frac|begin|sum|nabla|left)[^<]*</code>", shown)
            assert not tex_left
