"""How long `n2r --help` takes, beside a Python that does nothing; prints JSON.

The two take turns, so that a machine that slows down slows both.
"""

import json
import statistics
import subprocess
import sys
import time
from pathlib import Path

RUNS = 15
HELP = (str(Path(sys.executable).with_name("n2r")), "--help")
NOTHING = (sys.executable, "-c", "pass")


def seconds(command: tuple[str, ...]) -> float:
    """Wall-clock time of one run of a command."""
    begun = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - begun


def main() -> None:
    """Measure, and print medians and the ratio of each pair."""
    seconds(HELP), seconds(NOTHING)  # fill the caches
    pairs = [(seconds(HELP), seconds(NOTHING)) for _ in range(RUNS)]
    helps, nothings = zip(*pairs, strict=True)
    result = {
        "runs": RUNS,
        "help_median_s": round(statistics.median(helps), 3),
        "python_median_s": round(statistics.median(nothings), 3),
        "ratio_median": round(statistics.median(one / other for one, other in pairs), 1),
    }
    print(json.dumps({"cli_help": result}))


if __name__ == "__main__":
    main()
