"""`make bench`: run every benchmark and write results.json beside this file.

A benchmark is a module that prints one JSON object. Absolute times depend on the machine; what
counts are the ratios of things measured in turn in one run.
"""

import json
import os
import platform
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

HERE = Path(__file__).parent
BENCHMARKS = (
    *("cli_help", "limits_cost", "slider_latency"),
    *("grading", "cluster", "convolution", "training"),
)


def main() -> int:
    """Run the benchmarks one after the other; a failed one does not stop the others."""
    results = {"machine": machine(), "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")}
    failed = []
    for name in BENCHMARKS:
        print(f"running {name}", flush=True)
        command = [sys.executable, "-m", f"tests.benchmarks.{name}"]
        ended = subprocess.run(command, cwd=HERE.parents[1], stdout=subprocess.PIPE, text=True)
        if ended.returncode:
            failed.append(name)
        else:
            results |= json.loads(ended.stdout)
    path = HERE / "results.json"
    path.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(results, indent=1))
    if failed:
        print(f"these failed and are missing from {path}: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


def machine() -> dict[str, object]:
    """What the figures were measured on."""
    cores = len(os.sched_getaffinity(0))
    return {
        "processor": processor(),
        "cores": cores,
        "load_before": round(os.getloadavg()[0] / cores, 2),
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
