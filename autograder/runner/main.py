"""The process inside the sandbox: reads one job, runs the cells, probes the exercises, reports.

A job is several frames::

    {"probes": source, "exercises": [name, ...]}
    {"names", "check", "check_replays", "cases"}, one for each exercise
    {"cells": [{"index", "source", "exercise": str | None}], "cell_seconds", "case_seconds"}

Cells with an exercise are grade cells: they are not executed; the exercise is probed instead.
Reports are frames: ``ready``, ``cell`` (about to run), ``outputs``, ``observation``, ``done``.
"""

from __future__ import annotations

import importlib
import mmap
import os
import select
import signal
import struct
import sys
import types
from collections.abc import Callable
from typing import Any, Final

from autograder.runner.frames import MOST_VALUES, MalformedFrame, pack, read_frame, unpack_whole
from autograder.runner.probing import (
    Observation,
    Patience,
    Subject,
    Trouble,
    make_special,
    observe,
    observe_case,
    replaced,
    replaying,
)
from autograder.runner.recording import Recorder
from autograder.runner.shell import FileDescriptorCapture, Shell, make_shell, run_cell

MOST_DEATHS_PER_EXERCISE: Final = 3
GRACE_SECONDS: Final = 2.0
# What every notebook imports first, but not nand2resnet.check: that one speaks to the shell when
# it is imported. A warm start has these loaded; so has a cold one, so that both show the same.
COMPANION: Final = ("nand2resnet.explain", "nand2resnet.hints", "nand2resnet.plots")
Send = Callable[[dict[str, Any]], None]


def main(job_descriptor: int, report_descriptor: int) -> None:
    """Run one job in a process that has just been started."""
    load(*COMPANION)
    run_job(job_descriptor, report_descriptor, make_shell())


def load(*names: str) -> None:
    """Import modules before there is a learner's code."""
    for name in names:
        importlib.import_module(name)


def run_job(job_descriptor: int, report_descriptor: int, shell: Shell) -> None:
    """Run the one job of this process's life."""
    send = sender(report_descriptor)
    probes: dict[str, Any] = {}
    job = receive_job(job_descriptor, probes)
    capture = FileDescriptorCapture()
    send({"kind": "ready"})
    for cell in job["cells"]:
        send({"kind": "cell", "index": cell["index"]})
        if cell["exercise"] is None:
            outputs = run_cell(shell, cell["source"], job["cell_seconds"])
            capture.drain(shell.outputs)
            send({"kind": "outputs", "index": cell["index"], "outputs": outputs})
        else:
            probe_exercise(shell, job, cell["exercise"], probes, send)
    send({"kind": "done"})
    sys.stdout = sys.stderr = None
    os._exit(0)  # learners' threads, exit handlers and finalisers have nothing left to do


def sender(descriptor: int) -> Send:
    """A function that writes frames; one too large is replaced by a frame that says so."""

    def send(message: dict[str, Any]) -> None:
        try:
            frame = pack(message, MOST_VALUES)
        except MalformedFrame as error:
            small = {
                key: message[key] for key in ("kind", "index", "exercise", "step") if key in message
            }
            trouble = Trouble("TooLarge", (), f"too large to report: {error}").as_data()
            frame = pack(small | {"outputs": [], "key": "", "value": None, "error": trouble})
        view = memoryview(frame)
        while view:
            view = view[os.write(descriptor, view) :]

    return send


def receive_job(descriptor: int, probes: dict[str, Any]) -> dict[str, Any]:
    """Read the job; fill ``probes`` with what the unit's probes.py defines."""
    with os.fdopen(descriptor, "rb") as stream:

        def message() -> dict[str, Any]:
            # Case values are made anew for every call, so they stay packed until then.
            read: dict[str, Any] = read_frame(stream.read, lambda *_: None)
            return read

        first = message()
        exercises = {name: message() for name in first["exercises"]}
        job = message() | {"exercises": exercises}
    module = types.ModuleType("probes")
    sys.modules["probes"] = module
    exec(compile(first["probes"], "probes.py", "exec"), module.__dict__)
    probes.update(module.__dict__)
    return job


def probe_exercise(
    shell: Shell, job: dict[str, Any], name: str, probes: dict[str, Any], send: Send
) -> None:
    """Probe one exercise in a fork of the shell; fork again where a case killed it."""
    total = 1 + len(job["exercises"][name]["cases"])
    progress = mmap.mmap(-1, 8)
    step = deaths = 0
    while step < total:
        _set(progress, step)
        child = os.fork()
        if child == 0:
            probe_from(step, shell, job, name, probes, send, progress)
            os._exit(0)
        _wait(child, progress, job["case_seconds"] + GRACE_SECONDS)
        step = _get(progress)
        if step >= total:
            return
        deaths += 1
        trouble = Trouble("Died", (), "the process ended in the middle of this call").as_data()
        report = {"kind": "observation", "exercise": name, "step": step, "key": ""}
        send(report | {"value": None, "error": trouble, "after": {}})
        step = step + 1 if deaths < MOST_DEATHS_PER_EXERCISE else total


def probe_from(
    first: int,
    shell: Shell,
    job: dict[str, Any],
    name: str,
    probes: dict[str, Any],
    send: Send,
    progress: mmap.mmap,
) -> None:
    """In the fork: the visible checks (step 0), then the cases (steps 1, 2, ...)."""
    exercise = job["exercises"][name]
    subject = Subject(shell.user_ns, tuple(exercise["names"]), probes)
    special = make_special(probes)
    patience = Patience(job["case_seconds"])

    def report(step: int, key: str, observation: Observation) -> None:
        error = observation.error.as_data() if observation.error else None
        message = {"kind": "observation", "exercise": name, "step": step, "key": key}
        message |= {"value": observation.value, "error": error, "after": dict(observation.after)}
        send(message)

    if first == 0:
        with replaying(subject.namespace, exercise["check_replays"]):
            visible_checks(
                subject,
                exercise["check"],
                patience,
                lambda key, observation: report(0, key, observation),
            )
        _set(progress, 1)
    for step, case in enumerate(exercise["cases"], start=1):
        if step < first:
            continue
        observation = observe_case(
            subject,
            case["probe"],
            unpack_whole(case["inputs"].tobytes(), special),
            report=tuple(case["report"]),
            replays=case["replays"],
            patience=patience,
        )
        report(step, "", observation)
        _set(progress, step + 1)


def visible_checks(
    subject: Subject,
    source: str,
    patience: Patience,
    report: Callable[[str, Observation], None],
) -> None:
    """Run the master's check cell with a recorder in the place of `check`."""
    recorder = Recorder(subject.namespace, patience, report)
    with replaced(subject.namespace, {"check": recorder}):
        code = compile(source, "<check cell>", "exec")
        # What goes wrong inside a check is recorded by the recorder; what goes wrong between
        # two checks leaves the later ones missing, which the oracle sees.
        whole = Patience(4 * patience.seconds)
        observe(lambda: exec(code, subject.namespace), subject.namespace, whole)


def _set(progress: mmap.mmap, step: int) -> None:
    progress[:8] = struct.pack("<q", step)


def _get(progress: mmap.mmap) -> int:
    return int(struct.unpack("<q", progress[:8])[0])


def _wait(child: int, progress: mmap.mmap, seconds_per_step: float) -> None:
    """Wait until the child ends; kill it when a step takes too long."""
    watched = os.pidfd_open(child)
    try:
        step = _get(progress)
        while not select.select([watched], [], [], seconds_per_step)[0]:
            if _get(progress) == step:
                os.kill(child, signal.SIGKILL)
                break
            step = _get(progress)
        os.waitpid(child, 0)
    finally:
        os.close(watched)
