"""Open a page in a real browser and note all that it does beyond showing itself."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, Route

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


def watch(browser: Browser, path: Path, *, own: tuple[str, ...] = ()) -> Deeds:
    """Open a file as whoever double-clicks it does, hover and click all over it, and report.

    Parameters
    ----------
    browser : Browser
        Chromium.
    path : Path
        The page.
    own : tuple of str
        Acting elements that the page's own template holds.
    """
    page = browser.new_page()
    dialogs: list[str] = []
    requests: list[str] = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    page.on("request", lambda request: requests.append(request.url))
    page.route("**/*", _only_files)
    try:
        page.goto(path.as_uri())
        touch_everything(page)
        deeds = Deeds(
            ran=page.evaluate("window.ran !== undefined"),
            dialogs=tuple(dialogs),
            requests=tuple(url for url in requests if url != path.as_uri()),
            could=tuple(page.evaluate(LOOK, list(own))),
        )
    finally:
        page.close()
    return deeds


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
