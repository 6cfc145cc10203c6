"""The image that a container's root comes from where the host's own interpreter cannot serve.

``python -m autograder.sandbox.image`` builds it (``make image``), with whatever engine is there. It
holds an interpreter and the packages that units may import; the runner is mounted into it.
"""

from __future__ import annotations

import functools
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

from autograder.hashes import hash_of
from autograder.sandbox.contents import NUMPY_UNITS, ROOT

ENGINES: Final = ("podman", "docker")
CONTAINERFILE: Final = Path(__file__).with_name("Containerfile")
LOCK: Final = ROOT / "requirements.lock"


@functools.cache
def image_name() -> str:
    """The image's name; what it is made from decides its tag, so an old one is not taken."""
    parts = (CONTAINERFILE.read_bytes(), LOCK.read_bytes(), " ".join(NUMPY_UNITS).encode())
    return f"localhost/nand2resnet-sandbox:{hash_of(*parts)[:16]}"


def build(options: list[str]) -> int:
    """Build the image; the exit status of the engine.

    Parameters
    ----------
    options : list of str
        Further options of ``podman build``, such as ``--build-arg=BASE=...`` for another base.
    """
    engine = next(filter(shutil.which, ENGINES), None)
    if engine is None:
        print("Neither podman nor docker is installed.", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as folder:
        for file in (CONTAINERFILE, LOCK):
            shutil.copy(file, folder)
        command = [
            *(engine, "build", "--tag", image_name(), "--file", str(Path(folder, "Containerfile"))),
            *("--build-arg", f"PACKAGES={' '.join(NUMPY_UNITS)}", *options, folder),
        ]
        return subprocess.run(command, check=False).returncode


if __name__ == "__main__":
    sys.exit(build(sys.argv[1:]))
