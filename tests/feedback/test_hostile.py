"""No page of ours does anything for a learner: tried in a real browser, with its own wall off."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from autograder.feedback import criteria_table, feedback_html
from autograder.sanitize import clean_html, clean_notebook
from autograder.verdict import CriterionVerdict, Example, ExerciseVerdict, SubmissionVerdict
from tests.feedback.hostile import AWAY, PAYLOADS, RUN
from tests.feedback.notebook import code, markdown, notebook, picture
from tests.feedback.watching import watch

EVERY_PAYLOAD = pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS.keys())


@pytest.fixture(scope="module")
def tab(browser: Browser) -> Iterator[Page]:
    """One page for all payloads: making a new one takes longer than the test."""
    page = browser.new_page()
    yield page
    page.close()


def hostile_verdict(payload: str) -> SubmissionVerdict:
    """A verdict with the payload in every text that could come, in part, from a learner."""
    exercise = ExerciseVerdict(
        unit=payload,
        exercise=payload,
        points=1.0,
        max_points=3.0,
        criteria=(
            CriterionVerdict(payload, 1.0, 1.0, True, payload),
            CriterionVerdict(f"`{payload}`", 0.0, 2.0, False, f"it raised `{payload}`: {payload}"),
        ),
        diagnosis=payload,
        hint=f"`{payload}` {payload}",
        error=payload,
        example=Example(payload, payload, payload),
    )
    in_cell = replace(exercise, exercise="derivative", error=None, hint=None)
    unwritten = replace(exercise, exercise="question", criteria=(), points=None, status="waiting")
    return SubmissionVerdict(
        payload, payload, "graded", 1.0, (exercise, in_cell, unwritten), (payload, f"`{payload}`")
    )


def hostile_notebook(payload: str) -> dict[str, Any]:
    """A notebook with the payload in every place that a learner fills."""
    outputs = [
        {"output_type": "stream", "name": "stdout", "text": payload},
        {"output_type": "stream", "name": payload, "text": [f"\x1b]8;;{AWAY}\x07", payload]},
        {"output_type": "error", "ename": payload, "evalue": payload, "traceback": [payload] * 2},
        *(
            {"output_type": "display_data", "metadata": {payload: payload}, "data": {kind: payload}}
            for kind in (
                "text/html", "text/plain", "text/latex", "text/markdown", "image/svg+xml",
                "application/javascript", "image/png", "image/jpeg", payload,
                "application/vnd.jupyter.widget-view+json",
            )
        ),
    ]  # fmt: skip
    attached = markdown(f"![p](attachment:p.png) ![q](attachment:{payload})") | {
        "attachments": {
            payload: {"image/png": payload},
            "p.png": {"image/png": payload, "text/html": payload},
        }
    }
    cells = notebook(
        markdown(payload),
        markdown(f"# A heading\n\n* {payload}\n\n> {payload}\n\n| a |\n|---|\n| {payload} |\n"),
        attached,
        code(f"'''{payload}'''\n# {payload}", outputs),
        code("def derivative(): ...", outputs, grade_id="derivative", grade=True, points=3),
        markdown(payload, grade_id="question", grade=True, solution=True, points=2),
        {"cell_type": "raw", "source": payload, "metadata": {"raw_mimetype": "text/html"}},
        {"cell_type": payload, "source": [payload], "metadata": {payload: payload}},
    )
    cells["metadata"] = {"kernelspec": {"name": payload, "display_name": payload}, "title": payload}
    cells["cells"][0]["id"] = payload
    return cells


def without_its_policy(page: str) -> str:
    """The page without its second wall, so that the test sees what the sanitiser lets through."""
    bare, removed = re.subn(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", page)
    assert removed == 1
    return bare


@EVERY_PAYLOAD
def test_feedback_does_nothing_for_a_learner(tab: Page, tmp_path: Path, payload: str) -> None:
    page = feedback_html(
        hostile_notebook(payload),
        hostile_verdict(payload),
        comments={"derivative": payload},
        unit_title=payload,
    )
    path = tmp_path / "feedback.html"
    path.write_text(without_its_policy(page), encoding="utf-8")
    deeds = watch(tab, path)
    assert deeds.harmless, deeds


@EVERY_PAYLOAD
def test_html_set_into_another_page_does_nothing(tab: Page, tmp_path: Path, payload: str) -> None:
    """The table and the cleaned output as the formgrader shows them: bare, in a page not ours."""
    shown = clean_html(payload) + criteria_table(hostile_verdict(payload).exercises[0])
    path = tmp_path / "other.html"
    path.write_text(f"<!doctype html><div><div>{shown}</div></div><p>end", encoding="utf-8")
    deeds = watch(tab, path)
    assert deeds.harmless, deeds


def test_an_exported_graded_notebook_runs_nothing_of_the_learner(tab: Page, tmp_path: Path) -> None:
    """nbconvert's page has scripts of its own; none is the learner's, and no request is."""
    import nbformat
    from nbconvert import HTMLExporter

    def exported(notebook: Any) -> Path:
        path = tmp_path / "exported.html"
        path.write_text(HTMLExporter().from_notebook_node(notebook)[0], encoding="utf-8")
        return path

    some = "".join(PAYLOADS[name] for name in ("script", "image from elsewhere"))
    dirty = watch(tab, exported(nbformat.from_dict(notebook(markdown(some)))))
    assert dirty.ran
    assert any(AWAY in url for url in dirty.requests)

    cells = [cell for payload in PAYLOADS.values() for cell in hostile_notebook(payload)["cells"]]
    raw = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    clean = watch(tab, exported(clean_notebook(raw)))
    assert not clean.ran
    assert not clean.dialogs
    assert not [url for url in clean.requests if "cdnjs.cloudflare.com" not in url]
    suspicious = re.compile(r"^on|javascript|attacker|ran=1|vbscript|data:text")
    assert not [could for could in clean.could if suspicious.search(could)]


@pytest.mark.parametrize(
    "name", ["script", "image that fails", "style imports", "frame", "form", "javascript link"]
)
def test_the_watch_sees_what_a_page_does(tab: Page, tmp_path: Path, name: str) -> None:
    path = tmp_path / "page.html"
    path.write_text(f"<!doctype html><p>p</p>{PAYLOADS[name]}", encoding="utf-8")
    assert not watch(tab, path).harmless


@pytest.mark.parametrize("guarded", [True, False], ids=["with the policy", "without"])
def test_the_policy_stops_what_the_sanitiser_might_miss(
    browser: Browser, tmp_path: Path, guarded: bool
) -> None:
    with listening() as (server, asked):
        leak = (
            f"<script>{RUN}</script><img src='{server}/a.png'><style>@import '{server}/b.css';"
            f"body{{background:url({server}/c.png)}}</style><iframe src='{server}/d'></iframe>"
            f"<link rel=stylesheet href='{server}/e.css'><img src=x onerror='{RUN}'>"
        )
        page = feedback_html(notebook(markdown("Hello")), hostile_verdict("learner"))
        page = page if guarded else without_its_policy(page)
        path = tmp_path / "feedback.html"
        path.write_text(page.replace("<p>Hello</p>", leak), encoding="utf-8")
        opened = browser.new_page()
        opened.goto(path.as_uri())
        ran = opened.evaluate("window.ran !== undefined")
        opened.close()
    assert (ran, sorted(asked)) == (
        (False, []) if guarded else (True, ["/a.png", "/b.css", "/c.png", "/d", "/e.css"])
    )


@contextmanager
def listening() -> Iterator[tuple[str, list[str]]]:
    """A server on this machine, and the paths it has been asked for."""
    asked: list[str] = []

    class Listener(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Listener)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_pictures_survive_as_png(browser: Browser, tmp_path: Path) -> None:
    shown = {"output_type": "display_data", "metadata": {}, "data": {"image/png": picture()}}
    attached = markdown("![drawing](attachment:a.png)") | {
        "attachments": {"a.png": {"image/png": picture(30, 20)}}
    }
    inline = {"text/html": f'<img src="data:image/png;base64,{picture(20, 10)}" alt="inline">'}
    html = {"output_type": "display_data", "metadata": {}, "data": inline}
    page = feedback_html(notebook(attached, code("plot()", [shown, html])), hostile_verdict("ada"))
    path = tmp_path / "feedback.html"
    path.write_text(page, encoding="utf-8")
    opened = browser.new_page()
    opened.goto(path.as_uri())
    sizes = opened.evaluate("[...document.images].map((i) => [i.naturalWidth, i.naturalHeight])")
    opened.close()
    assert sizes == [[30, 20], [480, 200], [20, 10]]


def test_every_payload_has_an_effect_that_would_be_seen() -> None:
    signs = (RUN, AWAY, "<form", "<link")
    unseen = [
        name
        for name, payload in PAYLOADS.items()
        if not any(sign in payload.replace("\x00", "") for sign in signs)
    ]
    assert unseen == []
