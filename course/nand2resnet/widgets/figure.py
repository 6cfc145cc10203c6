"""What every interactive figure has: JavaScript, style, colours, a word to the learner."""

import re
from pathlib import Path

import anywidget
import traitlets

from nand2resnet.palette import PALETTE

_HERE = Path(__file__).parent
_IMPORT = re.compile(r'^import \{[^}]*\} from "\./(\w+\.js)";\n', re.MULTILINE)
_DRAWING = "drawing.js"


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
    """Join a figure's JavaScript module with the modules of this folder that it imports from.

    A widget's front end is sent as one text, so an import of a neighbouring file could not be
    resolved there: each imported module is put in place of the first import statement that names
    it, and what that one imports in its turn.

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
        If the module does not import from ``./drawing.js``, or imports in another form.
    """
    included: set[str] = set()
    text = _joined(name, included)
    if _DRAWING not in included:
        raise ValueError(f'{name} must import from "./{_DRAWING}" once, not 0 times')
    if left := re.search(r"^import .*", text, re.MULTILINE):
        raise ValueError(f"{name}: `{left[0]}` is no import of names from a file of this folder")
    return text


def _joined(name: str, included: set[str]) -> str:
    """The text of a module with its imports in it, but for those that are there already."""

    def put(statement: re.Match[str]) -> str:
        if statement[1] in included:
            return ""
        included.add(statement[1])
        return _joined(statement[1], included)

    return _IMPORT.sub(put, (_HERE / name).read_text(encoding="utf-8"))
