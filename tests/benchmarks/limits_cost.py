"""What a sandbox costs: one cold start by backend, and by limit of the default one; prints JSON.

A start is timed until nothing of it is alive any more. All variants take turns, so that a machine
that slows down slows them all; what counts are the medians of the differences within a turn.
"""

from __future__ import annotations

import json
import os
import statistics
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack, suppress
from unittest.mock import patch

from autograder.errors import NoSandbox
from autograder.execution import execute
from autograder.job import Job
from autograder.sandbox import Backend, Limits, bubblewrap, choose, doors, unprotected
from autograder.sandbox.cgroup import places
from autograder.sandbox.contents import contents_for

TURNS = 15
COLD = ("none", "bubblewrap", "container")
WARM = "warm"  # has no bare start: what it forks is loaded already
ONE_WORD = "import os; os.write({reports}, b'up')"
Switch = AbstractContextManager[object]


def bare(backend: Backend) -> float:
    """Seconds until an interpreter has said one word and everything has ended."""
    begun = time.perf_counter()
    with patch.object(bubblewrap, "START", ONE_WORD), patch.object(unprotected, "START", ONE_WORD):
        running = backend.launch(contents_for(), Limits())
    os.close(running.job)
    assert os.read(running.reports, 2) == b"up"
    running.kill()
    os.close(running.reports)
    return time.perf_counter() - begun


def whole(backend: Backend) -> float:
    """Seconds for a notebook without cells: NumPy, matplotlib and IPython are imported."""
    begun = time.perf_counter()
    execute(Job((), {}, ""), backend, contents_for(), Limits())
    return time.perf_counter() - begun


def usable() -> dict[str, Backend]:
    """The backends that work here."""
    found = {}
    for name in (*COLD, WARM):
        with suppress(NoSandbox):
            found[name] = choose(name, trust_submissions=True)
    return found


def without(*parts: tuple[object, str, object]) -> Switch:
    """Take parts of the default backend away."""
    stack = ExitStack()
    for owner, name, value in parts:
        stack.enter_context(patch.object(owner, name, value))
    return stack


def switches() -> dict[str, tuple[Callable[[], Switch], Callable[[], Switch]]]:
    """For each limit, how to start with it and how without."""
    ungrouped = (bubblewrap, "make_group", lambda _: None)
    unwatched = (bubblewrap.Bubble, "watch", lambda _: None)
    everywhere = (doors, "closed_door", lambda path: path)
    pairs = {
        "filter of system calls": (without, lambda: without((bubblewrap, "program", lambda: None))),
        "limits of a process": (
            without,
            lambda: without((bubblewrap, "resource_limits", lambda _: [])),
        ),
        "watchdog": (lambda: without(ungrouped), lambda: without(ungrouped, unwatched)),
        "mounts staged by root": (lambda: without(everywhere), without),
    }
    if places() is not None:
        pairs["control group"] = (without, lambda: without(ungrouped, unwatched))
    return pairs


def starts(backends: dict[str, Backend]) -> dict[str, dict[str, float]]:
    """Seconds of a start by backend, and how many times those without a sandbox."""
    found: dict[str, dict[str, float]] = {name: {} for name in backends}
    for kind, start in (("bare", bare), ("whole", whole)):
        measured = {name: one for name, one in backends.items() if start is whole or name != WARM}
        turns = [{name: start(one) for name, one in measured.items()} for _ in range(TURNS)]
        for name in measured:
            median = statistics.median(turn[name] for turn in turns)
            ratio = statistics.median(turn[name] / turn["none"] for turn in turns)
            found[name] |= {f"{kind}_median_s": round(median, 3)}
            found[name] |= {f"{kind}_ratio_to_none": round(ratio, 2)}
    return found


def limits(backend: Backend) -> dict[str, dict[str, float]]:
    """Milliseconds of a bare start with each limit and without, and of the difference."""
    found: dict[str, list[tuple[float, float]]] = {}
    for _ in range(2 * TURNS):
        for name, pair in switches().items():
            times = []
            for switch in pair:
                with switch():
                    times.append(1000 * bare(backend))
            found.setdefault(name, []).append((times[0], times[1]))
    return {
        name: {
            "with_median_ms": round(statistics.median(one for one, _ in pairs), 1),
            "without_median_ms": round(statistics.median(other for _, other in pairs), 1),
            "difference_median_ms": round(statistics.median(a - b for a, b in pairs), 1),
        }
        for name, pairs in found.items()
    }


def main() -> None:
    """Measure, and print."""
    backends = usable()
    for name, backend in backends.items():
        whole(backend)  # fill the caches
        if name != WARM:
            bare(backend)
    result: dict[str, object] = {"turns": TURNS, "start": starts(backends)}
    if "bubblewrap" in backends:
        result["limits_of_bubblewrap"] = limits(backends["bubblewrap"])
    print(json.dumps({"limits_cost": result}))


if __name__ == "__main__":
    main()
