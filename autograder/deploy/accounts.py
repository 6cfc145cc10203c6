"""System users and groups for the people of a roster."""

from __future__ import annotations

import grp
import os
import pwd
import secrets
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from autograder.deploy.roster import INSTRUCTOR, Person, Roster
from autograder.deploy.settings import HubSettings
from autograder.errors import GraderError

FIRST_USER: Final = 1000  # Debian: below are root and the accounts of services
PASSWORD_BYTES: Final = 9


def make_accounts(settings: HubSettings, roster: Roster) -> Iterator[str]:
    """Make the accounts that are missing, and fill the two groups; say what was done.

    Who has left the roster is taken out of the groups, so cannot log in to the hub; the account
    and its files stay.

    Raises
    ------
    GraderError
        A name of the roster belongs to the system; nothing was done.
    """
    _refuse_accounts_of_the_system(roster)
    for group in (settings.instructors, settings.learners):
        _run("groupadd", "--force", group)
    for person in roster.people:
        if not _exists(person.username):
            password = _make(person)
            _note_password(settings, person, password)
            yield f"made {person.role} {person.username}"
        home = Path(pwd.getpwnam(person.username).pw_dir)
        home.chmod(0o700)  # Debian makes 0755, readable by all
    names = [person.username for person in roster.learners]
    yield from _fill(settings.instructors, [roster.instructor.username])
    yield from _fill(settings.learners, names)


def role_of(settings: HubSettings, username: str) -> str:
    """Instructor or learner, by the system's groups."""
    teaches = username in grp.getgrnam(settings.instructors).gr_mem
    return INSTRUCTOR if teaches else "learner"


def passwords_file(settings: HubSettings) -> Path:
    """Where the first passwords of accounts that were made here stand."""
    return settings.secrets / "first-passwords.csv"


def _refuse_accounts_of_the_system(roster: Roster) -> None:
    taken = [
        person.username
        for person in roster.people
        if _exists(person.username) and pwd.getpwnam(person.username).pw_uid < FIRST_USER
    ]
    if taken:
        raise GraderError(
            f"these names belong to the system, not to people: {', '.join(taken)}; nothing was done"
        )


def _exists(username: str) -> bool:
    try:
        pwd.getpwnam(username)
    except KeyError:
        return False
    return True


def _make(person: Person) -> str:
    name = f"{person.first_name} {person.last_name}".strip().replace(":", " ").replace(",", " ")
    _run("useradd", "--create-home", "--shell", "/bin/bash", "--comment", name, person.username)
    password = secrets.token_urlsafe(PASSWORD_BYTES)
    _run("chpasswd", text=f"{person.username}:{password}\n")
    return password


def _note_password(settings: HubSettings, person: Person, password: str) -> None:
    def private(path: str, flags: int) -> int:
        return os.open(path, flags, 0o600)

    with open(passwords_file(settings), "a", encoding="utf-8", opener=private) as file:
        file.write(f"{person.username},{password}\n")


def _fill(group: str, usernames: list[str]) -> Iterator[str]:
    """Make these the members of a group."""
    before = set(grp.getgrnam(group).gr_mem)
    if before == set(usernames):
        return
    _run("gpasswd", "--members", ",".join(usernames), group)
    if left := sorted(before - set(usernames)):
        yield f"no longer in {group}: {', '.join(left)} (their files stay)"


def _run(*command: str, text: str | None = None) -> None:
    done = subprocess.run(command, input=text, text=True, capture_output=True, check=False)
    if done.returncode:
        raise GraderError(f"{command[0]} failed: {done.stderr.strip() or done.stdout.strip()}")
