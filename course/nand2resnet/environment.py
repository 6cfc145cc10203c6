"""Say for the first cell of the course whether all is here, and which device computes.

Nothing but the standard library is imported, so that this works where everything is missing.
"""

from __future__ import annotations

import importlib.util
import platform
import sys

OLDEST_PYTHON = (3, 11)
PACKAGES = ("numpy", "matplotlib", "ipywidgets", "anywidget")
"""What the notebooks import; each is called the same where it is installed from."""


def check_environment() -> None:
    """Print whether Python and its packages suffice, what to type if not, and the device."""
    for line in (*python_lines(), *package_lines(), device_line()):
        print(line)


def python_lines() -> list[str]:
    """Say which Python runs, and what to do if it is too old."""
    version = platform.python_version()
    if sys.version_info >= OLDEST_PYTHON:
        return [f"✓ Python {version}"]
    wanted = ".".join(map(str, OLDEST_PYTHON))
    return [
        f"✗ Python {version} is too old: the course needs {wanted} or newer.",
        f"  Install it from https://www.python.org/downloads/ (it may stand beside {version}),",
        "  then open a terminal in the course's folder and type: make lab",
    ]


def package_lines(packages: tuple[str, ...] = PACKAGES) -> list[str]:
    """Say which packages are missing, and the command that installs them for this kernel."""
    missing = [name for name in packages if not is_installed(name)]
    if not missing:
        return [f"✓ Packages: {', '.join(packages)}"]
    return [
        f"✗ Missing: {', '.join(missing)}. Type into a new cell, and run it:",
        f"    %pip install {' '.join(missing)}",
        "  Then restart the kernel (menu Kernel, Restart Kernel) and run this cell again.",
    ]


def is_installed(name: str) -> bool:
    """Whether a package can be found; it is not imported."""
    try:
        return importlib.util.find_spec(name) is not None
    except (ImportError, ValueError):
        return False


def device_line() -> str:
    """Say on which device PyTorch would compute, if PyTorch is here."""
    if not is_installed("torch"):
        return "✓ Device: CPU (PyTorch is not installed; units 00 to 09 do not need it)"
    try:
        return f"✓ Device: {device_of_torch()}"
    except Exception as error:  # noqa: BLE001 - a broken installation may raise anything
        return f"✓ Device: CPU (PyTorch is installed but does not start: {error})"


def device_of_torch() -> str:
    """The best device that PyTorch finds."""
    import torch

    if torch.cuda.is_available():
        return f"CUDA ({torch.cuda.get_device_name(0)})"
    if torch.backends.mps.is_available():
        return "MPS (Apple)"
    return "CPU (PyTorch found no graphics processor)"
