"""What a hub is set to: one file, hub.toml, read by the scripts, the hub and its spawner."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Final

from autograder.errors import GraderError

EXAMPLE: Final = Path(__file__).with_name("hub.toml")
INSTALLED: Final = Path("/etc/nand2resnet/hub.toml")
COURSE_ID: Final = "nand2resnet"  # in nbgrader's exchange, as in nbgrader_config.py
VARIABLE: Final = "NAND2RESNET_HUB"  # names another file


@dataclass(frozen=True)
class ServerLimits:
    """What one learner's server, its kernels and all they start may use together."""

    required: bool
    memory_mb: int
    cpus: float
    processes: int


@dataclass(frozen=True)
class HubSettings:
    """What hub.toml says, and where things lie by it."""

    folder: Path
    address: str
    hub_port: int
    proxy_port: int
    instructors: str
    learners: str
    limits: ServerLimits

    @property
    def secrets(self) -> Path:
        """Root's alone: the cookie secret, the hub's database, first passwords, the proxy."""
        return self.folder / "hub"

    @property
    def exchange(self) -> Path:
        """The folder of nbgrader's exchange."""
        return self.folder / "exchange"

    @property
    def course_of_exchange(self) -> Path:
        """The course's part of the exchange; the instructor's."""
        return self.exchange / COURSE_ID

    @property
    def package(self) -> Path:
        """What learners import: nand2resnet, and nothing else of the repository."""
        return self.folder / "learners"

    def jupyter(self, role: str) -> Path:
        """Jupyter's settings for the servers of a role."""
        return self.folder / "jupyter" / role

    @property
    def proxy(self) -> Path:
        """The proxy's program."""
        return self.secrets / "proxy" / "node_modules/.bin/configurable-http-proxy"


def settings_file() -> Path:
    """The file that holds here: the one that is named, else the installed one."""
    return Path(os.environ.get(VARIABLE, INSTALLED))


def load_settings(path: Path | None = None) -> HubSettings:
    """Read the settings.

    Raises
    ------
    GraderError
        There is no such file, or something in it is missing, unknown or of the wrong kind.
    """
    path = path or settings_file()
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise GraderError(
            f"cannot read {path}: {error.strerror}.\n"
            f"Copy {EXAMPLE} there and change what you need, or run setup.sh, which does."
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise GraderError(f"{path} is not TOML: {error}") from error
    try:
        limits = _checked(ServerLimits, found.pop("limits", {}))
        values = _checked(HubSettings, {**found, "limits": limits})
    except ValueError as error:
        raise GraderError(f"{path}: {error}. {EXAMPLE} shows all settings.") from error
    return values


def _checked(kind: type, found: dict[str, Any]) -> Any:
    """Make a dataclass of a table; its annotations say which keys there are, and of what kind."""
    expected = {field.name: str(field.type) for field in fields(kind)}
    if odd := sorted(set(found) ^ set(expected)):
        missing = [name for name in odd if name in expected]
        raise ValueError(f"{'missing' if missing else 'unknown'}: {', '.join(missing or odd)}")
    read: dict[str, Callable[[Any], Any]] = {"Path": Path, "float": float}
    written: dict[str, Any] = {"Path": str, "float": (int, float)}
    written |= {"int": int, "bool": bool, "str": str}
    for name, type_name in expected.items():
        value = found[name]
        if type_name in written and (
            not isinstance(value, written[type_name])
            or (isinstance(value, bool) and type_name != "bool")
        ):
            raise ValueError(f"{name} = {value!r} is not of the kind {type_name}")
    return kind(**{name: read.get(expected[name], _same)(found[name]) for name in expected})


def _same(value: Any) -> Any:
    return value
