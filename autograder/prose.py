"""Markdown as clean HTML that loads nothing: formulas as MathML, pictures only from the cell."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from autograder.formula import formula_html
from autograder.sanitize import clean_html, clean_text
from autograder.sanitize.markdown import LONGEST_MARKDOWN

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token


def prose_html(
    source: str, *, attachments: Mapping[str, Mapping[str, str]] | None = None, below: int = 0
) -> str:
    """Return markdown as HTML, cleaned after everything else has been done to it.

    Parameters
    ----------
    source : str
        Markdown with HTML and TeX, by anybody.
    attachments : mapping, optional
        Pictures the cell carries: name -> {media type: base64}.
    below : int
        Levels by which headings are lowered, so that they stand below the page's own.
    """
    text = clean_text(source, LONGEST_MARKDOWN)
    environment = {"attachments": attachments or {}, "below": below}
    return clean_html(_renderer().render(text, environment), formulas=True)


@cache
def _renderer() -> MarkdownIt:
    from markdown_it import MarkdownIt
    from mdit_py_plugins.amsmath import amsmath_plugin
    from mdit_py_plugins.dollarmath import dollarmath_plugin

    markdown = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    markdown.use(
        dollarmath_plugin, allow_digits=False, double_inline=True, renderer=_dollar_formula
    )
    markdown.use(amsmath_plugin, renderer=lambda tex: formula_html(tex, display=True))
    markdown.add_render_rule("image", _attached_image)
    markdown.add_render_rule("heading_open", _lowered_heading)
    markdown.add_render_rule("heading_close", _lowered_heading)
    return markdown


def _dollar_formula(tex: str, options: Mapping[str, Any]) -> str:
    return formula_html(tex, display=bool(options.get("display_mode")))


def _attached_image(
    renderer: Any,
    tokens: Sequence[Token],
    index: int,
    options: Any,
    environment: MutableMapping[str, Any],
) -> str:
    token = tokens[index]
    address = str(token.attrGet("src") or "")
    bundle = environment["attachments"].get(address.removeprefix("attachment:"), {})
    for media_type in ("image/png", "image/jpeg"):
        if address.startswith("attachment:") and media_type in bundle:
            token.attrSet("src", f"data:{media_type};base64,{bundle[media_type]}")
    written: str = renderer.image(tokens, index, options, environment)
    return written


def _lowered_heading(
    renderer: Any,
    tokens: Sequence[Token],
    index: int,
    options: Any,
    environment: MutableMapping[str, Any],
) -> str:
    token = tokens[index]
    token.tag = f"h{min(6, int(token.tag[1]) + environment['below'])}"
    written: str = renderer.renderToken(tokens, index, options, environment)
    return written
