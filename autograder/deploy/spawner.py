"""How the hub starts a server: as its user, by the role, and a learner's within limits."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from jupyterhub.spawner import LocalProcessSpawner

from autograder.deploy.accounts import role_of
from autograder.deploy.environment import environment_of
from autograder.deploy.limits import ServerGroup, make_server_group
from autograder.deploy.roster import LEARNER
from autograder.deploy.settings import load_settings

PRIVATE = 0o077  # what somebody writes outside of the home, as to /tmp, is nobody else's either


class ClassSpawner(LocalProcessSpawner):
    """A server for an instructor or a learner, by the groups of its user."""

    group: ServerGroup | None = None
    doors: tuple[int, ...] = ()

    def get_env(self) -> dict[str, str]:
        """What JupyterHub gives a server, and what its role needs."""
        settings = load_settings()
        role = role_of(settings, self.user.name)
        return {**super().get_env(), **environment_of(settings, self.user.name, role)}

    def make_preexec_fn(self, name: str) -> Callable[[], None]:
        """What the new process does first: enter its control group, then become its user."""
        settings = load_settings()
        become_user = super().make_preexec_fn(name)
        if role_of(settings, name) == LEARNER:
            self.group = make_server_group(name, settings.limits)
        self.doors = doors = tuple(self.group.doors()) if self.group else ()

        def prepare() -> None:
            for door in doors:
                os.write(door, b"0")
            os.umask(PRIVATE)
            become_user()

        return prepare

    async def start(self) -> Any:
        """Start the server."""
        try:
            return await super().start()
        finally:
            for door in self.doors:
                os.close(door)
            self.doors = ()

    async def stop(self, now: bool = False) -> None:
        """Stop the server, and whatever a learner has left running."""
        await super().stop(now)
        if self.group is not None:
            self.group.end()
            self.group = None
