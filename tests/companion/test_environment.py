"""The first cell of the course says what is missing and what to type, whatever is wrong."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import nand2resnet
from nand2resnet import environment

COURSE = Path(nand2resnet.__file__).parents[1]
CHECK = "from nand2resnet.environment import check_environment; check_environment()"


def printed(*paths, options=(), before=""):
    """What a fresh Python prints; ``paths`` come first on its path."""
    search = os.pathsep.join(map(str, [*paths, COURSE]))
    done = subprocess.run(
        [sys.executable, *options, "-c", before + CHECK],
        env=os.environ | {"PYTHONPATH": search},
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=True,
    )
    return done.stdout


def stand_in_torch(folder, source):
    """A package named torch that is found before any real one."""
    (folder / "torch").mkdir()
    (folder / "torch" / "__init__.py").write_text(source, encoding="utf-8")
    return folder


TORCH = """
class cuda:
    is_available = staticmethod(lambda: {cuda})
    get_device_name = staticmethod(lambda index: "A card")
class backends:
    class mps:
        is_available = staticmethod(lambda: {mps})
"""


def test_all_is_well_here():
    lines = printed().splitlines()
    assert [line[0] for line in lines] == ["✓"] * 3
    assert "numpy, matplotlib, ipywidgets, anywidget" in lines[1]


def test_without_any_package_it_says_what_to_type():
    # -S leaves out site-packages: a Python with nothing installed.
    text = printed(options=["-S"])
    assert "✗ Missing: numpy, matplotlib, ipywidgets, anywidget." in text
    assert "    %pip install numpy matplotlib ipywidgets anywidget\n" in text
    assert "Restart Kernel" in text
    assert "✓ Device: CPU (PyTorch is not installed" in text


def test_only_what_is_missing_is_named():
    lines = environment.package_lines(("numpy", "no_such_package_here"))
    assert "✗ Missing: no_such_package_here." in lines[0]
    assert lines[1] == "    %pip install no_such_package_here"


def test_a_python_that_is_too_old():
    text = printed(before="import sys; sys.version_info = (3, 8, 10, 'final', 0);")
    assert "is too old: the course needs 3.11 or newer." in text
    assert "make lab" in text


@pytest.mark.parametrize(
    ("cuda", "mps", "words"),
    [
        (True, False, "✓ Device: CUDA (A card)"),
        (False, True, "✓ Device: MPS (Apple)"),
        (False, False, "✓ Device: CPU (PyTorch found no graphics processor)"),
    ],
)
def test_the_device_that_torch_finds(tmp_path, cuda, mps, words):
    stand_in_torch(tmp_path, TORCH.format(cuda=cuda, mps=mps))
    assert printed(tmp_path).splitlines()[-1] == words


def test_a_torch_that_does_not_start_is_not_fatal(tmp_path):
    stand_in_torch(tmp_path, "raise OSError('libcudart.so.12: cannot open shared object file')")
    assert "CPU (PyTorch is installed but does not start: libcudart" in printed(tmp_path)


def test_nothing_is_imported_to_find_out(tmp_path):
    stand_in_torch(tmp_path, TORCH.format(cuda=False, mps=False))  # the real one imports NumPy
    loaded = "import sys, atexit; atexit.register(lambda: print(*sys.modules));"
    text = printed(tmp_path, before=loaded)
    modules = text.splitlines()[-1].split()
    assert "nand2resnet.environment" in modules
    assert not {"numpy", "matplotlib", "ipywidgets", "anywidget"} & set(modules)


def test_importing_the_package_imports_nothing_heavy():
    done = subprocess.run(
        [sys.executable, "-c", "import sys, nand2resnet; print(*sys.modules)"],
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=True,
    )
    assert not {"numpy", "matplotlib", "ipywidgets", "IPython"} & set(done.stdout.split())


@pytest.mark.parametrize("module", ["check", "explain", "hints", "data", "plots", "environment"])
def test_the_companion_needs_neither_grader_nor_torch(module):
    source = f"import sys, nand2resnet.{module}; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", source],
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=True,
    )
    top = {name.partition(".")[0] for name in done.stdout.split()}
    assert not {"autograder", "nbgrader", "torch", "solutions", "sklearn", "scipy"} & top
    if module in ("check", "explain", "hints", "data"):
        assert not {"matplotlib", "IPython"} & top
