"""An author's marks on mutants that make no difference, held against the mutants there are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from autograder.audit.survival import Fate
from autograder.exercise import Equivalent
from autograder.mutants import Mutant


@dataclass(frozen=True)
class Marked:
    """The mutants that earn full marks, sorted by the marks; and what is wrong with the marks."""

    equivalent: tuple[Mutant, ...]
    survivors: tuple[Mutant, ...]
    problems: tuple[str, ...]


def compare_marks(marks: Sequence[Equivalent], fates: Mapping[Mutant, Fate]) -> Marked:
    """Sort the mutants that survived, and find marks that hold for none of them."""
    lines = {plain(mark.line) for mark in marks}
    survived = [mutant for mutant, fate in fates.items() if fate == "survived"]
    equivalent = tuple(mutant for mutant in survived if plain(mutant.line) in lines)
    survivors = tuple(mutant for mutant in survived if plain(mutant.line) not in lines)
    used = {plain(mutant.line) for mutant in equivalent}
    others = {plain(mutant.line): fate for mutant, fate in fates.items() if fate != "survived"}
    problems = [
        unused_mark(mark, others.get(plain(mark.line)))
        for mark in marks
        if plain(mark.line) not in used
    ]
    return Marked(equivalent, survivors, tuple(problems))


def plain(line: str) -> str:
    """A line without what does not matter: spaces, and the kind of quotes."""
    return " ".join(line.replace('"', "'").split())


def unused_mark(mark: Equivalent, fate: Fate | None) -> str:
    """Why a mark marks nothing."""
    if fate is None:
        return (
            f"`equivalent({mark.line!r}, ...)` fits no mutant any more. Take it away, or copy the "
            "line from the survivor it was meant for."
        )
    return f"`equivalent({mark.line!r}, ...)` marks a mutant that is {fate}. Take it away."
