"""From a unit's source to what a learner gets.

``solutions/<unit>/<name>.py`` becomes nbgrader's source notebook (source.py), from which nbgrader's
own generate_assignment makes the release (release.py); stubs.py verifies it, hints.py records what
the known mistakes give on the visible checks, bundle.py packs what a learner needs.
"""

from autograder.build.bundle import write_bundle
from autograder.build.release import Difference, build_units, check_units
from autograder.build.source import source_notebook

__all__ = ["Difference", "build_units", "check_units", "source_notebook", "write_bundle"]
