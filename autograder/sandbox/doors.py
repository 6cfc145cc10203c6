"""Show the sandbox's unprivileged user what lies in a private folder, such as /root.

Root gives up its privileges before it starts bubblewrap, and with them the right to enter a home
of mode 0700, where this repository and its environment may well lie. So root first mounts what is
needed where everybody can enter, in a mount namespace that only this sandbox sees.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from autograder.doctor import closed_door

# Covered, in that namespace alone: it exists on every Linux, nothing of ours lies in it, and
# bubblewrap does not need it.
STAGE: Final = "/sys"
MOUNT_AND_GO_ON: Final = f"""
mount -t tmpfs -o mode=755 stage {STAGE}
number=0
while [ "$1" != -- ]; do
    if [ -d "$1" ]; then mkdir {STAGE}/$number; else : > {STAGE}/$number; fi
    mount --bind "$1" {STAGE}/$number
    number=$((number + 1))
    shift
done
shift
exec "$@"
"""


def open_doors(paths: Iterable[Path]) -> tuple[list[str], dict[Path, Path]]:
    """The start of a command that shows these paths to everybody, and where it shows them.

    Only as root, and only for paths behind a closed door; all others stay where they are.

    Parameters
    ----------
    paths : iterable of Path
        Files and folders that the sandbox is to hold.

    Returns
    -------
    prefix : list of str
        Words to put before the command that gives up root's privileges; none if no door is closed.
    shown : dict of Path to Path
        Each path, and where it is found after the prefix has run.
    """
    shown = {path: path for path in paths}
    if os.geteuid() != 0:
        return [], shown
    mounted: list[Path] = []
    for path in shown:
        if closed_door(path) is None:
            continue
        # The folder around it serves its neighbours too: a unit needs dozens of packages.
        around = path.parent if path.parent.stat().st_mode & 0o005 == 0o005 else path
        if around not in mounted:
            mounted.append(around)
        shown[path] = Path(STAGE, str(mounted.index(around))) / path.relative_to(around)
    if not mounted:
        return [], shown
    own_namespace = ["unshare", "--mount", "--propagation", "private"]
    return [*own_namespace, "sh", "-ec", MOUNT_AND_GO_ON, "sh", *map(str, mounted), "--"], shown
