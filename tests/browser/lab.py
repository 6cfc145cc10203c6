"""JupyterLab for tests: a server on loopback, and a page in a real browser that opens notebooks.

`LabServer` is started once for many tests. `LabPage` is one browser page with one notebook; it
keeps what went wrong behind the scenes, where nobody looks: errors in the console, exceptions in
widget callbacks, tracebacks in the server's log.
"""

import json
import os
import secrets
import struct
import subprocess
import sys
import time
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import nbformat
from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, WebSocket

CHROMIUM = Path("/usr/bin/chromium")
CHROMIUM_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
START_SECONDS = 60
PATIENCE_SECONDS = 60  # for a page, a kernel or a run of all cells; a guard, not a measurement

# What jupyter_server trips over when a page connects again to a kernel that a test has just ended.
KERNEL_HAS_GONE = "AttributeError: 'NoneType' object has no attribute 'kernel_ws_protocol'"

# Nothing asks, nothing phones, nothing saves by itself, and every cell is in the page.
SETTINGS = {
    "@jupyterlab/apputils-extension:notification": {
        "fetchNews": "false",
        "checkForUpdates": False,
    },
    "@jupyterlab/docmanager-extension:plugin": {"autosave": False},
    "@jupyterlab/notebook-extension:tracker": {"windowingMode": "none"},
}


@dataclass(frozen=True)
class CellError:
    """An exception that stopped a cell."""

    cell: int
    name: str
    message: str


class LabServer:
    """A JupyterLab server of its own: its folder, settings, kernels' home and log are temporary."""

    def __init__(self, folder: Path) -> None:
        self.notebooks = folder / "notebooks"
        self.progress = folder / "progress"  # where the learner's progress is noted
        self._token = secrets.token_hex(16)
        self._log = folder / "server.log"
        self._read_of_log = 0
        settings = folder / "settings"
        for made in (self.notebooks, settings):
            made.mkdir(parents=True)
        (settings / "overrides.json").write_text(json.dumps(SETTINGS))
        homes = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")
        environment = os.environ | {home: str(folder / home.lower()) for home in homes}
        environment["NAND2RESNET_PROGRESS"] = str(self.progress)
        environment["JUPYTERLAB_SETTINGS_DIR"] = str(folder / "user-settings")
        environment["JUPYTERLAB_WORKSPACES_DIR"] = str(folder / "workspaces")
        # The kernel's `python` is the one that runs the tests.
        environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environment['PATH']}"
        command = (
            *(sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"),
            f"--ServerApp.root_dir={self.notebooks}",
            "--ServerApp.ip=127.0.0.1",
            "--ServerApp.port=0",
            f"--IdentityProvider.token={self._token}",
            f"--LabApp.app_settings_dir={settings}",
            "--LabApp.expose_app_in_browser=True",
            "--LabApp.news_url=None",
        )
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                command, env=environment, cwd=folder, stdout=log, stderr=subprocess.STDOUT
            )
        self.url = self._wait_for_url(folder / "jupyter_runtime_dir")

    def _wait_for_url(self, runtime: Path) -> str:
        """Wait until the server has written down where it listens, and answers there."""
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self._process.poll() is None:
            for found in runtime.glob("jpserver-*.json"):
                written = found.read_text()
                if written.endswith("}") and self._answers(json.loads(written)["url"].rstrip("/")):
                    return str(json.loads(written)["url"].rstrip("/"))
            time.sleep(0.1)
        self.stop()
        raise RuntimeError(f"JupyterLab did not start; its log:\n{self._log.read_text()}")

    def _answers(self, url: str) -> bool:
        try:
            with urllib.request.urlopen(f"{url}/api?token={self._token}", timeout=5) as reply:
                return bool(reply.status == 200)
        except OSError:
            return False

    def write_notebook(self, name: str, cells: Sequence[str]) -> str:
        """Write a notebook of code cells into the server's folder and return its path there."""
        notebook = nbformat.v4.new_notebook(
            cells=[nbformat.v4.new_code_cell(source) for source in cells],
            metadata={
                "kernelspec": {
                    "name": "python3",
                    "display_name": "Python 3",
                    "language": "python",
                }
            },
        )
        path = self.notebooks / name
        path.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(notebook, path)
        return name

    def address(self, path: str) -> str:
        """Return the address that opens one notebook in a fresh workspace."""
        return (
            f"{self.url}/lab/workspaces/test-{secrets.token_hex(4)}/tree/{path}?token={self._token}"
        )

    def delete_sessions(self) -> None:
        """Shut down every kernel that a notebook was using."""
        for session in json.loads(self._request("GET", "/api/sessions")):
            self._request("DELETE", f"/api/sessions/{session['id']}")

    def _request(self, method: str, path: str) -> bytes:
        request = urllib.request.Request(
            f"{self.url}{path}", method=method, headers={"Authorization": f"token {self._token}"}
        )
        with urllib.request.urlopen(request, timeout=30) as reply:
            return reply.read()

    def new_tracebacks(self) -> str:
        """Return what the log has gained since the last call, if there is a traceback in it."""
        text = self._log.read_text(errors="replace")
        gained, self._read_of_log = text[self._read_of_log :], len(text)
        ours = gained.count("Traceback (most recent call last)") - gained.count(KERNEL_HAS_GONE)
        return gained if ours else ""

    def stop(self) -> None:
        """End the server and its kernels."""
        self._process.terminate()
        try:
            self._process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


class LabPage:
    """One notebook in JupyterLab in a real browser.

    Attributes
    ----------
    page : Page
        Playwright's page, for everything that has no method here.
    console_errors : list of str
        What the page logged as an error or failed to catch.
    callback_errors : list of str
        Tracebacks of exceptions that the kernel met outside of any cell: in widget callbacks.
    """

    def __init__(self, server: LabServer, browser: Browser) -> None:
        self.server = server
        self.server.new_tracebacks()  # whatever stands in the log is an earlier page's
        self.console_errors: list[str] = []
        self.callback_errors: list[str] = []
        self.page: Page = browser.new_page(viewport={"width": 1280, "height": 1000})
        self.page.set_default_timeout(1000 * PATIENCE_SECONDS)
        self.page.on("console", self._note_console)
        self.page.on("pageerror", lambda error: self.console_errors.append(str(error)))
        self.page.on("websocket", self._listen)

    def open(self, path: str, *, theme: str = "JupyterLab Light") -> None:
        """Open a notebook of the server's folder and wait until its kernel is idle."""
        self.page.goto(self.server.address(path))
        self._wait_for_kernel(path)
        self.set_theme(theme)

    def open_cells(self, *cells: str, theme: str = "JupyterLab Light") -> None:
        """Write a notebook of code cells and open it."""
        name = f"notebook_{secrets.token_hex(4)}.ipynb"
        self.open(self.server.write_notebook(name, cells), theme=theme)

    def set_theme(self, theme: str) -> None:
        """Choose one of JupyterLab's themes by its name."""
        self.execute("apputils:change-theme", {"theme": theme})
        light = "true" if "Light" in theme else "false"
        self.page.wait_for_selector(f'body[data-jp-theme-light="{light}"]', state="attached")

    def execute(self, command: str, arguments: dict[str, object] | None = None) -> None:
        """Execute one of JupyterLab's commands, as its menus do, and wait until it is done."""
        self.page.evaluate(
            """([command, args, seconds]) => Promise.race([
              window.jupyterapp.commands.execute(command, args).then(() => null),
              new Promise((_, fail) =>
                setTimeout(() => fail(new Error(`${command} did not end`)), 1000 * seconds)),
            ])""",
            [command, arguments or {}, PATIENCE_SECONDS],
        )

    def run_all(self) -> None:
        """Run all cells, as the Run menu does, and wait until the kernel rests."""
        self.execute("runmenu:run-all")
        self.wait_idle()

    def wait_idle(self) -> None:
        """Wait until the kernel has nothing to do."""
        # Attached, not visible: in a narrow window the toolbar hides its indicator.
        self.page.wait_for_selector(
            '.jp-Notebook-ExecutionIndicator[data-status="idle"]', state="attached"
        )

    def _wait_for_kernel(self, path: str) -> None:
        """Wait until the notebook is open and its kernel is connected and idle.

        The notebook's indicator says idle also while there is no kernel yet; a run that is asked
        for at that moment opens a dialog and waits for ever.
        """
        self.page.evaluate(
            """async ([path, seconds]) => {
              const deadline = Date.now() + 1000 * seconds;
              const ready = () => {
                const notebook = window.jupyterapp?.shell?.currentWidget;
                const kernel = notebook?.sessionContext?.session?.kernel;
                return notebook?.context?.path === path
                  && kernel?.connectionStatus === "connected" && kernel?.status === "idle";
              };
              while (!ready()) {
                if (Date.now() > deadline) throw new Error(`${path}: no kernel is ready`);
                await new Promise((again) => setTimeout(again, 50));
              }
            }""",
            [path, PATIENCE_SECONDS],
        )

    def cell(self, index: int) -> Locator:
        """Return a cell, counted from 0, markdown cells included."""
        return self.page.locator(".jp-Notebook .jp-Cell").nth(index)

    def output_text(self, index: int) -> str:
        """Return what stands below a cell, as text."""
        return "\n".join(self.cell(index).locator(".jp-OutputArea-output").all_inner_texts())

    def replace_source(self, index: int, source: str) -> None:
        """Put another text into a cell, as if it had been typed."""
        editor = self.cell(index).locator(".cm-content")
        editor.click()
        self.page.keyboard.press("Control+a")
        self.page.keyboard.insert_text(source)

    def run_cell(self, index: int) -> None:
        """Run one cell and wait until the kernel rests."""
        self.cell(index).locator(".jp-InputPrompt").click()
        self.execute("notebook:run-cell")
        self.wait_idle()

    def cell_errors(self) -> list[CellError]:
        """Return the exceptions that stand in the notebook's outputs."""
        found = self.page.evaluate(
            """() => window.jupyterapp.shell.currentWidget.model.sharedModel.cells.flatMap(
              (cell, i) => (cell.cell_type === "code" ? cell.getOutputs() : [])
                .filter((output) => output.output_type === "error")
                .map((output) => [i, output.ename, output.evalue]))"""
        )
        return [CellError(*error) for error in found]

    def figure(self, name: str) -> Locator:
        """Return the interactive figure of this name (its label for screen readers)."""
        return self.page.get_by_role("group", name=name, exact=True)

    def settle(self) -> None:
        """Wait until the kernel has answered all that the page has asked of it so far.

        Twice, because a figure keeps its newest change back while an older one is under way.
        """
        self.page.evaluate(
            """async (seconds) => {
              const notebook = window.jupyterapp?.shell?.currentWidget;
              const kernel = notebook?.sessionContext?.session?.kernel;
              const tooLong = new Promise((_, fail) =>
                setTimeout(() => fail(new Error("the kernel does not answer")), 1000 * seconds));
              await Promise.race([kernel?.requestKernelInfo(), tooLong]);
              await Promise.race([kernel?.requestKernelInfo(), tooLong]);
            }""",
            PATIENCE_SECONDS,
        )

    def hidden_errors(self) -> list[str]:
        """Return what has gone wrong so far where no cell shows it."""
        self.settle()
        log = self.server.new_tracebacks()
        return [*self.console_errors, *self.callback_errors, *([log] if log else [])]

    def forget_hidden_errors(self) -> list[str]:
        """Return what has gone wrong so far, for a test that wanted it, and start afresh."""
        found = self.hidden_errors()
        self.console_errors.clear()
        self.callback_errors.clear()
        return found

    def close(self) -> None:
        """Shut the kernel down and close the page."""
        # The kernel first: what it still sends to a page that has gone is an error in the log.
        self.server.delete_sessions()
        self.page.close()

    def _note_console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.console_errors.append(f"{message.text} ({message.location.get('url', '')})")

    def _listen(self, socket: WebSocket) -> None:
        if "/channels" in socket.url:
            socket.on("framereceived", lambda frame: self._note_callback_error(frame))

    def _note_callback_error(self, frame: str | bytes) -> None:
        """Keep an error that answers no cell: so ipywidgets sends a callback's traceback."""
        header, parent, content = kernel_message(frame)
        if header["msg_type"] == "error" and parent.get("msg_type") != "execute_request":
            self.callback_errors.append("\n".join(content["traceback"]))


def kernel_message(frame: str | bytes) -> tuple[dict, dict, dict]:
    """Return header, parent header and content of a frame on a kernel's websocket.

    Source: jupyter_server, `deserialize_msg_from_ws_v1`: a count, so many offsets (all 64-bit,
    little-endian), then channel, header, parent header, metadata, content, buffers.
    """
    if isinstance(frame, str):
        message = json.loads(frame)
        return message["header"], message["parent_header"], message["content"]
    (count,) = struct.unpack_from("<Q", frame)
    offsets = struct.unpack_from(f"<{count}Q", frame, 8)
    parts = [frame[start:end] for start, end in pairwise(offsets)]
    _, header, parent, _, content = parts[:5]
    return json.loads(header), json.loads(parent), json.loads(content)
