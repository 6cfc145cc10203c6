"""``python -m autograder.site`` (``make site``): build the static site into build/site."""

from __future__ import annotations

import importlib.util
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console

from autograder.errors import BadUnit, GraderError
from autograder.site.executed import is_cached, page_notebook
from autograder.site.sources import EXTRA, HERE, Page, write_sources
from autograder.unit import ROOT, load_unit, unit_names

BUILD: Final = ROOT / "build"
CACHE: Final = BUILD / "site-cache"
FIRST_WITH_TORCH: Final = "10"
MATHJAX: Final = "tex-svg-full.js"


def build_site(
    out: Path, *, executed: Sequence[str] | None = None, cache: Path = CACHE
) -> list[str]:
    """Build the site from the sources as they are now.

    Parameters
    ----------
    out : Path
        Where the site goes; what is there is replaced.
    executed : sequence of str, optional
        The units that are executed, so that their pages have outputs; all if not given.
    cache : Path
        Where executed units are kept.

    Returns
    -------
    list of str
        What Sphinx warns of: links that lead nowhere, markup that is not understood.

    Raises
    ------
    BadUnit
        If a solved unit does not run, or PyTorch is missing where a unit needs it.
    GraderError
        If Sphinx or a page of it is missing.
    """
    console = Console(stderr=True)
    chosen = [load_unit(name).name for name in executed or unit_names()]
    _require(chosen)
    pages = []
    for number, name in enumerate(unit_names(), 1):
        unit = load_unit(name)
        if name in chosen and not is_cached(unit, cache):
            console.print(f"{number:2d}/{len(unit_names())} executing {name}", highlight=False)
        pages.append(Page(unit, page_notebook(unit, cache, execute=name in chosen)))
    console.print("writing pages", highlight=False)
    sources = out.with_name(f"{out.name}-source")
    write_sources(pages, sources)
    warnings = _run_sphinx(sources, out)
    _put_mathjax(out)
    return warnings


def _require(chosen: Sequence[str]) -> None:
    """Say at once what is missing, not after minutes."""
    if any(importlib.util.find_spec(name) is None for name in ("sphinx", "myst_nb", "furo")):
        raise GraderError(
            "Sphinx is missing: `make environment` installs it; "
            "so does `pip install 'nand2resnet[site]'`"
        )
    needs_torch = [name for name in chosen if name >= FIRST_WITH_TORCH]
    if needs_torch and importlib.util.find_spec("torch") is None:
        raise BadUnit(
            f"{needs_torch[0]} and later units are executed with PyTorch, which is missing: "
            "`make environment` installs it, or `pip install 'nand2resnet[torch]'`"
        )


def _run_sphinx(sources: Path, out: Path) -> list[str]:
    """Sphinx's own run; its warnings, one a line."""
    from sphinx.application import Sphinx  # a second, which a missing package should not cost

    shutil.rmtree(out, ignore_errors=True)
    work = out.with_name(f"{out.name}-doctrees")
    shutil.rmtree(work, ignore_errors=True)
    warned = out.with_name(f"{out.name}-warnings.txt")
    with warned.open("w", encoding="utf-8") as stream:
        app = Sphinx(
            sources,
            HERE,
            out,
            work,
            "html",
            confoverrides={"html_extra_path": [str(sources / EXTRA)]},
            status=None,
            warning=stream,
        )
        app.build(force_all=True)
    return warned.read_text(encoding="utf-8").splitlines()


def _put_mathjax(out: Path) -> None:
    """MathJax with all its glyphs, from the package that carries it, and its licence's words."""
    found = importlib.util.find_spec("sphinx-mathjax-offline")
    if found is None or found.origin is None:
        raise GraderError("sphinx-mathjax-offline is missing: `make environment` installs it")
    carried = Path(found.origin).parent / "static" / "mathjax" / MATHJAX
    shutil.copy(carried, out / "_static" / "mathjax.js")
    for unwanted in (out / ".buildinfo", out / "objects.inv"):
        unwanted.unlink(missing_ok=True)


def main(
    units: Annotated[
        list[str] | None, typer.Argument(help="Only execute these; others have no outputs.")
    ] = None,
    out: Annotated[Path, typer.Option(help="Where the site goes.")] = BUILD / "site",
) -> None:
    """Build the course and its pages as a static site."""
    try:
        warnings = build_site(out.resolve(), executed=units)
    except GraderError as error:
        print(f"site: {error}", file=sys.stderr)
        raise typer.Exit(1) from None
    for warning in warnings:
        print(warning, file=sys.stderr)
    size = sum(path.stat().st_size for path in out.rglob("*") if path.is_file())
    maths = (out / "_static" / "mathjax.js").stat().st_size
    print(f"{out / 'index.html'}: {(size - maths) / 1e6:.1f} MB, and MathJax {maths / 1e6:.1f} MB")
    raise typer.Exit(1 if warnings else 0)


if __name__ == "__main__":
    typer.run(main)
