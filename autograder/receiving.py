"""Take what a runner reports, and believe nothing: only what the job allows, and only so much."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final

from autograder.job import Execution, Job, Observed
from autograder.runner.frames import MalformedFrame
from autograder.runner.probing import Observation, Trouble
from autograder.sanitize import clean_name, clean_text

MOST_REPORTS: Final = 50_000
MOST_VISIBLE_CHECKS: Final = 1000
MOST_OUTPUTS_PER_CELL: Final = 200
MOST_TRACEBACK_LINES: Final = 1000
LARGEST_OUTPUTS: Final = 16 << 20  # characters, of all cells together
LONGEST_KEY: Final = 64
LONGEST_MESSAGE: Final = 2000
LONGEST_LINE: Final = 300
MOST_ANCESTORS: Final = 8
KINDS_OF_DATA: Final = ("text/plain", "text/html", "text/markdown", "text/latex", "image/png")


class Receiver:
    """Takes one runner's reports into an :class:`Execution`; it was not given cells to ``skip``.

    ``cell`` is the cell the runner says it is at; ``finished``, whether it says it is done.
    """

    def __init__(self, job: Job, execution: Execution, skip: Collection[int] = ()) -> None:
        self.cell: int | None = None
        self.finished = False
        self._awaited = {cell.exercise for cell in job.cells if cell.index not in skip} - {None}
        self._execution = execution
        self._indices = {cell.index for cell in job.cells}
        self._steps = {name: len(packed.cases) for name, packed in job.exercises.items()}
        self._reports = 0
        self._outputs_left = LARGEST_OUTPUTS

    def take(self, message: Any) -> None:
        """Take one report.

        Raises
        ------
        MalformedFrame
            It is not one that the job allows, or there are too many.
        """
        self._reports += 1
        if self._reports > MOST_REPORTS:
            raise MalformedFrame("there are too many reports")
        kind = _text(message.get("kind")) if isinstance(message, dict) else ""
        if kind == "cell":
            self.cell = self._index(message)
        elif kind == "outputs":
            outputs = checked_outputs(message.get("outputs"))
            self._execution.outputs[self._index(message)] = self._within_bounds(outputs)
        elif kind == "observation":
            self._observe(message)
        elif kind == "done":
            if self._awaited - self._execution.observed.keys():
                raise MalformedFrame("it says that it is done, and is not")
            self.finished = True
        elif kind != "ready":
            raise MalformedFrame("it is not a report")

    def _index(self, message: dict[Any, Any]) -> int:
        index = message.get("index")
        if type(index) is not int or index not in self._indices:
            raise MalformedFrame("a report names no cell")
        return index

    def _within_bounds(self, outputs: list[dict[str, Any]]) -> list[dict[str, Any]]:
        self._outputs_left -= sum(map(_size, outputs))
        if self._outputs_left >= 0:
            return outputs
        text = f"[left out: the notebook shows more than {LARGEST_OUTPUTS >> 20} MiB]\n"
        return [{"output_type": "stream", "name": "stderr", "text": text}]

    def _observe(self, message: dict[Any, Any]) -> None:
        name, step, after = message.get("exercise"), message.get("step"), message.get("after")
        if type(name) is not str or name not in self._steps or type(step) is not int:
            raise MalformedFrame("an observation belongs to no exercise")
        observation = Observation(
            message.get("value"),
            _trouble(message.get("error")),
            after if isinstance(after, dict) else {},
        )
        observed = self._execution.observed.setdefault(name, Observed())
        if step == 0 and len(observed.visible) < MOST_VISIBLE_CHECKS:
            observed.visible.append((_text(message.get("key"), LONGEST_KEY), observation))
        elif 1 <= step <= self._steps[name]:
            observed.cases.setdefault(step - 1, observation)


def _trouble(data: Any) -> Trouble | None:
    if data is None:
        return None
    if not isinstance(data, dict):
        raise MalformedFrame("an error is not well formed")
    ancestors = data.get("ancestors")
    names = ancestors[:MOST_ANCESTORS] if isinstance(ancestors, list | tuple) else ()
    line = data.get("line")
    return Trouble(
        clean_name(data.get("type")),
        tuple(map(clean_name, names)),
        clean_text(data.get("message"), LONGEST_MESSAGE),
        clean_text(line, LONGEST_LINE) if isinstance(line, str) else None,
    )


def checked_outputs(outputs: Any) -> list[dict[str, Any]]:
    """Outputs of the four kinds a notebook knows, with text where text belongs."""
    if not isinstance(outputs, list):
        raise MalformedFrame("outputs are not a list")
    checked = map(_checked_output, outputs[:MOST_OUTPUTS_PER_CELL])
    return [good for good in checked if good is not None]


def _checked_output(output: Any) -> dict[str, Any] | None:
    if not isinstance(output, dict):
        return None
    kind = _text(output.get("output_type"))
    if kind == "stream":
        name = "stderr" if _text(output.get("name")) == "stderr" else "stdout"
        return {"output_type": "stream", "name": name, "text": _text(output.get("text"))}
    if kind == "error":
        lines = output.get("traceback")
        traceback = lines[:MOST_TRACEBACK_LINES] if isinstance(lines, list) else []
        error: dict[str, Any] = {"output_type": "error", "ename": clean_name(output.get("ename"))}
        error["evalue"] = clean_text(output.get("evalue"), LONGEST_MESSAGE)
        return error | {"traceback": list(map(_text, traceback))}
    data = output.get("data")
    if kind not in ("display_data", "execute_result") or not isinstance(data, dict):
        return None
    texts = {mime: data[mime] for mime in KINDS_OF_DATA if isinstance(data.get(mime), str)}
    checked: dict[str, Any] = {"output_type": kind, "data": texts, "metadata": {}}
    if kind == "execute_result":
        checked["execution_count"] = None
    return checked


def _text(value: Any, longest: int | None = None) -> str:
    """The value, if it is text. Comparing an array with text would not give a truth value."""
    return value[:longest] if isinstance(value, str) else ""


def _size(output: dict[str, Any]) -> int:
    parts = [output.get("text", ""), *output.get("traceback", ()), *output.get("data", {}).values()]
    return sum(map(len, parts))
