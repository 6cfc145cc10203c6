"""Every limit holds, and what it ends is said."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.sandbox.inside import SMALL, process_inside, read_until

ONE_PROCESS = """
    import mmap, os
    kept = []
    while True:
        {how}
    """


@pytest.mark.parametrize(
    "how",
    [
        "kept.append(bytearray(10 << 20))",
        "kept.append(mmap.mmap(-1, 10 << 20)); kept[-1].write(b'x' * (10 << 20))",
    ],
    ids=["malloc", "shared"],
)
def test_memory_of_one_process(how, counting_sandbox):
    ended = counting_sandbox.run(ONE_PROCESS.format(how=how))
    assert ended.limit == "it used more than 300 MiB of memory"


def test_memory_of_many_processes_together(counting_sandbox):
    source = """
    import os, time
    for _ in range(12):
        if os.fork() == 0:
            kept = bytearray(40 << 20)
            time.sleep(60)
    os.wait()
    """
    assert counting_sandbox.run(source).limit == "it used more than 300 MiB of memory"


def test_memory_shared_by_processes_counts_once(counting_sandbox):
    source = """
    import os, time
    kept = bytearray(100 << 20)
    children = []
    for _ in range(6):
        children.append(os.fork())
        if children[-1] == 0:
            sum(kept[::4096]); time.sleep(1.5); os._exit(0)
    for child in children: os.waitpid(child, 0)
    print("all went well")
    """
    ended = counting_sandbox.run(source)
    assert ended.text == "all went well\n"
    assert ended.limit is None


def test_memory_in_files_and_sockets_counts(counting_sandbox):
    source = """
    import os, socket, time
    for folder in ("/tmp", "/dev/shm"):
        for number in range(6):
            try: open(f"{folder}/{number}", "wb").write(bytes(20 << 20))
            except OSError as error: print(error.strerror)
    kept = []
    for _ in range(20):
        if os.fork() == 0:
            while True:
                try: kept.append(socket.socketpair())
                except OSError: break
                kept[-1][0].setblocking(False)
                try:
                    while True: kept[-1][0].send(bytes(60_000))
                except OSError: pass
            time.sleep(60)
    os.wait()
    """
    ended = counting_sandbox.run(source)
    assert "No space left on device" in ended.text
    assert ended.limit == "it used more than 300 MiB of memory"


def test_address_space_of_a_process(sandbox):
    source = """
    import mmap
    try: mmap.mmap(-1, 3 << 30)
    except OSError as error: print(error.strerror)
    """
    assert sandbox.run(source).text == "Cannot allocate memory\n"


@pytest.mark.parametrize("what", ["os.fork() or time.sleep(60)", "start_thread()"])
def test_processes_and_threads(what, sandbox):
    source = f"""
    import os, threading, time
    def start_thread(): threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
    count = 0
    try:
        while True:
            {what}
            count += 1
    except (OSError, RuntimeError): print(count)
    os._exit(0)
    """
    assert 10 < int(sandbox.run(source).text) <= SMALL.processes


def test_size_and_number_of_files(sandbox):
    source = """
    import os
    try:
        file = open("/tmp/large", "wb")
        while True: file.write(bytes(1 << 20)); file.flush()
    except OSError as error: print(os.path.getsize("/tmp/large") >> 20, error.strerror)
    files = []
    try:
        while True: files.append(open("/dev/null"))
    except OSError as error: print(error.strerror)
    """
    limits = replace(SMALL, file_size=5 << 20)
    text = sandbox.run(source, limits).text
    assert text == "5 File too large\nToo many open files\n"


def test_disk(sandbox):
    source = """
    import os
    for folder in ("/tmp", "/dev/shm"):
        total = 0
        try:
            while True:
                file = open(f"{folder}/{total}", "wb")
                total += file.write(bytes(1 << 20)); file.flush()
        except OSError: print(total >> 20)
    for folder in ("/", "/dev", "/usr", "/grader", "/etc", "/proc", "/sys", "/run", "/usr/lib"):
        try: open(f"{folder}/file", "wb"); print("written in", folder)
        except OSError: pass
    """
    limits = replace(SMALL, temporary_files=20 << 20)
    sizes = [int(line) for line in sandbox.run(source, limits).text.splitlines()]
    assert all(15 <= size <= 20 for size in sizes)
    assert len(sizes) == 2


def test_processor_time(sandbox):
    source = """
    import signal
    signal.signal(signal.SIGXCPU, signal.SIG_IGN)
    print("begun", flush=True)
    while True: pass
    """
    assert sandbox.run(source, replace(SMALL, cpu=2)).text == "begun\n"


def test_core_dumps_are_for_nobody(sandbox):
    """A limit of 0 would still start the program that the host collects core dumps with."""
    source = "import resource; print(resource.getrlimit(resource.RLIMIT_CORE))"
    assert sandbox.run(source).text == "(1, 1)\n"


def test_the_kernel_ends_it_first_if_memory_runs_out(sandbox):
    source = """
    import time
    print("begun", flush=True)
    time.sleep(60)
    """
    with sandbox.started(source) as running:
        read_until(running, b"begun")
        score = Path(f"/proc/{process_inside(running)}/oom_score_adj").read_text()
        assert score == "1000\n"
