"""Progress as a panel in a notebook: plain HTML in the colours of JupyterLab's theme."""

from __future__ import annotations

import html
import os
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

from nand2resnet.contents import UnitEntry, course
from nand2resnet.progress import record, wording
from nand2resnet.progress.standing import NextStep, UnitStanding, next_step, standing
from nand2resnet.progress.text import progress_text
from nand2resnet.wording import counted

INK = "var(--jp-content-font-color1, inherit)"
FAINT = "var(--jp-border-color2, #bdbdbd)"
BAR = "var(--jp-brand-color1, #0072b2)"


def show_panel() -> None:
    """Show the panel where a notebook's cell shows its results."""
    # Here, because only a notebook needs IPython, and has it loaded already.
    from IPython.display import display

    display({"text/html": panel_html(), "text/plain": progress_text()}, raw=True)


def panel_html() -> str:
    """The panel, with links to the notebooks that lie around this one."""
    kept = record.read()
    units = standing(course(), kept.entries)
    return (
        f'<section aria-label="Your progress" style="color: {INK}; max-width: 42em">'
        f"<p>{html.escape(wording.summary(units))} {invitation(next_step(units))}</p>"
        f"{table(units)}{ahead(units)}{remark(kept.remark)}</section>"
    )


def invitation(step: NextStep | None) -> str:
    """The next step as a link to its notebook, and to its place there where that is open."""
    if step is None:
        return ""
    text = html.escape(wording.invitation(step)).replace("`", "")
    name = step.exercise.exercise.name
    return f"<strong>{linked(text, step.unit, f'#Exercise:-{name}')}.</strong>"


def linked(text: str, unit: UnitEntry, fragment: str = "") -> str:
    """Text as a link to a unit's notebook, where the notebook can be reached from this one."""
    notebook = wording.notebook_of(unit)
    if notebook is None:
        return text
    address = quote(Path(os.path.relpath(notebook)).as_posix()) + quote(fragment, safe="#:")
    return f'<a href="{html.escape(address)}">{text}</a>'


def table(units: Sequence[UnitStanding]) -> str:
    """A row for each unit that is begun: its title, how much has passed, and of what."""
    rows = "".join(row(each) for each in units if each.is_begun)
    if not rows:
        return ""
    left = 'style="text-align: left"'
    columns = ("Unit", "Passed", "Exercises")
    head = "".join(f'<th scope="col" {left}>{name}</th>' for name in columns)
    return (
        f'<table style="border-collapse: collapse; color: inherit"><thead><tr>{head}</tr></thead>'
        f"<tbody>{rows}</tbody></table>"
    )


def ahead(units: Sequence[UnitStanding]) -> str:
    """The units that are not begun, closed until somebody wants to know: nobody is behind."""
    waiting = [each for each in units if not each.is_begun]
    if not waiting:
        return ""
    lines = "".join(
        f"<li>{titled(each.unit)}, {counted(len(each.needed), 'exercise')}</li>" for each in waiting
    )
    number = counted(len(waiting), "unit")
    return (
        f"<details><summary>{number} still to come</summary>"
        f'<ul style="list-style: none; padding-left: 1em">{lines}</ul></details>'
    )


def titled(unit: UnitEntry) -> str:
    """A unit's number and title, as a link."""
    return linked(html.escape(f"{unit.number} {unit.title}"), unit)


def row(each: UnitStanding) -> str:
    """One unit."""
    left = 'style="text-align: left; vertical-align: top"'
    return (
        f'<tr><th scope="row" style="text-align: left; vertical-align: top; font-weight: normal">'
        f"{titled(each.unit)}</th><td {left}>{bar(each)}{wording.count(each)}</td>"
        f"<td {left}>{exercises(each)}</td></tr>"
    )


def bar(each: UnitStanding) -> str:
    """The share that has passed, for the eye; the number stands beside it for everybody."""
    share = 100 * each.passed / max(1, len(each.needed))
    return (
        f'<div aria-hidden="true" style="width: 6em; height: 0.4em; background: {FAINT}">'
        f'<div style="width: {share:.0f}%; height: 100%; background: {BAR}"></div></div>'
    )


def exercises(each: UnitStanding) -> str:
    """How the unit's exercises stand: closed until somebody wants to know."""
    lines = "".join(
        f'<li style="white-space: nowrap"><code>{html.escape(one.exercise.name)}</code>: '
        f"{wording.state(one)}</li>"
        for one in each.exercises
    )
    summary = "done" if each.is_done else "begun"
    return f'<details><summary>{summary}</summary><ul style="margin: 0">{lines}</ul></details>'


def remark(text: str) -> str:
    """What there is to say about the file, if there is anything."""
    return f'<p role="note">{html.escape(text)}</p>' if text else ""
