"""Error by year: the ImageNet challenge, and what would be left of it without an idea."""

from __future__ import annotations

import traitlets

from nand2resnet.ilsvrc import ENTRIES, HUMAN_ERROR, IDEAS, Entry, best_without
from nand2resnet.widgets.figure import Figure, module_text
from nand2resnet.widgets.network_figure import NETWORKS_CSS

FIRST: dict[str, list[str]] = {"without": []}


class ErrorByYear(Figure):
    """The smallest top-5 error of the ImageNet challenge by year; each idea can be switched off.

    Attributes
    ----------
    without : list of str
        The ideas that are switched off.
    entries : list of dict
        All entries, with year, error, team and ideas.
    best : list of dict
        For each year the best entry so far that did without these ideas.

    Examples
    --------
    >>> ErrorByYear()  # doctest: +SKIP
    """

    _esm = module_text("error_by_year.js")
    _css = Figure._css + NETWORKS_CSS

    scale = traitlets.Dict(
        {"ideas": [[name, year] for name, year in IDEAS.items()], "human": HUMAN_ERROR}
    ).tag(sync=True)
    first = traitlets.Dict(FIRST).tag(sync=True)
    without: traitlets.List[str] = traitlets.List().tag(sync=True)
    entries: traitlets.List[dict[str, object]] = traitlets.List().tag(sync=True)
    best: traitlets.List[dict[str, object]] = traitlets.List().tag(sync=True)

    def __init__(self) -> None:
        super().__init__(entries=[as_plain(entry.year, entry) for entry in ENTRIES], **FIRST)
        self._compute()
        self.observe(lambda _: self._compute(), names="without")

    def _compute(self) -> None:
        self.best = [as_plain(year, entry) for year, entry in best_without(self.without)]


def as_plain(year: int, entry: Entry) -> dict[str, object]:
    """An entry as the front end takes it; ``year`` is where it is drawn."""
    return {"year": year, "from": entry.year, "error": entry.error, "team": entry.team}
