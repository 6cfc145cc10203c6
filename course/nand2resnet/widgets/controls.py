"""Sliders and choices that several figures share: their JavaScript, put into a figure's module."""

import re
from pathlib import Path

from nand2resnet.widgets.figure import module_text

_HERE = Path(__file__).parent
_IMPORT_OF_CONTROLS = re.compile(r'^import \{[^}]*\} from "\./controls\.js";\n', re.MULTILINE)
_IMPORT_OF_DRAWING = re.compile(r'^import \{[^}]*\} from "\./drawing\.js";\n', re.MULTILINE)


def module_with_controls(name: str) -> str:
    """Join a figure's JavaScript module with drawing.js and controls.js.

    Parameters
    ----------
    name : str
        File name of the figure's module in this folder.

    Returns
    -------
    str
        One ES module.

    Raises
    ------
    ValueError
        If the module does not import from ``./drawing.js`` and ``./controls.js`` once each.
    """
    controls = (_HERE / "controls.js").read_text(encoding="utf-8")
    controls = _IMPORT_OF_DRAWING.sub("", controls)
    module, imports = _IMPORT_OF_CONTROLS.subn(lambda _: controls, module_text(name))
    if imports != 1:
        raise ValueError(f'{name} must import from "./controls.js" once, not {imports} times')
    return module
