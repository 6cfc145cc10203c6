"""Sphinx's settings for the site; its pages are written by sources.py."""

import os
from typing import Any

from sphinx.application import Sphinx

project = "nand2resnet"
author = "the authors of nand2resnet"
language = "en"
extensions = ["myst_nb"]
templates_path = ["templates"]
html_static_path = ["static"]
exclude_patterns = ["_extra"]

# The notebooks have been executed before: see executed.py. Their figures are played by figures.js.
nb_execution_mode = "off"
nb_ipywidgets_js: dict[str, dict[str, str]] = {}
myst_enable_extensions = ["amsmath", "dollarmath", "colon_fence"]
myst_heading_anchors = 3
myst_title_to_header = True

# One file with its glyphs in it: nothing is asked of another machine, or from disk later on.
mathjax_path = "mathjax.js"
mathjax3_config = {
    "svg": {"fontCache": "global"},
    "options": {"enableMenu": False},
}

html_theme = "furo"
html_title = "nand2resnet"
html_favicon = "static/favicon.svg"
html_copy_source = False
html_show_sphinx = False
html_show_copyright = False
html_css_files = ["site.css"]
# No module: a browser loads none from a disk.
html_js_files = [("figures.js", {"defer": "defer"})]
html_theme_options = {
    "light_css_variables": {"color-brand-primary": "#005a8f", "color-brand-content": "#005a8f"},
    "dark_css_variables": {"color-brand-primary": "#56b4e9", "color-brand-content": "#7cc4ee"},
}
html_baseurl = os.environ.get("N2R_SITE_URL", "")


def setup(app: Sphinx) -> None:
    """After furo has made its navigation."""
    app.connect("html-page-context", _say_levels, priority=900)


def _say_levels(
    _app: Sphinx, _page: str, _template: str, context: dict[str, Any], _doctree: Any
) -> None:
    """A heading without a level means nothing to a screen reader: those of the sidebar get one."""
    tree = context.get("furo_navigation_tree", "")
    context["furo_navigation_tree"] = tree.replace(
        'role="heading"', 'role="heading" aria-level="2"'
    )
