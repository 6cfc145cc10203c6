"""nbgrader's database: open it, look it over, write to it in one piece, and say what ails it."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from autograder.class_folder import ClassFolder
from autograder.errors import GradebookTrouble

SQLITE: Final = "sqlite:///"
SECONDS_TO_WAIT_FOR_OTHERS: Final = 30.0


def open_database(folder: ClassFolder) -> Any:
    """Open nbgrader's gradebook. A new one appears whole or not at all."""
    from nbgrader.api import Gradebook

    path = database_file(folder.db_url)
    with _schema_revision_at_hand():
        if path is None:
            return Gradebook(folder.db_url, folder.course_id)
        if not path.exists():
            partial = path.with_name(f"{path.name}.partial")
            partial.unlink(missing_ok=True)
            Gradebook(f"{SQLITE}{partial}", folder.course_id).close()
            partial.replace(path)
        patient = f"{SQLITE}{path}?timeout={SECONDS_TO_WAIT_FOR_OTHERS}"
        return Gradebook(patient, folder.course_id)


@contextlib.contextmanager
def transaction(gradebook: Any) -> Iterator[None]:
    """Make nbgrader's API, which commits at every step, commit once or not at all."""
    session = gradebook.db
    session.commit = session.flush
    try:
        yield
        del session.commit
        session.commit()
    except BaseException:
        session.__dict__.pop("commit", None)
        session.rollback()
        raise


def check_gradebook(db_url: str) -> None:
    """Find out, before hours of grading, whether a SQLite gradebook can be read and written.

    Raises
    ------
    GradebookTrouble
        It cannot; the message says what to do.
    """
    path = database_file(db_url)
    if path is None or not path.exists():
        return
    with errors_for_people(db_url):
        connection = sqlite3.connect(path, timeout=SECONDS_TO_WAIT_FOR_OTHERS)
        with contextlib.closing(connection):
            found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
            if found != "ok":
                raise sqlite3.DatabaseError(f"malformed: {found}")
            # Only a write tells a read-only file; this one changes nothing, and is not kept.
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            connection.execute("BEGIN IMMEDIATE")
            connection.execute(f"PRAGMA user_version = {version}")
            connection.rollback()


def database_file(db_url: str) -> Path | None:
    """The file behind a SQLite URL; None for a database server."""
    if not db_url.startswith(SQLITE):
        return None
    return Path(db_url.removeprefix(SQLITE).partition("?")[0])


@contextlib.contextmanager
def errors_for_people(db_url: str) -> Iterator[None]:
    """Turn an error of the database into one that says what to do.

    Raises
    ------
    GradebookTrouble
        In place of any error of the database.
    """
    try:
        yield
    except sqlite3.Error as error:
        raise GradebookTrouble(_advice(db_url, str(error))) from error
    except Exception as error:
        if not type(error).__module__.startswith(("sqlalchemy.", "nbgrader.api")):
            raise
        raise GradebookTrouble(_advice(db_url, str(getattr(error, "orig", error)))) from error


def _advice(db_url: str, said: str) -> str:
    path = database_file(db_url)
    gradebook = f"the gradebook {path or 'on its server'}"
    if "no such column" in said or "no such table" in said or "has no column" in said:
        return f"{gradebook} is of another nbgrader ({said}); copy it, then: nbgrader db upgrade"
    if "locked" in said:
        return f"{gradebook} is in use by another program ({said}); close that and run this again"
    if "readonly" in said or "unable to open" in said:
        return f"{gradebook} cannot be written ({said}); make it writable and run this again"
    if "malformed" in said or "not a database" in said:
        return (
            f"{gradebook} is damaged ({said}).\nMove it away and put back your last copy of it, "
            "or none: running this again enters the verdicts it lacks, which are kept, without "
            "grading again. Marks given by hand are in the damaged file only; "
            f"`sqlite3 {path} .recover` may save them."
        )
    return f"{gradebook} cannot be used: {said}"


@contextlib.contextmanager
def _schema_revision_at_hand() -> Iterator[None]:
    """Spare nbgrader a second: for a new gradebook it starts `alembic` to be told one word."""
    import nbgrader.api
    from alembic.script import ScriptDirectory

    ask_alembic = nbgrader.api.get_alembic_version
    history = ScriptDirectory(str(Path(nbgrader.__file__).with_name("alembic")))
    nbgrader.api.get_alembic_version = history.get_current_head
    try:
        yield
    finally:
        nbgrader.api.get_alembic_version = ask_alembic
