"""A warm start: a process in the sandbox that has imported everything, and forks for each job.

It never runs a learner's code, and never sees a job: it hands the job's pipes to a fork, which
first shuts itself in (:mod:`autograder.runner.isolation`). Three processes serve one job:

* the *porter*, a fork of the server, enters new namespaces, tells the grader outside who the
  first process in them is, and waits for its end;
* the *first* process, which ends with the runner, and with it everything in the namespaces;
* the *runner*, without rights, which reads the job and runs the cells.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import signal
import socket
from importlib import util
from typing import Any, Final, NoReturn

from autograder.runner.isolation import (
    Kept,
    enter_namespaces,
    give_up_rights,
    lying_in,
    mount_folders,
)
from autograder.runner.main import COMPANION, load, run_job
from autograder.runner.probing import seed_everything
from autograder.runner.shell import Shell, make_shell

LONGEST_REQUEST: Final = 1 << 16
DESCRIPTORS: Final = 3  # the job, the reports, and a pipe on which the grader says "go"
LOADED_FIRST: Final = (
    *("numpy.random", "matplotlib.pyplot", "matplotlib.figure", "matplotlib.backends.backend_agg"),
    *("ipywidgets", "anywidget"),
)
# Of the PyTorch units. It is imported here and computes nothing: what it starts when it computes
# does not survive a fork. Its first optimizer imports torch._dynamo, which takes a second or two.
TORCH: Final = ("torch", "torch._dynamo", "nand2resnet.networks")


def serve(control: int) -> None:
    """Fork a runner for each request on the socket ``control``, until it closes."""
    shell = make_shell()
    load(*LOADED_FIRST, *COMPANION)
    if util.find_spec("torch"):
        load(*TORCH)
    files = lying_in("/tmp")
    gc.collect()
    gc.freeze()  # a fork then shares these pages for as long as it lives
    with socket.socket(fileno=control) as connection:
        connection.send(b"ready")
        while True:
            data, descriptors, *_ = socket.recv_fds(connection, LONGEST_REQUEST, DESCRIPTORS)
            _bury()
            if not data:
                os._exit(0)
            if os.fork() == 0:
                _be_porter(connection, json.loads(data), descriptors, shell, files)
            for descriptor in descriptors:
                os.close(descriptor)


def _bury() -> None:
    """Take note of the porters that have ended."""
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _be_porter(
    connection: socket.socket,
    request: dict[str, Any],
    descriptors: list[int],
    shell: Shell,
    files: dict[str, Kept],
) -> NoReturn:
    try:
        enter_namespaces()
        first = os.fork()
    except OSError as error:
        connection.send(f"failed: {error}".encode())
        os._exit(1)
    if first == 0:
        connection.close()
        _be_first(request, descriptors, shell, files)
    told = os.pidfd_open(first)
    socket.send_fds(connection, [b"started"], [told])
    os.closerange(0, told + 1)
    os.waitpid(first, 0)
    os._exit(0)


def _be_first(
    request: dict[str, Any],
    descriptors: list[int],
    shell: Shell,
    files: dict[str, Kept],
) -> NoReturn:
    job, reports, go = descriptors
    try:
        os.setsid()
        mount_folders(request["temporary_files"], files)
        # Until the grader has put this process under its limits; or has gone.
        runner = os.fork() if os.read(go, 1) else None
        os.close(go)
        if runner == 0:
            _be_runner(request, job, reports, shell)
        if runner is not None:
            os.close(job)
            os.close(reports)
            _outlive(runner)
    finally:
        os._exit(0)


def _outlive(runner: int) -> None:
    """Wait for the orphans of the namespace, until the runner has ended."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    while os.wait()[0] != runner:
        pass


def _be_runner(request: dict[str, Any], job: int, reports: int, shell: Shell) -> NoReturn:
    try:
        seed_everything()  # what the learner's own unseeded calls draw from
        give_up_rights(request["limits"], bytes.fromhex(request["filter"]))
        run_job(job, reports, shell)
    finally:
        os._exit(1)
