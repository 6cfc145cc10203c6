"""Writes the folder that Sphinx reads: executed units, the grader's pages, the front page."""

from __future__ import annotations

import base64
import copy
import html
import io
import json
import os
import re
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import nbformat
from nbformat import NotebookNode
from PIL import Image

from autograder.errors import UnknownName
from autograder.hashes import hash_of
from autograder.site.executed import WIDGET_STATE, WIDGET_VIEW, in_order
from autograder.unit import ROOT, Unit

HERE: Final = Path(__file__).parent
DOCS: Final = ROOT / "autograder" / "docs"
FRONT_UNIT, FRONT_FIGURE = "01_gradient_descent", "LearningRateExplorer"
ORDER: Final = (
    *("learners", "learning_alone", "instructors", "hub", "without_a_hub", "report"),
    *("large_classes", "writing_a_unit", "security", "how_it_compares", "architecture"),
)
"""Of the grader's pages. Pages that are not named come after these, the changelog last."""
EXTRA: Final = "_extra"
"""The folder whose content goes into the site as it is."""
PICTURES_OF_OUTPUTS: Final = "pictures"
PICTURES_OF_UNITS: Final = "units-at-a-glance"
PICTURES: Final = (".svg", ".png", ".gif", ".jpg")
NOTE: Final = (
    "```{note}\n"
    "This page is for reading. The cells are those of the notebook you will work in, with the "
    "exercises still to be written; the outputs and figures come from a notebook that was solved. "
    "In yours, the figures run your own code. [How to begin](../docs/learners.md)\n"
    "```"
)


@dataclass(frozen=True)
class Page:
    """A unit's notebook as it goes to Sphinx."""

    unit: Unit
    notebook: NotebookNode

    @property
    def title(self) -> str:
        """The unit's number and name, for lists of units."""
        heading = self.unit.cells[0].source.partition("\n")[0].removeprefix("# ")
        return f"{self.unit.name[:2]} {heading}"

    @property
    def effort(self) -> str:
        """What the notebook says of time and points, such as ``75 minutes, 20 points``."""
        found = re.search(r"\*(\d+ minutes, \d+ points)", self.unit.cells[0].source)
        return found[1] if found else ""


def write_sources(pages: Iterable[Page], folder: Path) -> None:
    """Fill an empty folder with everything Sphinx reads."""
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "units").mkdir(parents=True)
    (folder / "docs").mkdir()
    pages = list(pages)
    for page in pages:
        notebook = copy.deepcopy(page.notebook)
        _put_pictures_beside(notebook, folder / EXTRA / PICTURES_OF_OUTPUTS)
        _lead_to_pages(notebook)
        notebook.cells.insert(1, nbformat.v4.new_markdown_cell(NOTE))
        target = folder / "units" / f"{page.unit.name}.ipynb"
        target.write_text(in_order(notebook), encoding="utf-8")
        for picture in page.unit.release.parent.iterdir():
            if picture.suffix in PICTURES:
                shutil.copy(picture, folder / "units" / picture.name)
    shutil.copytree(ROOT / "assets" / "units", folder / EXTRA / PICTURES_OF_UNITS)
    documents = documents_in_order(DOCS)
    for document in documents:
        text = document.read_text(encoding="utf-8")
        moved = with_links(text, document, folder)
        (folder / "docs" / document.name).write_text(moved, encoding="utf-8")
    front = front_page(pages, [document.stem for document in documents])
    (folder / "index.md").write_text(front, encoding="utf-8")


def _put_pictures_beside(notebook: NotebookNode, folder: Path) -> None:
    """Make files of the pictures that stand in outputs as text: smaller, and loaded when seen."""
    folder.mkdir(parents=True, exist_ok=True)

    def put(found: re.Match[str]) -> str:
        content = base64.b64decode(found[1])
        name = f"{hash_of(content)[:16]}.webp"
        # The same pixels in well under half of the bytes.
        Image.open(io.BytesIO(content)).save(folder / name, "WEBP", lossless=True, method=2)
        return f'src="../{PICTURES_OF_OUTPUTS}/{name}" loading="lazy"'

    _replace_in_outputs(notebook, r'src="data:image/png;base64,([^"]*)"', put)


def _lead_to_pages(notebook: NotebookNode) -> None:
    """Where an output links to another unit's notebook, let it link to that unit's page."""

    def lead(found: re.Match[str]) -> str:
        return f'href="{found[1]}.html"'

    _replace_in_outputs(notebook, r'href="[^"]*?(\d\d_\w+)/\w+\.ipynb[^"]*"', lead)


def _replace_in_outputs(
    notebook: NotebookNode, pattern: str, replacement: Callable[[re.Match[str]], str]
) -> None:
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if "text/html" in output.get("data", {}):
                shown = "".join(output.data["text/html"])
                output.data["text/html"] = re.sub(pattern, replacement, shown)


def documents_in_order(folder: Path) -> list[Path]:
    """The grader's pages: those of `ORDER`, others by name, the changelog."""
    known = {name: place for place, name in enumerate(ORDER)}
    last = {"changelog": len(known) + 1}
    places = known | last
    return sorted(
        folder.glob("*.md"), key=lambda path: (places.get(path.stem, len(known)), path.stem)
    )


def front_page(pages: list[Page], documents: list[str]) -> str:
    """index.md: what this is, a figure to move, and the lists of pages."""
    template = (HERE / "index.md").read_text(encoding="utf-8")
    units = "\n".join(f"{page.title} <units/{page.unit.name}>" for page in pages)
    parts = {
        "FIGURE": front_figure(pages),
        "UNITS": units,
        "CARDS": cards(pages),
        "DOCUMENTS": "\n".join(f"docs/{name}" for name in documents),
    }
    return re.sub(r"@(\w+)@", lambda found: parts[found[1]], template)


def cards(pages: list[Page]) -> str:
    """A link with a picture for each unit; the picture says nothing that the words do not."""
    items = "\n".join(
        f'<li><a href="units/{page.unit.name}.html">'
        f'<img src="{PICTURES_OF_UNITS}/{page.unit.name}.svg" alt="" width="230" height="172" '
        f'loading="lazy"><strong>{html.escape(page.title)}</strong>'
        f"<span>{page.effort}</span></a></li>"
        for page in pages
    )
    return f'```{{raw}} html\n<ul class="n2r-units">\n{items}\n</ul>\n```'


def front_figure(pages: list[Page]) -> str:
    """The learning-rate explorer with its recorded states, as a page of Sphinx takes it."""
    for page in pages:
        if page.unit.name != FRONT_UNIT:
            continue
        models = page.notebook.metadata.get("widgets", {}).get(WIDGET_STATE, {}).get("state", {})
        for name, model in models.items():
            if str(model["state"].get("_anywidget_id", "")).endswith(FRONT_FIGURE):
                return (
                    "```{raw} html\n"
                    f"{as_script(WIDGET_STATE, {'state': {name: model}})}\n"
                    f"{as_script(WIDGET_VIEW, {'model_id': name})}\n"
                    "```"
                )
    return ""


def as_script(kind: str, content: Any) -> str:
    """Data for a script of the page, in which nothing can end the element early."""
    text = json.dumps(content).replace("</", "<\\/")
    return f'<script type="{kind}">{text}</script>'


def with_links(text: str, document: Path, folder: Path) -> str:
    """A page of autograder/docs as it stands in the site.

    Links between the pages stay. Pictures are copied. Whatever else of the repository is linked
    becomes a link to it where it is published, or its path where that is not known. A diagram of
    Mermaid, which a page could only draw by a program of several megabytes, becomes its words.
    """
    prose_or_code = re.split(r"(^```.*?^```[ \t]*$)", text, flags=re.MULTILINE | re.DOTALL)
    prose_or_code[0::2] = [
        re.sub(r"(!?)\[([^\]]*)\]\(([^)\s]+)\)", _relinked(document, folder), prose)
        for prose in prose_or_code[0::2]
    ]
    prose_or_code[1::2] = [_without_mermaid(code) for code in prose_or_code[1::2]]
    return "".join(prose_or_code)


def _relinked(document: Path, folder: Path) -> Callable[[re.Match[str]], str]:
    def link(found: re.Match[str]) -> str:
        is_picture, words, target = found[1], found[2], found[3]
        path, _, anchor = target.partition("#")
        if not path or re.match(r"[a-z]+:", target):
            return found[0]
        place = (document.parent / path).resolve()
        if not place.exists():
            raise UnknownName(f"{document.name} links to {target}, which is not there")
        if place.parent == document.parent and place.suffix == ".md":
            return found[0]
        inside = place.relative_to(ROOT)
        if is_picture:
            shutil.copy(place, folder / "docs" / place.name)
            return f"![{words}]({place.name})"
        if inside.parts[0] == "course" and len(inside.parts) > 1 and inside.parts[1][0].isdigit():
            return f"[{words}](../units/{inside.parts[1]}.ipynb)"
        published = repository()
        if not published:
            return f"{words} (`{inside}`)" if str(inside) not in words else words
        return f"[{words}]({published}/blob/main/{inside}{'#' * bool(anchor)}{anchor})"

    return link


def repository() -> str:
    """Where the repository is published, or nothing; GitHub's workflows say it."""
    name = os.environ.get("GITHUB_REPOSITORY")
    return f"{os.environ.get('GITHUB_SERVER_URL', 'https://github.com')}/{name}" if name else ""


def _without_mermaid(code: str) -> str:
    if not code.startswith("```mermaid"):
        return code
    title = re.search(r"accTitle:\s*(.+)", code)
    words = re.search(r"accDescr:\s*(.+)", code)
    return f"```{{admonition}} {title[1] if title else 'Diagram'}\n{words[1] if words else ''}\n```"
