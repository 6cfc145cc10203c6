"""A matplotlib figure that carries a description for those who cannot see it.

JupyterLab gives the pictures it draws itself no alternative text, whatever their metadata say. So
this figure is shown as HTML: an ``<img>`` with its ``alt``.
"""

from __future__ import annotations

import base64
import html
import io

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

DOTS_PER_INCH = 96
"""What a browser takes for an inch."""
SHARPNESS = 2
"""Dots of the picture per dot of the page, for fine screens."""


class DescribedFigure(Figure):
    """A figure with a text that says what it shows.

    It belongs to no window and to no pyplot state: it is shown where it is the last value of a
    cell, or by ``display(figure)``.

    Parameters
    ----------
    width, height : float
        In inches.
    alt : str
        What the figure shows, in a sentence or two.
    """

    def __init__(self, width: float, height: float, alt: str = "") -> None:
        super().__init__(figsize=(width, height), dpi=DOTS_PER_INCH, layout="constrained")
        FigureCanvasAgg(self)
        self.alt = alt

    def as_html(self) -> str:
        """The picture as one ``<img>`` element, with nothing to load from elsewhere."""
        picture = io.BytesIO()
        self.savefig(picture, format="png", dpi=SHARPNESS * DOTS_PER_INCH)
        encoded = base64.b64encode(picture.getvalue()).decode("ascii")
        width = round(self.get_size_inches()[0] * DOTS_PER_INCH)
        return (
            f'<img src="data:image/png;base64,{encoded}" alt="{html.escape(self.alt)}" '
            f'width="{width}">'
        )

    def _ipython_display_(self) -> None:
        """Show the figure in a notebook; IPython calls this."""
        # Here, because only a notebook needs IPython, and has it loaded already.
        from IPython.display import display

        display({"text/html": self.as_html(), "text/plain": self.alt}, raw=True)
