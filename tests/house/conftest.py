"""Machines that lack something, made by bubblewrap out of this one."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]

BWRAP = shutil.which("bwrap") or "bwrap"  # the tests' own, also where PATH has none
Machine = Callable[..., list[str]]


@pytest.fixture
def repository() -> Path:
    return REPOSITORY


@pytest.fixture
def machine() -> Machine:
    """``machine(option, ...)``: the start of a command that is run on such a machine."""

    def start(*options: str) -> list[str]:
        command = [BWRAP, "--die-with-parent", "--dev-bind", "/", "/", *options, "--"]
        subprocess.run([*command, "true"], check=True)
        return command

    return start


@pytest.fixture
def programs(tmp_path: Path) -> Callable[..., Path]:
    """``programs(without=[...], name=script)``: a PATH with this machine's programs but those."""
    folder = tmp_path / "programs"

    def write(without: list[str] | None = None, **scripts: str) -> Path:
        if not folder.exists():
            folder.mkdir()
            for program in Path("/usr/bin").iterdir():
                if program.name not in (without or []):
                    (folder / program.name).symlink_to(program)
        for name, script in scripts.items():
            path = folder / name
            path.unlink(missing_ok=True)
            path.write_text("#!/bin/bash\n" + script)
            path.chmod(0o755)
        return folder

    return write
