"""The attacks of tests/attacks that apply elsewhere, against stock nbgrader and Otter-Grader too.

    python -m tests.benchmarks.attacks_on_others [--write] [--only NAME ...]

measures all attacks, or some of them, keeps the results in attacks_on_others.json, and prints the
table of all: what each tries, and what was measured. ``--write`` puts it, with date and versions,
into autograder/docs/security.md between its markers. The first run makes an environment for Otter
in build/otter. All of it takes half an hour, more on a busy machine.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import nbgrader

from autograder.unit import ROOT
from tests.attacks.attack import PAYLOADS, Attack, read
from tests.attacks.target import planted
from tests.benchmarks.others import otter
from tests.benchmarks.others.cage import workplace
from tests.benchmarks.others.nbgrader import Nbgrader
from tests.benchmarks.others.otter import Otter
from tests.benchmarks.others.ours import Ours
from tests.benchmarks.others.stock import CONTROL

RECORD: Final = Path(__file__).with_suffix(".json")
PAGE: Final = ROOT / "autograder" / "docs" / "security.md"
BEGIN, END = "<!-- made by attacks_on_others.py -->", "<!-- end of what it made -->"
APPLICABLE: Final = (
    "marks/patch_numpy_testing",
    "marks/patch_builtins",
    "marks/patch_check",
    "marks/assertion_error",
    "marks/custom_exceptions",
    "marks/ast_transformer",
    "marks/input_transformer",
    "marks/run_cell_replaced",
    "marks/events",
    "marks/fake_outputs",
    "marks/print_scores",
    "marks/frames_with_verdicts",
    "marks/exec_restart",
    "marks/exit_handlers",
    "marks/equal_to_everything",
    "marks/array_subclass",
    "marks/lying_array",
    "marks/not_a_number",
    "marks/expected_from_the_stack",
    "marks/leaves_the_process",
    "marks/pickle_bomb",
    "information/expected_values",
    "information/solutions",
    "information/other_submissions",
    "information/gradebook",
    "information/environment",
    "gradebook/sql",
    "host/kill_the_parent",
    "host/kill_everybody",
    "host/tcp",
    "host/files_left_behind",
    "host/daemon",
    "resources/sleeps",
    "resources/stops_itself",
    "resources/memory",
    "resources/output_of_200_mb",
    "notebook/not_json",
    "notebook/latin_1",
    "notebook/lone_surrogates",
    "notebook/format_of_the_future",
    "notebook/old_format",
    "notebook/deleted_cells",
    "notebook/duplicated_cells",
    "notebook/exchanged_ids",
    "notebook/flags_and_checksums",
    "notebook/more_points",
    "notebook/own_grade_cells",
    "notebook/own_kernel",
)
NOT_APPLICABLE: Final = "–"
GRADERS: Final = ("nbgrader", "Otter", "nand2resnet")
VERSIONS: Final = ("nbgrader version", "Otter version")
OF_A_ROW: Final = ("date", *VERSIONS)


def main() -> int:
    """Attack all three; exit status 1 if ours did not hold."""
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--write", action="store_true", help=f"write the table into {PAGE.name}")
    options.add_argument("--only", nargs="*", help="names of attacks")
    chosen = options.parse_args()
    names = [name for name in APPLICABLE if not chosen.only or Path(name).name in chosen.only]
    with workplace() as folder, planted() as target:
        graders = [Nbgrader(folder), Otter(folder), Ours(target)]
        control = [result(grader, CONTROL) for grader in graders]
        if control != ["held"] * len(graders):
            sys.exit(f"without any attack it should hold, but: {control}")
        for name in names:
            attack = read(PAYLOADS / f"{name}.py")
            measured = [result(grader, attack) for grader in graders]
            print(attack.name, *measured, sep=" | ", flush=True)
            keep(name, measured)
    rows = kept()
    text = "\n".join(page(rows))
    print(text)
    if chosen.write:
        write(text)
    return 0 if all(row["nand2resnet"].startswith("held") for row in rows.values()) else 1


def keep(name: str, measured: list[str]) -> None:
    """Put one attack's results into the record, beside those of earlier runs."""
    rows = kept()
    versions = [nbgrader.__version__, otter.version()]
    row = dict(zip(GRADERS, measured, strict=True))
    row |= {"date": f"{datetime.now(UTC):%Y-%m-%d}"}
    rows[name] = row | dict(zip(VERSIONS, versions, strict=True))
    RECORD.write_text(json.dumps(rows, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def kept() -> dict[str, dict[str, str]]:
    """The record of all attacks there still are, in their order."""
    if not RECORD.exists():
        return {}
    rows = json.loads(RECORD.read_text(encoding="utf-8"))
    return {name: rows[name] for name in APPLICABLE if name in rows}


def result(grader: Any, attack: Attack) -> str:
    """What was measured, in words, with a sign where the attack had to be adapted."""
    if not grader.applies(attack):
        return NOT_APPLICABLE
    try:
        seen = str(grader.attack(attack))
    except Exception as error:  # noqa: BLE001 - one attack that cannot be tried is told in its row
        return f"could not be tried ({type(error).__name__}: {error})"
    return f"{seen} †" if attack.name in grader.adapted else seen


def page(rows: dict[str, dict[str, str]]) -> Iterator[str]:
    """The table in Markdown, under a line that says what was compared and when."""
    said = {key: ", ".join(sorted({row[key] for row in rows.values()})) for key in OF_A_ROW}
    yield (
        f"Measured on {said['date']} with nbgrader {said['nbgrader version']}, Otter-Grader "
        f"{said['Otter version']} (`otter run`), and this repository as it was then."
    )
    yield ""
    yield f"| attack | what it tries | {' | '.join(GRADERS)} |"
    yield "|---|---|---|---|---|"
    for name, row in rows.items():
        tries = read(PAYLOADS / f"{name}.py").tries.rstrip(".")
        yield f"| {Path(name).name} | {tries} | {' | '.join(row[one] for one in GRADERS)} |"
    yield f"| **all {len(rows)}** | | {' | '.join(_count(rows, one) for one in GRADERS)} |"


def _count(rows: dict[str, dict[str, str]], grader: str) -> str:
    tried = [row[grader] for row in rows.values() if row[grader] != NOT_APPLICABLE]
    held = sum(result.startswith("held") for result in tried)
    return f"**held {held} of {len(tried)}**"


def write(text: str) -> None:
    """Put the table in its place on the page."""
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    PAGE.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
