"""Refuse notebooks with outputs: what a learner gets has not been run.

usage: python .ci/no_outputs.py NOTEBOOK ...
"""

import json
import sys
from pathlib import Path


def main(paths: list[str]) -> int:
    """Name every notebook that holds an output or an execution count."""
    run = [path for path in paths if has_been_run(Path(path))]
    for path in run:
        print(f"{path}: holds outputs. Make it again: make build")
    return 1 if run else 0


def has_been_run(notebook: Path) -> bool:
    """Whether a cell holds an output or an execution count."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    return any(cell.get("outputs") or cell.get("execution_count") for cell in cells)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
