"""Audits on a terminal: one row per exercise, and below it what is to be done."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from autograder.audit.findings import ExerciseAudit, Survivor

COLUMNS = ("reference", "others", "caught", "named", "at once", "mutants", "s")
LEGEND = (
    "others: other right answers that pass · caught: mistakes that lose marks · named: mistakes "
    "recognised · at once: named by the notebook's own check · mutants: killed, accepted or "
    "marked as equivalent"
)


def show(audits: Iterable[ExerciseAudit], console: Console) -> None:
    """Print the table, then what each exercise needs."""
    audits = list(audits)
    table = Table(box=None, pad_edge=False, caption=LEGEND, caption_justify="left")
    table.add_column("exercise", no_wrap=True)
    for title in COLUMNS:
        table.add_column(title, justify="right", no_wrap=True)
    for audit in audits:
        table.add_row(*row_of(audit))
    console.print(table)
    for audit in audits:
        if not audit.is_clean or audit.notes:
            console.print(Text(f"\n{audit.unit} · {audit.exercise}", style="bold"))
            console.print(Padding(Group(*needs_of(audit)), (0, 0, 0, 2)))
    dirty = sum(not audit.is_clean for audit in audits)
    if dirty:
        noun = "exercise needs" if dirty == 1 else "exercises need"
        console.print(Text(f"\n✗ {dirty} {noun} work.", style="red"))
    else:
        console.print(Text("\n✓ Nothing left to do.", style="green"))


def row_of(audit: ExerciseAudit) -> tuple[Text, ...]:
    """One exercise in numbers: what is as it should be, of how many."""
    settled = audit.mutants_killed + audit.mutants_accepted + audit.mutants_equivalent
    mark = Text("✓ ", style="green") if audit.is_clean else Text("✗ ", style="red")
    return (
        Text.assemble(mark, audit.exercise),
        parts(int(audit.reference_passes), 1),
        parts(audit.alternatives_passed, audit.alternatives),
        parts(audit.mistakes_caught, audit.mistakes),
        parts(audit.mistakes_named, audit.mistakes),
        Text(f"{audit.mistakes_named_at_once}/{audit.mistakes}"),
        parts(settled, audit.mutants),
        Text(f"{audit.seconds:.0f}", style="dim"),
    )


def parts(good: int, every: int) -> Text:
    """``3/4``, in red unless they are all good."""
    return Text(f"{good}/{every}", style="" if good == every else "bold red")


def needs_of(audit: ExerciseAudit) -> Iterator[RenderableType]:
    """Problems, survivors and notes of one exercise."""
    for problem in audit.problems:
        yield Text(f"• {problem[0].upper()}{problem[1:]}")
    if audit.survivors:
        yield Text(
            "• Each of these changes of the reference earns full marks. Add a case that "
            "shows it; if it makes no difference, say why in exercises.py:"
        )
        yield Text(f'  {audit.exercise}.equivalent({audit.survivors[0].line!r}, "...")', "cyan")
    for before, survivors in itertools.groupby(audit.survivors, key=removed_lines):
        yield Padding(Text("\n".join(before), style="red"), (1, 0, 0, 2))
        for survivor in survivors:
            yield Padding(Text(f"+ {survivor.line}", style="green"), (0, 0, 0, 2))
    for note in audit.notes:
        yield Text(f"• Note: {note}", style="dim")


def removed_lines(survivor: Survivor) -> tuple[str, ...]:
    """The lines of the reference that a mutant changes, as they stand in its diff."""
    lines = survivor.diff.splitlines()[2:]
    return tuple(f"- {line[1:].strip()}" for line in lines if line.startswith("-"))
