"""Make this machine serve a class, or bring it up to date: what setup.sh calls, as root."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Annotated, Final

import typer

from autograder.deploy.accounts import make_accounts, passwords_file
from autograder.deploy.environment import environment_of
from autograder.deploy.folders import (
    ENVIRONMENT,
    close_repository,
    install_package,
    install_proxy_sources,
    make_folders,
    write_jupyter_settings,
)
from autograder.deploy.roster import INSTRUCTOR, Roster, read_roster
from autograder.deploy.settings import EXAMPLE, HubSettings, load_settings, settings_file
from autograder.errors import GraderError
from autograder.unit import ROOT

SERVICE: Final = "nand2resnet-hub.service"
SERVICES: Final = Path("/etc/systemd/system")

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def main(
    roster_file: Annotated[Path, typer.Argument(help="who takes part: see roster.csv")],
) -> None:
    """Make accounts, folders and settings for the people of a roster, or bring them up to date."""
    try:
        if os.geteuid() != 0:
            raise GraderError("setting up a hub makes system users: run this as root")
        roster = read_roster(roster_file)
        _first_settings()
        set_up(load_settings(), roster)
    except GraderError as error:
        typer.secho(f"hub: {error}", fg=typer.colors.RED, err=True)
        raise typer.Exit(2) from None


def set_up(settings: HubSettings, roster: Roster) -> None:
    """Do all of it, in the order in which one thing needs another."""
    settings.secrets.mkdir(parents=True, exist_ok=True, mode=0o700)
    for done in make_accounts(settings, roster):
        typer.echo(f"hub: {done}")
    typer.echo("hub: folders, and what learners import")
    make_folders(settings, roster.instructor)
    install_package(settings)
    write_jupyter_settings(settings, roster.instructor)
    close_repository(settings)
    typer.echo("hub: the proxy, with npm")
    _run("npm", "ci", "--no-audit", "--no-fund", cwd=install_proxy_sources(settings))
    typer.echo("hub: the class's gradebook")
    _enter_students(settings, roster)
    _install_service(settings)
    if passwords_file(settings).exists():
        typer.echo(f"hub: first passwords, to hand out: {passwords_file(settings)}")


def _first_settings() -> None:
    place = settings_file()
    if not place.exists():
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(EXAMPLE.read_text(encoding="utf-8"), encoding="utf-8")
        typer.echo(f"hub: wrote {place}; it is yours to change")


def _enter_students(settings: HubSettings, roster: Roster) -> None:
    """Enter the learners into the gradebook, as the instructor whose it is."""
    teacher = roster.instructor.username
    variables = environment_of(settings, teacher, INSTRUCTOR)
    with tempfile.TemporaryDirectory() as folder:
        table = Path(folder) / "students.csv"
        with table.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(("id", "first_name", "last_name"))
            for one in roster.learners:
                writer.writerow((one.username, one.first_name, one.last_name))
        for path in (table, table.parent):
            path.chmod(0o755)
        as_teacher = ("runuser", "--user", teacher, "--", "env", *_assignments(variables))
        _run(
            *(*as_teacher, "nbgrader", "db", "student", "import", str(table)),
            cwd=Path(variables["N2R_CLASS"]),
        )


def _assignments(variables: dict[str, str]) -> list[str]:
    return [f"{name}={value}" for name, value in variables.items()]


def _install_service(settings: HubSettings) -> None:
    """Write the service's file, where the machine has a systemd."""
    template = Path(__file__).with_name(SERVICE).read_text(encoding="utf-8")
    values = {
        "SECRETS": settings.secrets,
        "SETTINGS": settings_file().resolve(),
        "ENVIRONMENT": ENVIRONMENT,
        "REPOSITORY": ROOT,
    }
    for name, value in values.items():
        template = template.replace(f"@{name}@", str(value))
    if not Path("/run/systemd/system").is_dir():
        (settings.secrets / SERVICE).write_text(template, encoding="utf-8")
        typer.echo(f"hub: no systemd runs here; its service would be {settings.secrets / SERVICE}")
        return
    (SERVICES / SERVICE).write_text(template, encoding="utf-8")
    _run("systemctl", "daemon-reload", cwd=settings.secrets)
    typer.echo(f"hub: start it with `systemctl enable --now {SERVICE}`")


def _run(*command: str, cwd: Path) -> None:
    done = subprocess.run(command, cwd=cwd, text=True, capture_output=True, check=False)
    if done.returncode:
        last_words = "\n".join((done.stdout + done.stderr).strip().splitlines()[-15:])
        raise GraderError(f"{command[0]} failed (below: its last words)\n{last_words}")


if __name__ == "__main__":
    sys.exit(app())
