"""Open a page in a real browser and note all that it does beyond showing itself."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Dialog, Page, Request, Route

# Elements, attributes and addresses by which a page acts, whoever wrote them. `mayHave` lists what
# the page's own template uses.
LOOK = """
(mayHave) => {
  const found = [];
  const acting = ["script", "iframe", "frame", "object", "embed", "applet", "base", "link",
    "form", "input", "button", "textarea", "select", "video", "audio", "source", "template",
    "noscript", "portal", "dialog", "foreignObject", "animate", "set", "use", "image",
    "meta[http-equiv=refresh]"];
  const sending = ["action", "formaction", "srcdoc", "ping", "background", "poster", "srcset"];
  for (const name of acting.filter((name) => !mayHave.includes(name)))
    if (document.querySelector(name)) found.push(`<${name}>`);
  for (const element of document.querySelectorAll("*"))
    for (const { name, value } of element.attributes) {
      if (name.startsWith("on")) found.push(name);
      if (sending.includes(name))
        found.push(`${name}=${value}`);
      const reached = ["href", "src", "xlink:href"].includes(name);
      if (reached && !/^(https?:|mailto:|#|data:image\\/png;base64,|[\\w%.\\/-]+$)/.test(value))
        found.push(`${name}=${value}`);
      if (reached && name === "src" && !value.startsWith("data:image/png;base64,"))
        found.push(`${name}=${value}`);
      if (name === "style" && !/^(text-align: ?\\w+;?)?$/.test(value)) found.push(`style=${value}`);
    }
  return found;
}
"""


@dataclass(frozen=True)
class Deeds:
    """What a page did: scripts of others, dialogs, requests, and what it could do if touched."""

    ran: bool
    dialogs: tuple[str, ...]
    requests: tuple[str, ...]
    could: tuple[str, ...]

    @property
    def harmless(self) -> bool:
        """Whether the page did nothing and can do nothing."""
        return not (self.ran or self.dialogs or self.requests or self.could)


def watch(tab: Page, path: Path, *, own: tuple[str, ...] = ()) -> Deeds:
    """Open a file as whoever double-clicks it does, send events all over it, and report.

    Parameters
    ----------
    tab : Page
        A page of chromium; many files can be opened in it one after the other.
    path : Path
        The file.
    own : tuple of str
        Acting elements that the page's own template holds.
    """
    dialogs: list[str] = []
    requests: list[str] = []

    def on_dialog(dialog: Dialog) -> None:
        dialogs.append(dialog.message)
        dialog.dismiss()

    def on_request(request: Request) -> None:
        requests.append(request.url)

    tab.goto("about:blank")
    tab.on("dialog", on_dialog)
    tab.on("request", on_request)
    tab.route("**/*", _only_files)
    try:
        tab.goto(path.as_uri())
        touch_everything(tab)
        return Deeds(
            ran=tab.evaluate("window.ran !== undefined"),
            dialogs=tuple(dialogs),
            requests=tuple(url for url in requests if url != path.as_uri()),
            could=tuple(tab.evaluate(LOOK, list(own))),
        )
    finally:
        tab.remove_listener("dialog", on_dialog)
        tab.remove_listener("request", on_request)
        tab.unroute("**/*")


def touch_everything(page: Page) -> None:
    """Send the events that handlers wait for, without leaving the page by its links."""
    page.evaluate(
        """() => {
          for (const element of document.querySelectorAll("body *"))
            for (const kind of ["mouseover", "focus", "toggle", "load", "error", "animationend"])
              element.dispatchEvent(new Event(kind));
          for (const folded of document.querySelectorAll("details")) folded.open = true;
        }"""
    )
    page.wait_for_load_state("load")
    page.evaluate("() => new Promise((done) => setTimeout(done, 30))")


def _only_files(route: Route) -> None:
    if route.request.url.startswith("file:"):
        route.continue_()
    else:
        route.abort()
