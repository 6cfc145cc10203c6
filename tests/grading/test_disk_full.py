"""A disk that fills while a class is graded: a clear error, and nothing lost once there is room."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.class_folder import open_class
from autograder.classroom import grade_class
from autograder.errors import ClassTrouble
from tests.grading.programs import big_class, results

SIZE = 1 << 20


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk on which a class and its gradebook just fit."""
    place = tmp_path / "disk"
    place.mkdir()
    if os.geteuid() != 0:
        pytest.skip("only root can mount a small disk")
    options = f"size={SIZE}"
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(place)])
    if mounted.returncode != 0:
        pytest.skip("nothing can be mounted here")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def fill(disk: Path, leave: int) -> Path:
    """Fill the disk, but for so many bytes."""
    free = os.statvfs(disk).f_bavail * os.statvfs(disk).f_bsize
    filler = disk / "filler"
    filler.write_bytes(bytes(max(0, free - leave)))
    return filler


@pytest.mark.parametrize("leave", [0, 40_000, 120_000])
def test_a_full_disk_costs_nothing(small_disk, tmp_path, small_unit, new_gradebook, leave):
    undisturbed = tmp_path / "undisturbed"
    undisturbed.mkdir()
    for class_dir in (undisturbed, small_disk):
        big_class(class_dir, small_unit)
        open_class(class_dir)
        (class_dir / "gradebook.db").write_bytes(new_gradebook)
        (class_dir / ".n2r" / "seeds.json").write_text('{"00_start_here": "the same"}')
    grade_class(small_unit.name, undisturbed, workers=2)
    filler = fill(small_disk, leave)
    with pytest.raises(ClassTrouble, match=r"(?i)no space left|disk is full"):
        grade_class(small_unit.name, small_disk, workers=2)
    filler.unlink()
    grade_class(small_unit.name, small_disk, workers=2)
    assert results(small_disk, small_unit) == results(undisturbed, small_unit)
