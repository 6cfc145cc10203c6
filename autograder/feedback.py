"""The page a learner gets back: the notebook, and at each exercise what the grader found."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from autograder.highlight import code_html
from autograder.pages import render_page, render_part
from autograder.prose import prose_html
from autograder.sanitize import clean_outputs
from autograder.standing import Standing, standing, with_manual_scores
from autograder.verdict import CriterionVerdict, ExerciseVerdict, SubmissionVerdict

STYLES = ("page.css", "feedback.css", "code.css")


@dataclass(frozen=True)
class Card:
    """What the page says about one exercise."""

    number: int
    verdict: ExerciseVerdict
    standing: Standing
    comment: Markup | None
    marked_by_hand: bool

    @property
    def anchor(self) -> str:
        """Where the card stands in the page; made from no name, since names are not ours."""
        return f"exercise-{self.number}"

    def message(self, criterion: CriterionVerdict) -> str | None:
        """What a criterion's message says beyond what the card has said above it."""
        said = [text for text in (self.verdict.error, self.verdict.hint) if text]
        message = criterion.message
        if message is None or any(text in message for text in said):
            return None
        example = self.verdict.example
        return message.removeprefix(f"{example.call}: ") if example else message


@dataclass(frozen=True)
class Output:
    """One cleaned output: its kind decides how the template shows it."""

    kind: str
    content: Markup | str


@dataclass(frozen=True)
class Block:
    """One cell of the notebook, and the card that follows it, if it ends an exercise."""

    kind: str
    content: Markup
    outputs: tuple[Output, ...] = ()
    card: Card | None = None


def feedback_html(
    notebook: Mapping[str, Any] | None,
    verdict: SubmissionVerdict,
    *,
    comments: Mapping[str, str] | None = None,
    manual_scores: Mapping[str, float] | None = None,
    unit_title: str | None = None,
) -> str:
    """Return the feedback on one submission as a page that loads nothing and runs nothing.

    Parameters
    ----------
    notebook : mapping or None
        The graded notebook (format 4) with nbgrader's cell metadata; it need not be clean. None
        where the submission could not be read.
    verdict : SubmissionVerdict
        What grading found.
    comments : mapping, optional
        The instructor's remarks by exercise or question, in markdown.
    manual_scores : mapping, optional
        Points given by hand, by exercise or question; they replace the grader's.
    unit_title : str, optional
        The unit's title as learners know it; by default its name.
    """
    verdict = with_manual_scores(verdict, manual_scores or {})
    cards = _cards(verdict, comments or {}, manual_scores or {})
    blocks = list(_blocks(notebook or {}, cards))
    placed = {block.card.number for block in blocks if block.card}
    return render_page(
        "feedback.html",
        styles=STYLES,
        verdict=verdict,
        title=unit_title or verdict.unit,
        cards=list(cards.values()),
        blocks=blocks,
        unplaced=[card for card in cards.values() if card.number not in placed],
        waiting=sum(one.max_points for one in verdict.exercises if one.status == "waiting"),
    )


def criteria_table(verdict: ExerciseVerdict) -> str:
    """Return one exercise's criteria as a small HTML table that needs no style of ours.

    It goes into the graded notebook as an output, and so into the formgrader.

    Parameters
    ----------
    verdict : ExerciseVerdict
        What grading found.
    """
    return render_part("criteria.html", verdict=verdict).strip()


def _cards(
    verdict: SubmissionVerdict, comments: Mapping[str, str], by_hand: Collection[str]
) -> dict[str, Card]:
    cards = {}
    for number, entry in enumerate(verdict.exercises, 1):
        comment = comments.get(entry.exercise)
        remark = Markup(prose_html(comment, below=3)) if comment else None
        marked = entry.exercise in by_hand
        cards[entry.exercise] = Card(number, entry, standing(entry), remark, marked)
    return cards


def _blocks(notebook: Mapping[str, Any], cards: Mapping[str, Card]) -> Iterator[Block]:
    """Turn cells into blocks; each card follows its cell, once."""
    left = dict(cards)
    for cell in map(_mapping, notebook.get("cells", ())):
        source = cell.get("source", "")
        source = source if isinstance(source, str) else "".join(map(str, source))
        if not source.strip():
            continue
        grading = _mapping(_mapping(cell.get("metadata")).get("nbgrader"))
        card = left.pop(str(grading.get("grade_id")), None) if grading.get("grade") else None
        if cell.get("cell_type") == "code":
            # A check is judged outside the notebook: its card stands in place of its output.
            outputs = () if card else tuple(_outputs(cell.get("outputs")))
            yield Block("check" if card else "code", Markup(code_html(source)), outputs, card)
        else:
            prose = prose_html(source, attachments=_attachments(cell), below=1)
            yield Block("answer" if card else "prose", Markup(prose), (), card)


def _attachments(cell: Mapping[str, Any]) -> dict[str, Mapping[str, str]]:
    return {name: _mapping(bundle) for name, bundle in _mapping(cell.get("attachments")).items()}


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _outputs(outputs: Any) -> Iterator[Output]:
    """Show each output in the richest of its cleaned forms."""
    for output in clean_outputs(outputs):
        data = output.get("data", {})
        if output["output_type"] == "stream":
            yield Output(output["name"], output["text"])
        elif output["output_type"] == "error":
            yield Output("error", "\n".join(output["traceback"]) or output["evalue"])
        elif "text/html" in data:
            yield Output("html", Markup(data["text/html"]))
        elif "image/png" in data:
            yield Output("picture", data["image/png"])
        elif "text/markdown" in data:
            yield Output("html", Markup(prose_html(data["text/markdown"], below=2)))
        else:
            yield Output("stdout", data["text/plain"])
