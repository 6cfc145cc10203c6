"""An IPython shell without a kernel: runs a notebook's cells and keeps their outputs, bounded."""

from __future__ import annotations

import base64
import io
import os
import sys
import tempfile
from pathlib import Path
from typing import Any, Final

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.error import StdinNotImplementedError
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from autograder.runner.probing import TimeLimit, time_limit

MOST_TEXT_PER_CELL: Final = 100_000
MOST_OUTPUTS_PER_CELL: Final = 100
LARGEST_RICH_OUTPUT_BYTES: Final = 2 << 20
CUT: Final = "\n[the rest of this output was cut]\n"

Output = dict[str, Any]


class Outputs:
    """The outputs of the cell that is running."""

    def __init__(self) -> None:
        self.start()

    def start(self) -> list[Output]:
        """Begin a new cell; return its list of outputs, which fills as the cell runs."""
        self.all: list[Output] = []
        self._text_left = MOST_TEXT_PER_CELL
        self._clear_on_next = False
        return self.all

    def text(self, name: str, text: str) -> None:
        """Add text to a stream, joined with what the same stream printed just before."""
        self._clear_if_due()
        if self._text_left <= 0 or not text:
            return
        if len(text) > self._text_left:
            text = text[: self._text_left] + CUT
        self._text_left -= len(text)
        last = self.all[-1] if self.all else None
        if last is not None and last["output_type"] == "stream" and last["name"] == name:
            last["text"] += text
        else:
            self.add({"output_type": "stream", "name": name, "text": text})

    def add(self, output: Output) -> None:
        """Add an output, unless the cell has already made more than it may."""
        self._clear_if_due()
        if len(self.all) < MOST_OUTPUTS_PER_CELL:
            self.all.append(output)

    def clear(self, wait: bool) -> None:
        """Forget the outputs so far, at once or when the next one comes."""
        self._clear_on_next = wait
        if not wait:
            self.all.clear()

    def _clear_if_due(self) -> None:
        if self._clear_on_next:
            self._clear_on_next = False
            self.all.clear()


class Stream(io.TextIOBase):
    """sys.stdout or sys.stderr of a cell."""

    encoding = "utf-8"
    errors = "replace"

    def __init__(self, name: str, outputs: Outputs) -> None:
        self._name = name
        self._outputs = outputs

    def writable(self) -> bool:
        """Streams can be written to."""
        return True

    def isatty(self) -> bool:
        """As in a kernel: progress bars choose their plain form."""
        return False

    def write(self, text: str) -> int:
        """Append to the running cell's outputs."""
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        self._outputs.text(self._name, text)
        return len(text)


def _outputs_of(part: Any) -> Outputs:
    outputs: Outputs = part.shell.outputs
    return outputs


class KeepingDisplayHook(DisplayHook):
    """The value of a cell's last expression, kept instead of printed."""

    def start_displayhook(self) -> None:
        """Print no prompt."""

    def write_output_prompt(self) -> None:
        """Print no prompt."""

    def write_format_data(self, format_dict: dict, _: dict | None = None) -> None:
        """Keep the value's representations."""
        output = {
            "output_type": "execute_result",
            "data": plain_mimebundle(format_dict),
            "metadata": {},
            "execution_count": self.prompt_count,
        }
        _outputs_of(self).add(output)

    def finish_displayhook(self) -> None:
        """Nothing to flush."""


class KeepingPublisher(DisplayPublisher):
    """What a cell displays, kept; a display_id lets later displays take its place."""

    def publish(
        self,
        data: dict,
        *_: Any,
        transient: dict | None = None,
        update: bool = False,
        **__: Any,
    ) -> None:
        """Keep one display, or update an earlier one of the same cell."""
        identity = (transient or {}).get("display_id")
        bundle = plain_mimebundle(data)
        if update:
            for output in _outputs_of(self).all:
                if output.get("display_id") == identity:
                    output["data"] = bundle
            return
        output = {"output_type": "display_data", "data": bundle, "metadata": {}}
        if identity is not None:
            output["display_id"] = str(identity)
        _outputs_of(self).add(output)

    def clear_output(self, wait: bool = False) -> None:
        """Forget the cell's outputs."""
        _outputs_of(self).clear(wait)


class Shell(InteractiveShell):
    """The shell the learner's cells run in."""

    def __init__(self, **kwargs: Any) -> None:
        self.outputs = Outputs()
        super().__init__(**kwargs)

    def enable_gui(self, gui: Any = None) -> None:
        """There is no event loop to integrate."""

    def raw_input(self, *_: Any, **__: Any) -> str:
        """No one is there to type."""
        raise StdinNotImplementedError("input() has no one to ask while a notebook is graded")

    def _showtraceback(self, etype: Any, evalue: Any, stb: Any) -> None:
        try:
            message = str(evalue)
        except BaseException:  # noqa: BLE001 - a learner's __str__ may do anything
            message = ""
        error = {"output_type": "error", "ename": str(getattr(etype, "__name__", etype))}
        text = self.InteractiveTB.stb2text(stb)[:MOST_TEXT_PER_CELL]
        self.outputs.add(error | {"evalue": message[:2000], "traceback": text.split("\n")})


def make_shell() -> Shell:
    """Make the process's shell, with inline figures and the streams of a notebook."""
    config = Config()
    config.HistoryManager.enabled = False
    config.InteractiveShell.colors = "nocolor"
    config.InteractiveShell.cache_size = 0
    config.InteractiveShell.display_page = True
    shell = Shell.instance(
        config=config, displayhook_class=KeepingDisplayHook, display_pub_class=KeepingPublisher
    )
    _inline_figures(shell)
    sys.stdout = Stream("stdout", shell.outputs)
    sys.stderr = Stream("stderr", shell.outputs)
    return shell


def _inline_figures(shell: Shell) -> None:
    import builtins

    import matplotlib as mpl
    from matplotlib_inline.backend_inline import configure_inline_support

    mpl.use("module://matplotlib_inline.backend_inline")
    mpl.interactive(True)  # figures show at the end of a cell without plt.show()
    configure_inline_support(shell, "module://matplotlib_inline.backend_inline")
    builtins.input = shell.raw_input


def run_cell(shell: Shell, source: str, seconds: float) -> list[Output]:
    """Run one cell and return its outputs; a cell that takes too long gets an error output."""
    outputs = shell.outputs.start()
    try:
        with time_limit(seconds):
            shell.run_cell(source, store_history=True)
    except TimeLimit:
        message = f"this cell was stopped after {seconds:g} seconds"
        error = {"output_type": "error", "ename": "TimeLimit", "evalue": message}
        shell.outputs.add(error | {"traceback": [message]})
    return outputs


def plain_mimebundle(data: Any) -> dict[str, Any]:
    """Text, HTML and PNG of a display, as text; anything larger than allowed is left out."""
    bundle: dict[str, Any] = {}
    for mime in ("text/plain", "text/html", "text/markdown", "text/latex", "image/png"):
        value = data.get(mime) if isinstance(data, dict) else None
        if isinstance(value, bytes):
            value = base64.b64encode(value).decode()
        if isinstance(value, str) and len(value) <= LARGEST_RICH_OUTPUT_BYTES:
            bundle[mime] = value
    return bundle


class FileDescriptorCapture:
    """Catches what programs and C code write to file descriptors 1 and 2 while a cell runs."""

    def __init__(self) -> None:
        self._files = {descriptor: _unlinked_file() for descriptor in (1, 2)}
        for descriptor, file in self._files.items():
            os.dup2(file, descriptor)

    def drain(self, outputs: Outputs) -> None:
        """Append what was written to the cell's outputs, and forget it."""
        for descriptor, name in ((1, "stdout"), (2, "stderr")):
            file = self._files[descriptor]
            os.lseek(file, 0, os.SEEK_SET)
            text = os.read(file, MOST_TEXT_PER_CELL).decode("utf-8", "replace")
            os.ftruncate(file, 0)
            os.lseek(file, 0, os.SEEK_SET)
            outputs.text(name, text)


def _unlinked_file() -> int:
    """A file that has no name, in the folder for temporary files."""
    descriptor, path = tempfile.mkstemp()
    Path(path).unlink()
    return descriptor
