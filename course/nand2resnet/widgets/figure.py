"""What every interactive figure has: JavaScript, style, colours, a word to the learner."""

import re
from pathlib import Path

import anywidget
import traitlets

from nand2resnet.palette import PALETTE

_HERE = Path(__file__).parent
_IMPORT_OF_DRAWING = re.compile(r'^import \{[^}]*\} from "\./drawing\.js";\n', re.MULTILINE)


class Figure(anywidget.AnyWidget):
    """An interactive figure drawn by its own JavaScript module.

    Attributes
    ----------
    palette : dict of str to str
        Colour names and their hexadecimal values, used by the drawing.
    trouble : str
        What keeps the figure from drawing, in words for the learner; empty when nothing does.
    """

    _css = (_HERE / "drawing.css").read_text(encoding="utf-8")

    palette = traitlets.Dict(PALETTE).tag(sync=True)
    trouble = traitlets.Unicode("").tag(sync=True)


def module_text(name: str) -> str:
    """Join a figure's JavaScript module and the drawing module it imports from.

    A widget's front end is sent as one text, so an import of a neighbouring file could not be
    resolved there: the imported module is put in place of the import statement.

    Parameters
    ----------
    name : str
        File name of the figure's module in this folder, such as ``"which_basin.js"``.

    Returns
    -------
    str
        One ES module.

    Raises
    ------
    ValueError
        If the module does not import from ``./drawing.js`` exactly once.
    """
    figure = (_HERE / name).read_text(encoding="utf-8")
    drawing = (_HERE / "drawing.js").read_text(encoding="utf-8")
    body, imports = _IMPORT_OF_DRAWING.subn("", figure)
    if imports != 1:
        raise ValueError(f'{name} must import from "./drawing.js" once, not {imports} times')
    return drawing + body
