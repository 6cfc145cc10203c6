"""Templates made into one HTML page that carries all it needs and may load nothing else."""

from __future__ import annotations

import base64
import hashlib
import re
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from autograder.sanitize import clean_name, clean_text
from autograder.standing import counted, points_text, standing

TEMPLATES: Final = Path(__file__).parent / "templates"


def render_page(template: str, *, styles: tuple[str, ...], script: str = "", **content: Any) -> str:
    """Return a page with its styles and script inside.

    The page's security policy names the hashes of exactly these, so that a browser would refuse
    any other script or style, and any request, even if the sanitiser had let one through.

    Parameters
    ----------
    template : str
        File name of a template that extends ``page.html``.
    styles : tuple of str
        File names of style sheets, joined in this order.
    script : str
        File name of a script, or ``""`` for a page without one.
    **content
        What the template shows. Text is escaped; only ``Markup`` goes in as it is.
    """
    style = "\n".join(_text(name) for name in styles)
    code = _text(script) if script else ""
    policy = "; ".join(
        [
            "default-src 'none'",
            "img-src data:",
            f"style-src-elem '{_hash(style)}'",
            "style-src-attr 'unsafe-inline'",  # The sanitiser leaves text-align, nothing else.
            f"script-src '{_hash(code)}'" if code else "script-src 'none'",
            "base-uri 'none'",
            "form-action 'none'",
        ]
    )
    page = {"policy": policy, "style": Markup(style), "script": Markup(code)}
    return _templates().get_template(template).render(**content, page=page)


def render_part(template: str, **content: Any) -> str:
    """Return a piece of HTML to be set into a page that is not ours."""
    return _templates().get_template(template).render(**content)


@cache
def _templates() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "name": clean_name,
        "points": points_text,
        "text": clean_text,
        "ticks": with_code,
        "breakable": breakable,
        "call": breakable_call,
        "when": moment,
    }
    environment.globals |= {"counted": counted, "standing": standing}
    return environment


def with_code(text: str | None) -> Markup:
    """Escape a sentence and set what stands between backticks as code."""
    escaped = str(escape(clean_text(text or "")))
    return Markup(re.sub(r"`([^`\n]+)`", r"<code>\1</code>", escaped))


def breakable(name: str) -> Markup:
    """Escape a name and let a line break after its underscores."""
    return Markup(str(escape(clean_name(name))).replace("_", "_<wbr>"))


def breakable_call(call: str) -> Markup:
    """Escape a call and let a line break where its parts end, not within a name."""
    return Markup(re.sub(r"([(,=_])", r"\1<wbr>", str(escape(clean_text(call)))))


def moment(when: datetime) -> Markup:
    """Write a time as a date and hours, where this machine is; exactly, for programs."""
    local = when.astimezone() if when.tzinfo else when
    shown = f"{local.day} {local:%B %Y, %H:%M}"
    return Markup(f'<time datetime="{when.isoformat(timespec="minutes")}">{shown}</time>')


@cache
def _text(name: str) -> str:
    return (TEMPLATES / name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"
