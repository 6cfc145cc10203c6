"""Somebody at the hub in a browser: logs in, uses JupyterLab and the assignment list."""

from __future__ import annotations

from playwright.sync_api import Browser, Locator, Page

from tests.hub.hub import Hub

PATIENCE_SECONDS = 60


class Seat:
    """A browser of one person, logged in, in JupyterLab.

    Attributes
    ----------
    page : Page
        The page of JupyterLab.
    requests : list of str
        Addresses that any page of this person asked for.
    """

    def __init__(self, hub: Hub, browser: Browser, username: str) -> None:
        self.hub, self.username = hub, username
        self.requests: list[str] = []
        self._context = browser.new_context(viewport={"width": 1280, "height": 900})
        self._context.set_default_timeout(1000 * PATIENCE_SECONDS)
        self._context.on("request", lambda request: self.requests.append(request.url))
        self.page = self.new_page()

    def new_page(self) -> Page:
        """Another tab of the same browser."""
        return self._context.new_page()

    def log_in(self) -> None:
        """Log in with the password of the account, and wait for JupyterLab."""
        self.page.goto(f"{self.hub.url}/hub/login")
        self.page.fill("#username_input", self.username)
        self.page.fill("#password_input", self.hub.passwords[self.username])
        self.page.click("#login_submit")
        self.page.wait_for_url(f"**/user/{self.username}/lab**")
        self.page.wait_for_function("window.jupyterapp !== undefined")
        self.page.evaluate("window.jupyterapp.restored")

    def address(self, path: str) -> str:
        """An address of this person's server."""
        return f"{self.hub.url}/user/{self.username}/{path}"

    def execute(self, command: str, arguments: dict | None = None) -> None:
        """Execute one of JupyterLab's commands and wait until it is done."""
        self.page.evaluate(
            "([name, args]) => window.jupyterapp.commands.execute(name, args).then(() => null)",
            [command, arguments or {}],
        )

    def commands(self) -> list[str]:
        """The commands that this JupyterLab knows."""
        return self.page.evaluate("window.jupyterapp.commands.listCommands()")

    def assignments(self, kind: str, unit: str) -> Locator:
        """The entry of a unit in the assignment list: released, fetched or submitted."""
        entries = self.page.locator(f"#{kind}_assignments_list > .list_item")
        return entries.filter(has_text=unit)

    def open_notebook(self, path: str) -> None:
        """Open a notebook, and wait until its kernel is there."""
        self.execute("docmanager:open", {"path": path})
        self.page.evaluate(
            """async ([path, seconds]) => {
              const deadline = Date.now() + 1000 * seconds;
              const ready = () => {
                const notebook = window.jupyterapp.shell.currentWidget;
                const kernel = notebook?.sessionContext?.session?.kernel;
                return kernel?.connectionStatus === "connected" && kernel?.status === "idle";
              };
              while (!ready()) {
                if (Date.now() > deadline) throw new Error(`${path}: no kernel is ready`);
                await new Promise((again) => setTimeout(again, 50));
              }
            }""",
            [path, PATIENCE_SECONDS],
        )

    def cell_with(self, text: str) -> Locator:
        """The notebook's cell whose text holds this."""
        return self.page.locator(".jp-Notebook .jp-CodeCell").filter(has_text=text)

    def write(self, cell: Locator, source: str) -> None:
        """Put another text into a cell, as if it had been typed."""
        cell.locator(".cm-content").click()
        self.page.keyboard.press("Control+a")
        self.page.keyboard.insert_text(source)

    def run_all_and_save(self) -> None:
        """Run all cells, wait until the kernel rests, save."""
        self.execute("runmenu:run-all")
        self.page.wait_for_selector(
            '.jp-Notebook-ExecutionIndicator[data-status="idle"]', state="attached"
        )
        self.execute("docmanager:save")

    def run_in_kernel(self, code: str) -> str:
        """Run code in the open notebook's kernel: "ok", an exception's name, or "died"."""
        return self.page.evaluate(
            """async ([code, seconds]) => {
              const session = window.jupyterapp.shell.currentWidget.sessionContext.session;
              const died = new Promise((end) => session.statusChanged.connect((_, status) => {
                if (["restarting", "autorestarting", "dead"].includes(status)) end("died");
              }));
              const tooLong = new Promise((_, fail) =>
                setTimeout(() => fail(new Error("the code does not end")), 1000 * seconds));
              const done = session.kernel.requestExecute({code}).done.then(
                (reply) => reply.content.ename ?? reply.content.status, () => "died");
              return Promise.race([done, died, tooLong]);
            }""",
            [code, PATIENCE_SECONDS],
        )

    def close(self) -> None:
        """Close the browser of this person."""
        self._context.close()
