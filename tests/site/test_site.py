"""The site, built once: what stands in it, and what a browser makes of it.

Three units are executed; with N2R_FULL=1 all of them, and every figure is moved.
"""

import functools
import html
import http.server
import json
import os
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag

import html5lib
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, expect

from autograder.site.__main__ import CACHE, build_site
from autograder.unit import load_unit, split_solutions, unit_names

FULL = os.environ.get("N2R_FULL") == "1"
EXECUTED = ("00", "01", "05")
LONG_ENOUGH = 20  # characters; shorter lines, such as `return x`, say nothing
TEXT = {".html", ".js", ".css", ".json", ".txt", ".svg", ".ipynb", ".md"}
LARGEST_BYTES = 15_000_000
# axe's impacts: minor, moderate, serious, critical.
SERIOUS = {"serious", "critical"}


@dataclass(frozen=True)
class Site:
    """A built site and where a browser finds it."""

    folder: Path
    url: str
    warnings: tuple[str, ...]

    def pages(self) -> list[str]:
        return sorted(str(path.relative_to(self.folder)) for path in self.folder.rglob("*.html"))

    def text_files(self) -> dict[str, str]:
        """Every file that can be read as text, but for the program that sets formulas."""
        found = {}
        for path in self.folder.rglob("*"):
            if path.suffix in TEXT and path.name != "mathjax.js":
                found[str(path.relative_to(self.folder))] = path.read_text(encoding="utf-8")
        return found


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("site") / "site"
    warnings = build_site(folder, executed=None if FULL else EXECUTED, cache=CACHE)
    handler = functools.partial(QuietHandler, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield Site(folder, f"http://127.0.0.1:{server.server_port}/", tuple(warnings))
        server.shutdown()


class Visit:
    """A page of the site in a browser that may ask nobody else."""

    def __init__(self, site: Site, browser: Browser, **context) -> None:
        self.site = site
        self.context = browser.new_context(**context)
        self.page: Page = self.context.new_page()
        self.wrong: list[str] = []
        self.page.on("console", self._note)
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))
        self.page.on("requestfailed", self._note_lost)
        self.context.route(re.compile(r"^https?://"), self._only_ours)

    def _note(self, message) -> None:
        if message.type in {"error", "warning"}:
            self.wrong.append(message.text)

    def _note_lost(self, request) -> None:
        # Whoever goes on to the next page drops what the last one had still asked for.
        if request.failure != "net::ERR_ABORTED":
            self.wrong.append(f"{request.failure}: {request.url[:100]}")

    def _only_ours(self, route) -> None:
        if route.request.url.startswith(self.site.url):
            route.continue_()
        else:
            self.wrong.append(f"asked for {route.request.url}")
            route.abort()

    def open(self, page: str) -> Page:
        self.page.goto(self.site.url + page)
        self.page.wait_for_selector('body[data-figures="ready"]', state="attached")
        return self.page


@pytest.fixture
def visit(site, browser) -> Iterator[Visit]:
    opened = Visit(site, browser)
    yield opened
    opened.context.close()
    assert opened.wrong == []


# --- What stands in the files --------------------------------------------------------------------


def test_sphinx_has_nothing_to_warn_of(site):
    assert site.warnings == ()


def released_text() -> str:
    """All a learner has: notebooks and companion package."""
    notebooks = [json.loads(load_unit(name).release.read_bytes()) for name in unit_names()]
    cells = ["".join(cell["source"]) for notebook in notebooks for cell in notebook["cells"]]
    package = (Path(__file__).parents[2] / "course" / "nand2resnet").rglob("*.py")
    return "\n".join([*cells, *(path.read_text(encoding="utf-8") for path in package)])


def telling(text: str, given: str) -> list[str]:
    """The lines that say something, and that a learner does not have already."""
    lines = {line.strip() for line in text.splitlines()}
    return [line for line in lines if len(line) >= LONG_ENOUGH and line not in given]


def secrets_of(name: str, given: str) -> list[str]:
    """Lines of a unit that only an instructor has: references, hidden cases, mistakes, hints."""
    unit = load_unit(name)
    solved = [
        part
        for cell in unit.cells
        if cell.role == "exercise"
        for part in split_solutions(cell.source)[1::2]
    ]
    exercises = (unit.path.parent / "exercises.py").read_text(encoding="utf-8")
    hints = [mistake.hint for exercise in unit.exercises.values() for mistake in exercise.mistakes]
    return telling("\n".join([*solved, exercises, *hints]), given)


class Words(HTMLParser):
    """A page's text, as it is read: without tags, also inside of scripts."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []

    def handle_data(self, data: str) -> None:
        self.parts.append(data)


def readings(content: str) -> str:
    """A file as it stands and as it is read, with the escapes of HTML and JSON undone."""
    content = LONG_ROWS_OF_NUMBERS.sub(" ", content)
    words = Words()
    words.feed(content)
    both = html.unescape(content + "".join(words.parts))
    return both.replace('\\"', '"').replace("\\'", "'")


LONG_ROWS_OF_NUMBERS = re.compile(r"[-+0-9.eE, \[\]]{60,}")


def found_in(content: str, secrets: list[str]) -> list[str]:
    everything = readings(content)
    # Pieces first: of most secrets nowhere in a page stand even the first letters.
    pieces = {everything[i : i + LONG_ENOUGH] for i in range(len(everything) - LONG_ENOUGH + 1)}
    likely = [secret for secret in secrets if secret[:LONG_ENOUGH] in pieces]
    return [secret for secret in likely if secret in everything]


def test_no_file_holds_a_line_that_only_an_instructor_has(site):
    given = released_text()
    secrets = [secret for name in unit_names() for secret in secrets_of(name, given)]
    # The grader's own pages may name its functions, as those who write units read them.
    mine = "\n".join(path.read_text(encoding="utf-8") for path in DOCS.glob("*.md"))
    secrets = [secret for secret in secrets if secret not in mine]
    assert len(secrets) > 3000
    leaks = {name: found_in(text, secrets) for name, text in site.text_files().items()}
    assert {name: found for name, found in leaks.items() if found} == {}


DOCS = Path(__file__).parents[2] / "autograder" / "docs"


def test_a_solution_would_be_found_wherever_it_stood(site):
    secret = secrets_of("01_gradient_descent", released_text())
    line = max(secret, key=len)
    page = (site.folder / "units" / "01_gradient_descent.html").read_text(encoding="utf-8")
    spans = "".join(f"<span>{html.escape(letter)}</span>" for letter in line)
    assert found_in(page, secret) == []
    assert found_in(page + spans, secret) == [line]
    assert found_in(page + f"<script>{json.dumps({'state': line})}</script>", secret) == [line]


def test_no_page_knows_the_machine_it_was_made_on(site):
    here = str(Path(__file__).parents[2])
    for name, text in site.text_files().items():
        made_here = name.startswith("units/") or name == "index.html"
        for place in (here, f"{Path.home()}/", "/tmp/") if made_here else (here,):
            where = text.find(place)
            assert where < 0, f"{name}: {text[where - 80 : where + 120]}"


def test_it_is_small(site):
    files = [path for path in site.folder.rglob("*") if path.name != "mathjax.js"]
    assert sum(path.stat().st_size for path in files if path.is_file()) < LARGEST_BYTES


def test_every_unit_and_every_page_of_the_grader_is_there(site):
    for name in unit_names():
        assert (site.folder / "units" / f"{name}.html").exists()
    for page in DOCS.glob("*.md"):
        assert (site.folder / "docs" / f"{page.stem}.html").exists()


def test_pages_are_html(site):
    """By the standard's own rules for what is an error, but for those that are only of taste."""
    wrong = {}
    for page in site.pages():
        parser = html5lib.HTMLParser(strict=False)
        parser.parse((site.folder / page).read_text(encoding="utf-8"))
        found = sorted({code for _, code, _ in parser.errors} - TASTE)
        if found:
            wrong[page] = found
    assert wrong == {}


TASTE: set[str] = set()


class Links(HTMLParser):
    """What a page refers to, and the places in it that can be referred to."""

    def __init__(self) -> None:
        super().__init__()
        self.targets: list[str] = []
        self.ids: list[str] = []

    def handle_starttag(self, _: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in {"href", "src"} and value and not value.startswith(("data:", "mailto:")):
                self.targets.append(value)
            if name == "id" and value:
                self.ids.append(value)


def test_every_link_inside_leads_somewhere(site):
    parsed = {}
    for page in site.pages():
        parsed[page] = Links()
        parsed[page].feed((site.folder / page).read_text(encoding="utf-8"))
    lost = []
    for page, links in parsed.items():
        for target in links.targets:
            if re.match(r"[a-z]+:", target):
                continue
            path, anchor = urldefrag(target.partition("?")[0])
            place = ((site.folder / page).parent / unquote(path)).resolve() if path else None
            file = site.folder / page if place is None else place
            file = file / "index.html" if file.is_dir() else file
            known = parsed.get(str(file.relative_to(site.folder))) if file.exists() else None
            broken_anchor = anchor and known and unquote(anchor) not in known.ids
            if not file.exists() or broken_anchor:
                lost.append((page, target))
    assert lost == []


# --- In a browser --------------------------------------------------------------------------------


def test_every_page_loads_without_an_error_and_asks_nobody_else(site, visit):
    for page in site.pages():
        visit.open(page)
        assert visit.wrong == [], page


def test_a_request_to_somebody_else_would_be_noticed(site, browser):
    visit = Visit(site, browser)
    page = visit.open("docs/changelog.html")
    page.evaluate("fetch('https://example.org/').catch(() => {})")
    visit.context.close()
    assert "asked for https://example.org/" in visit.wrong


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(site, browser, scheme):
    few = ["index.html", "units/01_gradient_descent.html", "docs/security.html"]
    pages = site.pages() if FULL else few
    visit = Visit(site, browser, color_scheme=scheme)
    found = []
    for name in pages:
        page = visit.open(name)
        results = Axe().run(page).response["violations"]
        found += [
            (name, one["id"], [node["html"][:200] for node in one["nodes"]][:4])
            for one in results
            if one["impact"] in SERIOUS
        ]
    visit.context.close()
    assert not found, json.dumps(found, indent=1)


def test_on_a_phone_nothing_is_wider_than_the_screen(site, browser):
    visit = Visit(site, browser, viewport={"width": 390, "height": 844})
    wide = {}
    for name in ("index.html", "units/01_gradient_descent.html", "docs/security.html"):
        page = visit.open(name)
        width = page.evaluate("document.documentElement.scrollWidth")
        if width > 390:
            wide[name] = width
    visit.context.close()
    assert wide == {}


def figure(page: Page, name: str) -> Locator:
    return page.get_by_role("group", name=name, exact=True)


def test_the_learning_rate_is_moved_on_the_front_page(visit):
    page = visit.open("index.html")
    explorer = page.locator(".n2r-site-figure")
    slider = explorer.get_by_role("slider", name="Learning rate")
    assert "Oscillating" in explorer.inner_text()
    slider.press("End")
    assert "Diverging" in explorer.inner_text()
    slider.press("Home")
    assert "Slow" in explorer.inner_text()


def test_opened_from_a_disk_its_figures_are_alive_too(site, browser):
    page = browser.new_page()
    page.goto((site.folder / "index.html").as_uri())
    slider = page.locator(".n2r-site-figure").get_by_role("slider", name="Learning rate")
    expect(slider).to_be_visible()
    page.close()


def test_a_start_goes_to_the_nearest_recorded_one(visit):
    page = visit.open("index.html")
    explorer = page.locator(".n2r-site-figure")
    ball = explorer.get_by_role("slider", name=re.compile("ball|start", re.IGNORECASE)).first
    before = ball.get_attribute("aria-valuetext")
    for _ in range(2):
        ball.press("Shift+ArrowLeft")
    assert ball.get_attribute("aria-valuetext") != before
    explorer.get_by_role("button", name="Reset").click()
    assert ball.get_attribute("aria-valuetext") == before


def test_what_only_a_kernel_can_do_says_so(visit):
    page = visit.open("units/01_gradient_descent.html")
    basin = figure(page, "Which basin?")
    basin.get_by_role("radio", name="A", exact=False).first.check()
    basin.get_by_role("button", name="Run").click()
    told = page.get_by_role("status").filter(has_text="Run the notebook to move this")
    told.wait_for()


def test_the_theme_of_the_page_is_the_theme_of_its_figures(visit):
    page = visit.open("index.html")
    for theme, light in (("light", "true"), ("dark", "false")):
        page.evaluate("theme => { document.body.dataset.theme = theme; }", theme)
        page.wait_for_selector(f'body[data-jp-theme-light="{light}"]')


def test_the_search_finds_a_unit(visit):
    page = visit.open("search.html?q=backpropagation")
    page.locator("#search-results a", has_text="Backpropagation").first.wait_for()


def test_every_figure_is_alive_and_moves(site, visit):
    """Whatever control a figure has first: it does something that can be seen."""
    still = []
    for name in unit_names():
        if not (FULL or name.startswith(EXECUTED)):
            continue
        page = visit.open(f"units/{name}.html")
        boxes = page.locator(".n2r-site-figure")
        assert boxes.count() == page.locator(".n2r-site-figure[data-alive]").count()
        for number in range(boxes.count()):
            box = boxes.nth(number)
            if not moves(box):
                still.append((name, box.inner_text()[:60]))
    assert still == []


CONTROLS = "input[type=range], [role=slider], input[type=radio], input[type=checkbox], button"


# What the figure shows, without what only invites to move it or tells about it.
SHOWN = """box => {
  const copy = box.cloneNode(true);
  const besides = ".n2r-invitation, .n2r-spoken, .n2r-site-line";
  for (const part of copy.querySelectorAll(besides)) part.remove();
  const inputs = [...box.querySelectorAll("input")].map((one) => [one.value, one.checked]);
  return copy.innerHTML + inputs;
}"""


def moves(box: Locator) -> bool:
    """Use one control after the other until the picture changes."""
    before = box.evaluate(SHOWN)
    controls = box.locator(CONTROLS)
    for number in range(controls.count()):
        control = controls.nth(number)
        if control.is_disabled() or not control.is_visible():
            continue
        for key in ("ArrowRight", "ArrowLeft", "Space"):
            control.press(key)
            if box.evaluate(SHOWN) != before:
                return True
    return False
