"""JupyterHub's settings, from hub.toml: `jupyterhub --config` reads this file."""

import os

from autograder.deploy.folders import ENVIRONMENT
from autograder.deploy.settings import load_settings
from autograder.deploy.spawner import ClassSpawner

settings = load_settings()
c = get_config()  # type: ignore[name-defined]  # noqa: F821 - traitlets provides it to configuration files

c.JupyterHub.bind_url = settings.address
c.JupyterHub.hub_bind_url = f"http://127.0.0.1:{settings.hub_port}"
c.JupyterHub.cookie_secret_file = str(settings.secrets / "cookie_secret")
c.JupyterHub.db_url = f"sqlite:///{settings.secrets / 'jupyterhub.sqlite'}"
c.ConfigurableHTTPProxy.api_url = f"http://127.0.0.1:{settings.proxy_port}"
c.ConfigurableHTTPProxy.command = [str(settings.proxy)]
c.ConfigurableHTTPProxy.pid_file = str(settings.secrets / "proxy.pid")

# People log in with their password of this machine. Nobody is an administrator of the hub, so
# nobody can enter another's server from it.
c.JupyterHub.authenticator_class = "pam"
c.PAMAuthenticator.allowed_groups = {settings.instructors, settings.learners}
c.PAMAuthenticator.open_sessions = False

c.JupyterHub.spawner_class = ClassSpawner
c.Spawner.cmd = [str(ENVIRONMENT / "bin/jupyterhub-singleuser")]
c.Spawner.default_url = "/lab"
c.Spawner.notebook_dir = "~"
c.Spawner.start_timeout = c.Spawner.http_timeout = 120
c.Spawner.env_keep = ["LANG", "LC_ALL"]
# A stop that the kernels do not answer is not waited for.
c.LocalProcessSpawner.interrupt_timeout = 10

os.umask(0o077)
