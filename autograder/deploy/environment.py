"""The environment variables of a server on the hub, which its kernels and terminals inherit."""

from __future__ import annotations

from autograder.deploy.folders import ENVIRONMENT, class_folder
from autograder.deploy.roster import INSTRUCTOR
from autograder.deploy.settings import HubSettings
from autograder.unit import COURSE, ROOT


def environment_of(settings: HubSettings, username: str, role: str) -> dict[str, str]:
    """What somebody's server gets besides what JupyterHub gives it."""
    variables = {
        "PATH": f"{ENVIRONMENT}/bin:/usr/local/bin:/usr/bin:/bin",
        "JUPYTER_CONFIG_PATH": str(settings.jupyter(role)),
    }
    if role == INSTRUCTOR:
        return {
            **variables,
            "PYTHONPATH": f"{ROOT}:{COURSE}",
            "N2R_CLASS": str(class_folder(username)),
        }
    # Learners import the package that was made for them; the repository's own is closed to them.
    return {**variables, "PYTHONPATH": str(settings.package)}
