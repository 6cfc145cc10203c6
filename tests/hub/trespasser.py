"""What one learner tries to do to the others, run as that learner; prints what succeeded.

Arguments: JSON with paths by name. Each attempt is a function; its name says what must not succeed.
"""

import json
import shutil
import sys
from pathlib import Path

paths = {name: Path(path) for name, path in json.loads(sys.argv[1]).items()}


def list_another_home():
    list(paths["home"].iterdir())


def read_another_notebook():
    paths["notebook"].read_text()


def write_to_another_home():
    (paths["home"] / "from_bob").write_text("")


def list_what_was_handed_in():
    list(paths["inbound"].iterdir())


def rename_what_another_handed_in():
    paths["handed_in"].rename(paths["handed_in"].with_name("renamed"))


def remove_what_another_handed_in():
    shutil.rmtree(paths["handed_in"])


def replace_a_file_in_it():
    new = paths["handed_in"] / "new"
    new.write_text("{}")
    new.rename(paths["handed_in"] / "start_here.ipynb")


def change_a_file_in_it():
    with (paths["handed_in"] / "start_here.ipynb").open("a"):
        pass


def list_feedback():
    list(paths["feedback"].iterdir())


def change_what_was_released():
    (paths["outbound"] / "start_here.ipynb").write_text("{}")


def list_the_class():
    list(paths["class"].iterdir())


def read_the_gradebook():
    (paths["class"] / "gradebook.db").read_bytes()


def list_the_repository():
    list(paths["repository"].iterdir())


def list_solutions():
    list((paths["repository"] / "solutions").iterdir())


def read_a_solution():
    (paths["repository"] / "solutions/00_start_here/start_here.py").read_text()


def read_hidden_cases():
    (paths["repository"] / "solutions/00_start_here/exercises.py").read_text()


def read_a_later_unit():
    (paths["repository"] / "course/02_regression/regression.ipynb").read_text()


def read_the_tests():
    list((paths["repository"] / "tests/units").iterdir())


def list_the_hubs_secrets():
    list(paths["secrets"].iterdir())


def read_the_cookie_secret():
    (paths["secrets"] / "cookie_secret").read_bytes()


def read_first_passwords():
    (paths["secrets"] / "first-passwords.csv").read_text()


def change_what_learners_import():
    (paths["package"] / "nand2resnet/planted.py").write_text("")


def change_jupyters_settings():
    (paths["jupyter"] / "jupyter_server_config.json").open("a").close()


def read_anothers_environment():
    Path(f"/proc/{paths['process']}/environ").read_bytes()


ATTEMPTS = [
    value for value in list(globals().values()) if getattr(value, "__module__", "") == "__main__"
]

succeeded, refused = [], {}
for attempt in ATTEMPTS:
    try:
        attempt()
    except PermissionError:
        refused[attempt.__name__] = "PermissionError"
    except Exception as error:  # noqa: BLE001 - anything but a refusal is of interest
        succeeded.append(f"{attempt.__name__}: {type(error).__name__}: {error}")
    else:
        succeeded.append(attempt.__name__)
print(json.dumps({"succeeded": succeeded, "refused": refused}))
