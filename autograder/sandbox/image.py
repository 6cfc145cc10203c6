"""The image that a container's root comes from where the host's own interpreter cannot serve.

``python -m autograder.sandbox.image`` builds it (``make image``), with whatever engine is there. It
holds an interpreter and the packages that units may import; the runner is mounted into it.
"""

from __future__ import annotations

import functools
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from autograder.hashes import hash_of
from autograder.sandbox.contents import NUMPY_UNITS, ROOT, closure
from autograder.sandbox.engine import engines

CONTAINERFILE: Final = Path(__file__).with_name("Containerfile")
LOCK: Final = ROOT / "requirements.lock"


@functools.cache
def image_name() -> str:
    """The image's name; what it is made from decides its tag, so an old one is not taken."""
    tag = hash_of(CONTAINERFILE.read_bytes(), pinned(NUMPY_UNITS).encode())[:16]
    return f"localhost/nand2resnet-sandbox:{tag}"


def pinned(roots: Iterable[str]) -> str:
    """The lock file's entries, versions and hashes, of these packages and of what they need."""
    names = closure(roots)
    entries = re.split(r"^(?=\w)", LOCK.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return "".join(entry for entry in entries if entry.partition("==")[0] in names)


def build(options: list[str]) -> int:
    """Build the image; the exit status of the engine.

    Parameters
    ----------
    options : list of str
        Further options of ``podman build``, such as ``--build-arg=BASE=...`` for another base.
    """
    found = engines()
    if not found:
        print("Neither podman nor docker is installed.", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "packages.txt").write_text(pinned(NUMPY_UNITS), encoding="utf-8")
        command = [*found[0].words, "build", "--tag", image_name(), "--file", str(CONTAINERFILE)]
        command += [*options, folder]
        return subprocess.run(command, check=False).returncode


if __name__ == "__main__":
    sys.exit(build(sys.argv[1:]))
