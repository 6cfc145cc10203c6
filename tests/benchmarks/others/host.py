"""Inside the cage: a small host with secrets, and a grader at work on it. Standard library only.

    python host.py FOLDER

reads FOLDER/plan.json, which holds the commands to run one after the other, their environment and
the seconds each may take, and writes FOLDER/observed.json: what became of the host. What an
attacker may know of it stands in FOLDER/known.json.
"""

import contextlib
import hashlib
import json
import os
import select
import socket
import subprocess
import sys
import time
from pathlib import Path


def main(folder):
    """Set the host up, run the plan, and look around."""
    plan = json.loads((folder / "plan.json").read_text())
    servers = listen(folder)
    bystander = subprocess.Popen(["sleep", "3600"])
    canary = folder / "canary"
    canary.mkdir()
    (canary / "file").write_text("sings")
    tell(folder, plan, servers, bystander)
    before = digest(plan["precious"], canary)
    runs = [run(command, plan) for command in plan["commands"]]
    time.sleep(1)
    observed = {
        "runs": runs,
        "reached": bool(select.select(servers, [], [], 0)[0]),
        "changed": digest(plan["precious"], canary) != before,
        "killed": bystander.poll() is not None or state_of(bystander.pid) == "T",
        "left": others({os.getpid(), bystander.pid, 1}),
        "ran": [str(path) for path in Path("/tmp").glob("n2r-*")],
    }
    (folder / "observed.json").write_text(json.dumps(observed))
    bystander.kill()


def listen(folder):
    """Servers nobody should reach: on the loopback interface, and on a socket in the folder."""
    servers = [socket.create_server(("127.0.0.1", 0))]
    with contextlib.suppress(OSError):
        servers.append(socket.create_server(("::1", 0), family=socket.AF_INET6))
    for address in (str(folder / "socket"), "\0n2r-attack"):
        server = socket.socket(socket.AF_UNIX)
        server.bind(address)
        server.listen()
        servers.append(server)
    return servers


def tell(folder, plan, servers, bystander):
    """Write down what an attacker may know."""
    ports = [server.getsockname()[1] for server in servers if server.family != socket.AF_UNIX]
    known = plan["known"] | {
        "canary": str(folder / "canary"),
        "port": ports[0],
        "port6": ports[-1],
        "udp port": ports[0],
        "socket": str(folder / "socket"),
        "abstract socket": "n2r-attack",
        "host name": socket.gethostname(),
        "grader": os.getpid(),
        "bystander": bystander.pid,
    }
    (folder / "known.json").write_text(json.dumps(known))


def run(command, plan):
    """Run one command of the grader's. None instead of an exit status: it did not end."""
    begun = time.monotonic()
    process = subprocess.Popen(
        command,
        cwd=plan["cwd"],
        env=plan["environment"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        output, _ = process.communicate(timeout=plan["seconds"])
        status = process.returncode
    except subprocess.TimeoutExpired:
        process.kill()
        output, status = b"", None
        with contextlib.suppress(subprocess.TimeoutExpired):
            output, _ = process.communicate(timeout=5)
    text = output.decode(errors="replace")[-3000:]
    return {"status": status, "seconds": time.monotonic() - begun, "output": text}


def digest(precious, canary):
    """A hash of the files nobody may change, with their names and modes."""
    found = hashlib.sha256()
    for path in [*map(Path, precious), canary, *sorted(canary.rglob("*"))]:
        with contextlib.suppress(OSError):
            found.update(f"{path} {path.lstat().st_mode}".encode())
            found.update(path.read_bytes() if path.is_file() else b"")
    return found.hexdigest()


def others(known):
    """Names of the living processes that are not these."""
    names = []
    for path in Path("/proc").glob("[0-9]*"):
        number = int(path.name)
        if number not in known and state_of(number) not in ("Z", "X", ""):
            with contextlib.suppress(OSError):
                names.append((path / "comm").read_text().strip())
    return names


def state_of(number):
    """The letter for a process's state; nothing if there is no such process."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0]
    return ""


if __name__ == "__main__":
    main(Path(sys.argv[1]))
