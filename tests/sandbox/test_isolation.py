"""What the inside can see, reach and do: next to nothing."""

from __future__ import annotations

import errno
import os
import platform
import re
import shutil
import socket
from pathlib import Path

import pytest

from autograder.errors import NoSandbox
from autograder.sandbox import bubblewrap, choose
from autograder.sandbox.seccomp import ARCHITECTURES, REFUSED, program_for
from autograder.unit import ROOT

needs_filter = pytest.mark.skipif(
    platform.machine() not in ARCHITECTURES, reason="no filter for this processor"
)
MADE_BY_ENGINES = ("group", "hostname", "hosts", "mtab", "passwd", "resolv.conf")
HEADERS = (
    (0, Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h"), r"__NR_(\w+) (\d+)"),
    (1, Path("/usr/include/asm-generic/unistd.h"), r"__NR(?:3264)?_(\w+) (\d+)"),
)


@pytest.mark.parametrize(("column", "header", "pattern"), HEADERS, ids=["x86-64", "aarch64"])
def test_calls_have_the_numbers_of_the_kernels_headers(column, header, pattern):
    if not header.exists():
        pytest.skip(f"{header} is not installed (Debian: linux-libc-dev)")
    known = {name: int(number) for name, number in re.findall(pattern, header.read_text())}
    wrong = {
        name: numbers
        for name, numbers in REFUSED.items()
        if name in known and numbers[column] != known[name]
    }
    assert wrong == {}
    assert len(known.keys() & REFUSED.keys()) > 45


@pytest.mark.parametrize("machine", ARCHITECTURES)
def test_jumps_of_the_filter_stay_inside(machine):
    code = program_for(ARCHITECTURES[machine])
    count = len(code) // 8
    assert len(code) < 4096  # it goes through a pipe, and the kernel takes 4096 instructions
    for place in range(count):
        words = code[8 * place : 8 * place + 8]
        if words[0] & 0x07 == 0x05:  # a jump
            assert place + 1 + max(words[2], words[3]) < count


@needs_filter
def test_calls_are_refused(sandbox):
    column = ARCHITECTURES[platform.machine()].column
    numbers = {name: both[column] for name, both in REFUSED.items() if both[column] is not None}
    source = f"""
    import ctypes, errno
    libc = ctypes.CDLL(None, use_errno=True)
    for name, number in {numbers}.items():
        ctypes.set_errno(0)
        if libc.syscall(number, 0, 0, 0, 0, 0, 0) != -1 or ctypes.get_errno() != errno.EPERM:
            print(name, errno.errorcode.get(ctypes.get_errno()))
    """
    assert sandbox.run(source).text == ""


@needs_filter
def test_calls_are_judged_by_their_arguments(sandbox):
    machine = ARCHITECTURES[platform.machine()]
    source = f"""
    import ctypes, errno, socket
    libc = ctypes.CDLL(None, use_errno=True)
    def tried(number, *arguments):
        ctypes.set_errno(0)
        libc.syscall(number, *arguments)
        return errno.errorcode.get(ctypes.get_errno(), "fine")
    print("clone3", tried({machine.clone3}, 0, 0))
    print("a call of tomorrow", tried(500))
    for flag in (0x20000, 0x2000000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000):
        print("clone", tried({machine.clone}, flag | 17, 0, 0, 0, 0))
    print("push a key", tried({machine.ioctl}, 0, 0x5412, 0))
    which = ctypes.c_ulong(0xFFFFFFFF)
    print("personality", tried({machine.personality}, 0x40000), tried({machine.personality}, which))
    for family, kind, protocol in ((1, 1, 0), (2, 1, 0), (10, 2, 0), (16, 3, 0),
                                   (16, 3, 9), (17, 3, 0), (38, 5, 0), (40, 1, 0), (31, 1, 0)):
        print("socket", family, protocol, tried({machine.socket}, family, kind, protocol))
    """
    assert sandbox.run(source).text.splitlines() == [
        "clone3 ENOSYS",
        "a call of tomorrow ENOSYS",
        *["clone EPERM"] * 7,
        "push a key EPERM",
        "personality EPERM fine",
        "socket 1 0 fine",
        "socket 2 0 fine",
        "socket 10 0 fine",
        "socket 16 0 fine",
        *(f"socket {family} EAFNOSUPPORT" for family in ("16 9", "17 0", "38 0", "40 0", "31 0")),
    ]


@needs_filter
def test_a_program_of_another_kind_of_processor_is_refused(sandbox):
    if platform.machine() != "x86_64":
        pytest.skip("only x86-64 runs programs of another kind (i386)")
    # mov eax, 20 (getpid); int 0x80; ret
    source = """
    import ctypes, mmap
    page = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    page.write(bytes.fromhex("b814000000cd80c3"))
    address = ctypes.addressof(ctypes.c_char.from_buffer(page))
    print(ctypes.CFUNCTYPE(ctypes.c_int)(address)())
    """
    assert sandbox.run(source).text == f"{-errno.ENOSYS}\n"


def test_nothing_of_the_host_is_seen(sandbox):
    source = f"""
    import os
    for folder in ("{ROOT}", "/", "/etc", "/grader", "/grader/code", "/grader/code/autograder",
                   "/grader/proc", "/usr", "/usr/share", "/home", "/root", "/var",
                   "/usr/local", "/sys"):
        try: print(folder, *sorted(os.listdir(folder)))
        except OSError: print(folder)
    print(os.getuid(), os.getgid(), os.getgroups())
    print(*os.environ)
    """
    seen = dict(
        line.split(" ", 1) if " " in line else (line, "")
        for line in sandbox.run(source).text.splitlines()
    )
    contained = sandbox.backend.name == "container"
    assert set(seen["/"].split()) <= {
        *["bin", "dev", "etc", "grader", "lib", "lib64", "proc", "tmp", "usr", "opt"],
        *(["run", "sys"] if contained else []),
    }
    assert set(seen["/etc"].split()) <= {*bubblewrap.ETC, *(MADE_BY_ENGINES if contained else ())}
    more = {"container": {"start"}, "warm": {"proc"}}.get(sandbox.backend.name, set())
    assert set(seen["/grader"].split()) == {"code", "packages"} | more
    assert set(seen["/grader/code"].split()) == {"autograder", "nand2resnet"}
    assert seen["/grader/code/autograder"] == "runner"
    assert set(seen["/usr/share"].split()) <= {"fonts", "zoneinfo"}
    empty = (str(ROOT), "/home", "/root", "/var", "/grader/proc")
    assert {seen[folder] for folder in empty} == {""}
    assert set(seen["/sys"].split()) <= ({"fs"} if contained else set())
    assert seen["65534"].startswith("65534 ")
    assert set(seen["PATH"].split() if "PATH" in seen else []) <= {*bubblewrap.ENVIRONMENT, "PWD"}


def test_only_two_files_of_proc_tell_of_the_host(sandbox):
    names = {path.name for path in Path("/proc").iterdir() if not path.name.isdigit()}
    names |= {"self/mountinfo", "self/environ", "1/cmdline", "1/fd", "net/unix"}
    source = f"""
    import os
    for path in ("/proc/" + name for name in {names - {"self", "thread-self", "net"}}):
        try: told = os.listdir(path) if os.path.isdir(path) else open(path, "rb").read(1)
        except OSError: continue
        if told: print(path)
    """
    told = {f"/proc/{name}" for name in bubblewrap.PROC}
    assert set(sandbox.run(source).text.split()) <= told


def test_files_of_the_engine_do_not_name_the_host(contained):
    source = f"""
    import os
    for name in {MADE_BY_ENGINES}:
        if os.path.isfile("/etc/" + name) and name != "mtab": print(open("/etc/" + name).read())
    """
    text = contained.run(source).text
    assert "grader" in text
    assert socket.gethostname() not in text.split()
    assert len(text.split()) < 10


def test_other_packages_are_not_there(sandbox):
    source = """
    import os, sys
    version = "python%d.%d" % sys.version_info[:2]
    for place in {*sys.path, sys.base_prefix + "/lib", "/usr/lib", "/usr/local/lib"}:
        for folder in ("python3", version, "."):
            sys.path += [f"{place}/{folder}/{kind}-packages" for kind in ("site", "dist")]
    for name in ("nbgrader", "autograder.oracle", "autograder.unit", "pip", "jupyterlab", "torch"):
        try: __import__(name); print("found", name)
        except ImportError: pass
    """
    assert sandbox.run(source).text == ""


def test_no_descriptor_of_the_host_is_open(sandbox):
    source = """
    import os, stat
    for descriptor in range(256):
        try: mode = os.fstat(descriptor).st_mode
        except OSError: continue
        device = os.fstat(descriptor).st_rdev
        if not (stat.S_ISFIFO(mode) or device == os.stat("/dev/null").st_rdev):
            print(descriptor, oct(mode))
    """
    assert sandbox.run(source).text == ""


def test_privileges_cannot_be_had(sandbox):
    source = """
    import ctypes, os, subprocess
    libc = ctypes.CDLL(None, use_errno=True)
    print("no new privileges", libc.prctl(39, 0, 0, 0, 0))
    print("capabilities left", sum(libc.prctl(23, number, 0, 0, 0) > 0 for number in range(41)))
    for path in ("/usr", "/tmp", "/dev/shm", "/grader/code/nand2resnet", "/"):
        flags = os.statvfs(path).f_flag
        print(path, "nosuid", bool(flags & os.ST_NOSUID), "read-only", bool(flags & os.ST_RDONLY))
    for call in (lambda: os.setuid(0), lambda: os.mknod("/tmp/d", 0o60600, os.makedev(254, 0))):
        try: call(); print("done")
        except OSError: pass
    """
    # An engine mounts without `nosuid`: what `no new privileges` forbids already.
    shown = sandbox.backend.name != "container"
    assert sandbox.run(source).text.splitlines() == [
        "no new privileges 1",
        "capabilities left 0",
        f"/usr nosuid {shown} read-only True",
        "/tmp nosuid True read-only False",
        "/dev/shm nosuid True read-only False",
        f"/grader/code/nand2resnet nosuid {shown} read-only True",
        f"/ nosuid {shown} read-only True",
    ]


def test_the_network_is_empty(sandbox):
    """Servers of ours on every kind of socket a neighbour could listen on."""
    with (
        socket.create_server(("127.0.0.1", 0)) as four,
        socket.socket(socket.AF_UNIX) as abstract,
        socket.socket(socket.AF_UNIX) as named,
    ):
        abstract.bind(f"\0n2r-{os.getpid()}")
        place = f"/tmp/n2r-socket-{os.getpid()}"
        named.bind(place)
        for server in (abstract, named):
            server.listen()
        source = f"""
        import socket
        places = [(socket.AF_INET, {four.getsockname()!r}), (socket.AF_INET, ("192.0.2.1", 80)),
                  (socket.AF_INET6, ("::1", {four.getsockname()[1]})),
                  (socket.AF_UNIX, {abstract.getsockname()!r}), (socket.AF_UNIX, {place!r})]
        for family, place in places:
            with socket.socket(family) as client:
                client.settimeout(2)
                try: client.connect(place); print("connected to", place)
                except OSError: pass
        try: print(socket.getaddrinfo("example.org", 80))
        except OSError: pass
        print(socket.if_nameindex())
        """
        try:
            assert sandbox.run(source).text == "[(1, 'lo')]\n"
        finally:
            Path(place).unlink()


def test_signals_reach_nobody_outside(sandbox):
    source = """
    import os, signal
    for target in (os.getppid(), 0, -1, 1):
        try: os.kill(target, 0 if target == 0 else signal.SIGTERM)
        except OSError: pass
    print(os.getppid() in (0, 1), os.getsid(0) == os.getpgid(0) > 0, flush=True)
    """
    assert sandbox.run(source).text == "True True\n"


def test_without_bubblewrap_nothing_runs(monkeypatch):
    bubblewrap.Bubblewrap.trouble.cache_clear()
    monkeypatch.setattr(shutil, "which", lambda _: None)
    try:
        assert "not installed" in (bubblewrap.Bubblewrap().trouble() or "")
        with pytest.raises(NoSandbox, match="safely"):
            choose("bubblewrap")
    finally:
        bubblewrap.Bubblewrap.trouble.cache_clear()


def test_a_filter_the_kernel_refuses_stops_the_start(monkeypatch):
    monkeypatch.setattr(bubblewrap, "program", lambda: b"not a filter")
    bubblewrap.Bubblewrap.trouble.cache_clear()
    try:
        with pytest.raises(NoSandbox, match="safely"):
            choose("bubblewrap")
    finally:
        bubblewrap.Bubblewrap.trouble.cache_clear()


def test_a_repository_among_the_systems_libraries_is_hidden(sandbox, monkeypatch):
    monkeypatch.setattr(bubblewrap, "ROOT", Path("/usr/lib/python3.11/wsgiref"))
    if not bubblewrap.ROOT.exists():
        pytest.skip("the interpreter is elsewhere")
    source = "import os; print(os.listdir('/usr/lib/python3.11/wsgiref'))"
    assert sandbox.run(source).text == "[]\n"
