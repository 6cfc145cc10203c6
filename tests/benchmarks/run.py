"""`make bench`: run every benchmark and write results.json beside this file.

    python -m tests.benchmarks.run --only convolution cluster

runs some of them, and leaves what the file says of the others.

A benchmark is a module that prints one JSON object. Absolute times depend on the machine; what
counts are the ratios of things measured in turn in one run.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
RESULTS = HERE / "results.json"
BENCHMARKS = (
    *("cli_help", "limits_cost", "slider_latency"),
    *("grading", "cluster", "convolution", "training"),
)


def main() -> int:
    """Run benchmarks one after the other; a failed one does not stop the others."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--only", nargs="+", choices=BENCHMARKS, default=BENCHMARKS, help="keep what is known else"
    )
    asked = parser.parse_args().only
    results = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    results["machine"] = machine()
    results["date"] = now()
    failed = [name for name in asked if not measure(name, results)]
    text = json.dumps(results, indent=1) + "\n"
    RESULTS.write_text(text, encoding="utf-8")
    print(text)
    if failed:
        print(f"these failed and are not new in {RESULTS}: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


def measure(name: str, results: dict[str, Any]) -> bool:
    """Run one benchmark into the results, with when it began and how busy the machine was then."""
    print(f"running {name}", flush=True)
    about = {"date": now(), "load_before": load()}
    command = [sys.executable, "-m", f"tests.benchmarks.{name}"]
    ended = subprocess.run(command, cwd=HERE.parents[1], stdout=subprocess.PIPE, text=True)
    if ended.returncode:
        return False
    results |= {key: about | found for key, found in json.loads(ended.stdout).items()}
    return True


def now() -> str:
    """The date and the time."""
    return datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")


def load() -> float:
    """How many processes waited for each core in the last minute."""
    return round(os.getloadavg()[0] / cores(), 2)


def cores() -> int:
    """How many cores a benchmark may use."""
    return len(os.sched_getaffinity(0))


def machine() -> dict[str, object]:
    """What the figures were measured on."""
    return {
        "processor": processor(),
        "cores": cores(),
        "system": platform.platform(),
        "python": platform.python_version(),
    }


def processor() -> str:
    """The processor's name, where the system tells it."""
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.machine()


if __name__ == "__main__":
    sys.exit(main())
