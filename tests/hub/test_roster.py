"""The roster and the settings of a hub: what is wrong is named before anything is done."""

import pytest

from autograder.deploy.roster import read_roster
from autograder.deploy.settings import EXAMPLE, load_settings
from autograder.errors import GraderError

HEAD = "username,role,first_name,last_name\n"


@pytest.fixture
def roster(tmp_path):
    def write(text):
        path = tmp_path / "roster.csv"
        path.write_text(text, encoding="utf-8-sig")
        return path

    return write


def test_the_example_can_be_used():
    found = read_roster(EXAMPLE.with_name("roster.csv"))
    assert found.instructor.username == "prof"
    assert [one.username for one in found.learners] == ["alice", "bob"]


def test_every_wrong_line_is_named(roster):
    path = roster(
        HEAD + "prof,instructor,A,B\nAlice,learner,A,B\nbob,student,A,B\nprof,instructor,A,B\n"
        "a+b,learner,A,B\n-rf,learner,A,B\n"
    )
    with pytest.raises(GraderError) as refused:
        read_roster(path)
    told = str(refused.value)
    for expected in (
        "line 3: 'Alice'",
        "line 4: role 'student'",
        "line 5: prof is in line 2 too",
        "line 6: 'a+b'",
        "line 7: '-rf'",
        "there are 2",
        "nothing was done",
    ):
        assert expected in told


@pytest.mark.parametrize("text", ["", HEAD, "name,role\nprof,instructor\n"])
def test_a_roster_without_people_or_columns_is_refused(roster, text):
    with pytest.raises(GraderError):
        read_roster(roster(text))


def test_the_example_settings_can_be_used():
    settings = load_settings(EXAMPLE)
    assert settings.secrets.is_relative_to(settings.folder)
    assert settings.limits.required


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("hub_port = 8081", "", "missing: hub_port"),
        ("hub_port = 8081", "hub_port = 8081\nhub_prot = 1", "unknown: hub_prot"),
        ("hub_port = 8081", 'hub_port = "8081"', "hub_port"),
        ("memory_mb = 1536", "memory_mb = true", "memory_mb"),
        ("memory_mb = 1536", "", "missing: memory_mb"),
        ("[limits]", "[limits", "TOML"),
    ],
)
def test_wrong_settings_are_named(tmp_path, old, new, told):
    text = EXAMPLE.read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "hub.toml"
    path.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(GraderError, match=told):
        load_settings(path)
