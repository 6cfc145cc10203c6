"""JupyterHub for a class on one Debian machine: setup.sh makes it, docs/hub.md explains it."""
