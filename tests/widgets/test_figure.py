from pathlib import Path

import pytest

from nand2resnet import widgets
from nand2resnet.widgets import figure

FIGURES = [getattr(widgets, name) for name in widgets.__all__]


@pytest.mark.parametrize("module", ["learning_rate_explorer", "gradient_field", "which_basin"])
def test_one_module_without_imports(module):
    text = figure.module_text(f"{module}.js")
    assert not [line for line in text.splitlines() if line.startswith("import ")]
    assert text.count("export default { render };") == 1


def test_module_that_does_not_import_the_drawing_is_refused(tmp_path, monkeypatch):
    for name in ("drawing.js", "lonely.js"):
        Path(tmp_path, name).write_text("const x = 1;\n")
    monkeypatch.setattr(figure, "_HERE", tmp_path)
    with pytest.raises(ValueError, match=r"lonely.js must import from \"./drawing.js\" once"):
        figure.module_text("lonely.js")


@pytest.mark.parametrize("shown", FIGURES)
def test_every_colour_of_the_style_is_in_the_palette(shown):
    css = str(shown._css)
    palette = {f"--n2r-{name.replace('_', '-')}" for name in figure.PALETTE}
    used = {word.strip("(),;") for word in css.replace("(", " (").split() if "--n2r-" in word}
    assert used
    assert used <= palette
