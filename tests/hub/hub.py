"""A real hub on loopback: a copy of this repository that autograder.deploy has set up.

The accounts are real ones, made by useradd and removed at the end, and their names are random; all
else lies in one folder below /srv, where every user can get to.
"""

from __future__ import annotations

import contextlib
import csv
import json
import os
import pwd
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

import psutil

from autograder.deploy.limits import CONTROLLERS
from autograder.deploy.roster import INSTRUCTOR, LEARNER
from autograder.deploy.settings import HubSettings, load_settings
from autograder.sandbox.cgroup import places
from autograder.unit import ROOT

ENVIRONMENT = ROOT / ".venv"
START_SECONDS = 60
NOT_COPIED = shutil.ignore_patterns(".*", "__pycache__", "build", "submitted", "*.egg-info")
ROSTER = """username,role,first_name,last_name
{0},instructor,Paula,Prof
{1},learner,Alice,Adams
{2},learner,Bob,Brown
"""
SETTINGS = """
folder = "{folder}"
address = "http://127.0.0.1:{0}"
hub_port = {1}
proxy_port = {2}
instructors = "{teach}"
learners = "{learn}"
[limits]
required = {required}
memory_mb = 1024
cpus = 1.5
processes = 120
"""


class Hub:
    """One instructor, two learners, their accounts, and a hub that serves them.

    Attributes
    ----------
    prof, alice, bob : str
        The names of the accounts.
    limited : bool
        Whether this machine lets a hub limit its learners' servers.
    """

    def __init__(self) -> None:
        tag = secrets.token_hex(2)
        self.prof, self.alice, self.bob = (f"{name}{tag}" for name in ("prof", "alice", "bob"))
        self._groups = (f"n2r-teach{tag}", f"n2r-learn{tag}")
        self.folder = Path(tempfile.mkdtemp(prefix="n2r-hub-", dir="/srv"))
        self.folder.chmod(0o755)
        self.repository = self.folder / "repository"
        self.limited = places(CONTROLLERS) is not None
        self._log = self.folder / "hub.log"
        self._process: subprocess.Popen | None = None
        self._known: dict[str, dict[str, str]] = {}

    def set_up(self) -> None:
        """What an administrator does before the first start: autograder.deploy, with a roster."""
        shutil.copytree(ROOT, self.repository, ignore=NOT_COPIED)
        (self.repository / ".venv").symlink_to(ENVIRONMENT)
        roster, toml = self.folder / "roster.csv", self.folder / "hub.toml"
        roster.write_text(ROSTER.format(self.prof, self.alice, self.bob))
        teach, learn = self._groups
        folder = self.folder / "served"
        toml.write_text(
            SETTINGS.format(
                *free_ports(3),
                folder=folder,
                teach=teach,
                learn=learn,
                required="true" if self.limited else "false",
            )
        )
        done = subprocess.run(
            [sys.executable, "-m", "autograder.deploy", str(roster)],
            env=self._environment(),
            cwd=self.repository,
            text=True,
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        self.settings: HubSettings = load_settings(toml)
        with (self.settings.secrets / "first-passwords.csv").open() as file:
            self.passwords = dict(csv.reader(file))
        for role in ("instructor", "learner"):  # so that the tests reach JupyterLab's commands
            setting = {"LabApp": {"expose_app_in_browser": True}}
            place = self.settings.jupyter(role) / "jupyter_lab_config.json"
            place.write_text(json.dumps(setting))

    def _environment(self) -> dict[str, str]:
        """Make the copy what is imported, not the repository that the tests run in."""
        return os.environ | {
            "NAND2RESNET_HUB": str(self.folder / "hub.toml"),
            "PATH": f"{ENVIRONMENT / 'bin'}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": f"{self.repository}{os.pathsep}{self.repository / 'course'}",
        }

    def start(self) -> None:
        """Start the hub as its service would, and wait until it says that it is well."""
        config = self.repository / "autograder/deploy/jupyterhub_config.py"
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [ENVIRONMENT / "bin/jupyterhub", "--config", config],
                env=self._environment(),
                cwd=self.settings.secrets,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self._process.poll() is None:
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"{self.url}/hub/health", timeout=5).close()
                return
            time.sleep(0.1)
        raise RuntimeError(f"the hub did not start; its log:\n{self.log()}")

    @property
    def url(self) -> str:
        """Where people reach it."""
        return self.settings.address

    def log(self) -> str:
        """What the hub and the servers have logged."""
        return self._log.read_text(errors="replace")

    def run(
        self, username: str, *command: str, cwd: Path | None = None
    ) -> subprocess.CompletedProcess:
        """Run a command as in a terminal of somebody's JupyterLab."""
        role = INSTRUCTOR if username == self.prof else LEARNER
        home = self.home(username)
        variables = self._variables(username, role) | {"HOME": str(home), "USER": username}
        assignments = [f"{name}={value}" for name, value in variables.items()]
        return subprocess.run(
            ["runuser", "--user", username, "--", "env", "-i", *assignments, *command],
            cwd=cwd or home,
            text=True,
            capture_output=True,
            check=False,
            umask=0o077,
        )

    def _variables(self, username: str, role: str) -> dict[str, str]:
        """What a server on the hub gets, from the copy of the repository that serves."""
        if username in self._known:
            return self._known[username]
        code = (
            "import json, sys; from autograder.deploy.environment import environment_of as e; "
            "from autograder.deploy.settings import load_settings as s; "
            "print(json.dumps(e(s(), *sys.argv[1:])))"
        )
        command = [sys.executable, "-c", code, username, role]
        self._known[username] = json.loads(
            subprocess.check_output(command, env=self._environment())
        )
        return self._known[username]

    def home(self, username: str) -> Path:
        """Somebody's home."""
        return Path(pwd.getpwnam(username).pw_dir)

    def processes(self, username: str) -> list[psutil.Process]:
        """What runs as somebody."""
        uid = pwd.getpwnam(username).pw_uid
        found = []
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error):
                if process.uids().real == uid:
                    found.append(process)
        return found

    def stop(self) -> None:
        """End the hub, remove the accounts with their homes, and the folder."""
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        for username in (self.prof, self.alice, self.bob):
            with contextlib.suppress(KeyError):
                for process in self.processes(username):
                    with contextlib.suppress(psutil.Error):
                        process.kill()
                subprocess.run(["userdel", "--remove", username], capture_output=True, check=False)
        for group in self._groups:
            subprocess.run(["groupdel", group], capture_output=True, check=False)
        shutil.rmtree(self.folder)


def free_ports(count: int) -> list[int]:
    """Ports of loopback that nobody listens on at this moment."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]
    finally:
        for one in sockets:
            one.close()
