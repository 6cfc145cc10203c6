"""A learner's notebook and its outputs, reduced to text, PNG and cleaned HTML."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

from autograder.sanitize.html import clean_html
from autograder.sanitize.markdown import clean_markdown
from autograder.sanitize.picture import clean_picture
from autograder.sanitize.text import clean_name, clean_text

if TYPE_CHECKING:
    from nbformat import NotebookNode

MOST_OUTPUTS = 100
"""Outputs of one cell that are kept."""
LONGEST_SOURCE = 100_000
"""Characters of one cell that are kept."""

_CELL_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_FILE_NAME = re.compile(r"[\w.-]{1,100}")
_PICTURES = ("image/png", "image/jpeg")


def clean_notebook(notebook: Mapping[str, Any], *, trusted: Collection[str] = ()) -> NotebookNode:
    """Return a copy of ``notebook`` that an instructor can open in any notebook program.

    Parameters
    ----------
    notebook : mapping
        A notebook of format 4, as merged and executed.
    trusted : collection of str
        Sources written by the course. A cell whose source is one of them keeps it to the letter;
        in every other cell markdown is reduced.
    """
    from nbformat import from_dict  # Takes a second to import, and whoever calls has done it.

    taken: set[str] = set()
    cells = [
        _clean_cell(cell, f"cell-{number}", taken, trusted)
        for number, cell in enumerate(_listed(notebook.get("cells")))
        if isinstance(cell, Mapping)
    ]
    metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    reduced = {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    cleaned: NotebookNode = from_dict(reduced)
    return cleaned


def clean_outputs(outputs: Any) -> list[NotebookNode]:
    """Return a cell's outputs with nothing in them that acts: text, PNG, cleaned HTML.

    Neighbouring prints to one stream are joined, then every text is shortened to what a reader
    can use. Scripts, SVG and widgets go; TeX is kept as text, markdown is reduced.
    """
    from nbformat import from_dict

    kept = _joined_streams([out for out in _listed(outputs) if isinstance(out, Mapping)])
    cleaned = [_clean_output(output) for output in kept[:MOST_OUTPUTS]]
    if len(kept) > MOST_OUTPUTS:
        note = f"[... {len(kept) - MOST_OUTPUTS:,} more outputs left out ...]\n"
        cleaned.append({"output_type": "stream", "name": "stdout", "text": note})
    nodes: list[NotebookNode] = from_dict([output for output in cleaned if output is not None])
    return nodes


def _clean_cell(
    cell: Mapping[str, Any], spare_id: str, taken: set[str], trusted: Collection[str]
) -> dict[str, Any]:
    source = "".join(_texts(cell.get("source")))
    kind = cell.get("cell_type") if cell.get("cell_type") in ("code", "markdown") else "raw"
    reduced: dict[str, Any] = {
        "id": _unique_id(cell.get("id"), spare_id, taken),
        "cell_type": kind,
        "metadata": _clean_metadata(cell.get("metadata")),
    }
    attachments = clean_attachments(cell.get("attachments"))
    if kind == "code":
        reduced["execution_count"] = _count(cell.get("execution_count"))
        reduced["outputs"] = clean_outputs(cell.get("outputs"))
        reduced["source"] = clean_text(source, LONGEST_SOURCE)
    else:
        # A raw cell goes into an exported page as it is, so it is reduced like markdown.
        reduced["source"] = source if source in trusted else clean_markdown(source, attachments)
    return reduced | ({"attachments": attachments} if kind == "markdown" and attachments else {})


def _unique_id(value: Any, spare: str, taken: set[str]) -> str:
    valid = isinstance(value, str) and _CELL_ID.fullmatch(value) and value not in taken
    chosen = str(value) if valid else spare
    while chosen in taken:
        chosen += "-again"
    taken.add(chosen)
    return chosen


def _clean_metadata(metadata: Any) -> dict[str, Any]:
    """Only what nbgrader reads is kept, each value checked for its type."""
    found = metadata.get("nbgrader") if isinstance(metadata, Mapping) else None
    if not isinstance(found, Mapping) or not _is_id(found.get("grade_id")):
        return {}
    checks = {
        "grade_id": _is_id,
        "grade": _is_bool,
        "solution": _is_bool,
        "locked": _is_bool,
        "task": _is_bool,
        "points": _is_points,
        "schema_version": _is_points,
        "cell_type": lambda value: value in ("code", "markdown"),
        "checksum": _is_id,
    }
    return {"nbgrader": {key: found[key] for key, ok in checks.items() if ok(found.get(key))}}


def _is_id(value: Any) -> bool:
    return isinstance(value, str) and _CELL_ID.fullmatch(value) is not None


def _is_bool(value: Any) -> bool:
    return isinstance(value, bool)


def _is_points(value: Any) -> bool:
    return type(value) in (int, float) and 0 <= value < 1e9  # NaN compares as False


def _count(value: Any) -> int | None:
    """An execution count; True is an int to Python, but not to the notebook format."""
    return value if type(value) is int and value >= 0 else None


def clean_attachments(attachments: Any) -> dict[str, dict[str, str]]:
    """Return the pictures a markdown cell carries, by name, as PNG; all else is left out."""
    if not isinstance(attachments, Mapping):
        return {}
    cleaned = {}
    for name, bundle in attachments.items():
        picture = _picture_of(bundle)
        if isinstance(name, str) and _FILE_NAME.fullmatch(name) and picture:
            cleaned[name] = {"image/png": picture}
    return cleaned


def _joined_streams(outputs: list[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    joined: list[Mapping[str, Any]] = []
    texts: list[Any] = []
    for output in outputs:
        is_stream = output.get("output_type") == "stream"
        if is_stream and joined and _same_stream(joined[-1], output):
            texts.extend(_listed(output.get("text")))
            continue
        if is_stream:
            texts = list(_listed(output.get("text")))
            output = {**output, "text": texts}
        joined.append(output)
    return joined


def _same_stream(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return one.get("output_type") == "stream" and one.get("name") == other.get("name")


def _clean_output(output: Mapping[str, Any]) -> dict[str, Any] | None:
    kind = output.get("output_type")
    if kind == "stream":
        name = "stderr" if output.get("name") == "stderr" else "stdout"
        return {"output_type": kind, "name": name, "text": clean_text(output.get("text"))}
    if kind == "error":
        return {
            "output_type": kind,
            "ename": clean_name(output.get("ename")),
            "evalue": clean_text(output.get("evalue"), 1000),
            "traceback": clean_text("\n".join(_texts(output.get("traceback")))).split("\n"),
        }
    if kind in ("display_data", "execute_result"):
        cleaned: dict[str, Any] = {"output_type": kind, "metadata": {}}
        cleaned["data"] = _clean_bundle(output.get("data"))
        if kind == "execute_result":
            cleaned["execution_count"] = _count(output.get("execution_count"))
        return cleaned if cleaned["data"] else None
    return None


def _clean_bundle(bundle: Any) -> dict[str, str]:
    """The forms of one displayed object that are kept, at most one of each kind."""
    if not isinstance(bundle, Mapping):
        return {}
    cleaned = {}
    plain, latex = clean_text(bundle.get("text/plain")), clean_text(bundle.get("text/latex"))
    if latex and (not plain or plain.startswith("<IPython")):
        plain = latex
    if plain:
        cleaned["text/plain"] = plain
    if page := "".join(_texts(bundle.get("text/html"))):
        cleaned["text/html"] = clean_html(page)
    if markdown := clean_markdown(bundle.get("text/markdown")):
        cleaned["text/markdown"] = markdown
    if picture := _picture_of(bundle):
        cleaned["image/png"] = picture
    elif any(kind in bundle for kind in _PICTURES):
        cleaned["text/plain"] = "[A picture that could not be shown was left out]"
    return cleaned


def _picture_of(bundle: Any) -> str | None:
    if not isinstance(bundle, Mapping):
        return None
    pictures = ("".join(_texts(bundle[kind])) for kind in _PICTURES if kind in bundle)
    return next((cleaned for data in pictures if (cleaned := clean_picture(data))), None)


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [] if value is None else [value]


def _texts(value: Any) -> list[str]:
    return [part for part in _listed(value) if isinstance(part, str)]
