"""A class at a real hub: one unit goes all the way round, and nobody gets at what is another's."""

from __future__ import annotations

import json
import os
import re
import shutil
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import expect

from autograder.unit import load_unit
from tests.full import FULL
from tests.hub.hub import ENVIRONMENT, Hub
from tests.hub.seat import PATIENCE_SECONDS, Seat

UNIT = load_unit("00")
NOTEBOOK = f"{UNIT.notebook_name}.ipynb"
WRONG = "def mean_square(x):\n    return np.sum(x**2)\n"
SECONDS_OF_LISTENING = 3
PLAYWRIGHTS_OWN = 5000  # milliseconds
PICTURES = os.environ.get("N2R_PICTURES")  # a folder: what the pages looked like

pytestmark = [
    pytest.mark.skipif(
        not (FULL and os.geteuid() == 0),
        reason="a hub makes system users: N2R_FULL=1 or CI, and root",
    ),
    pytest.mark.skipif(not shutil.which("npm"), reason="the hub's proxy comes by npm: install it"),
]


@pytest.fixture(scope="module")
def hub():
    """A hub with one instructor and two learners; unit 00 has been released."""
    running = Hub()
    expect.set_options(timeout=1000 * PATIENCE_SECONDS)
    try:
        running.set_up()
        check = running.run(running.bob, str(ENVIRONMENT / "bin/python"), "-c", "import numpy")
        assert check.returncode == 0, f"learners must be able to run {ENVIRONMENT}: {check.stderr}"
        running.start()
        in_class(running, "nbgrader", "release_assignment", UNIT.name)
        yield running
    finally:
        expect.set_options(timeout=PLAYWRIGHTS_OWN)
        running.stop()


@pytest.fixture(scope="module")
def alice(hub, browser):
    """Alice, in JupyterLab."""
    seat = Seat(hub, browser, hub.alice)
    seat.log_in()
    yield seat
    seat.close()


@pytest.fixture(scope="module")
def handed_in(hub, alice):
    """Alice has solved the unit and handed it in; Bob too, wrongly, and then in Alice's name."""
    fetch_solve_and_submit(alice)
    released = hub.settings.course_of_exchange / "outbound" / UNIT.name
    as_learner(hub, hub.bob, "cp", "--recursive", str(released), ".")
    solve(hub.home(hub.bob) / UNIT.name / NOTEBOOK, WRONG)
    as_learner(hub, hub.bob, "nbgrader", "submit", UNIT.name)
    forged = as_learner(hub, hub.bob, "nbgrader", "submit", UNIT.name, f"--student={hub.alice}")
    assert f"{hub.alice}+{UNIT.name}" in forged.stderr, "nbgrader itself no longer allows it"
    return hub


@pytest.fixture(scope="module")
def prof(handed_in, browser):
    """The instructor, logged in."""
    seat = Seat(handed_in, browser, handed_in.prof)
    seat.log_in()
    yield seat
    seat.close()


def in_class(hub, *command):
    """Run a command as the instructor in the class folder."""
    done = hub.run(hub.prof, *command, cwd=hub.home(hub.prof) / "class")
    assert done.returncode == 0, done.stdout + done.stderr
    return done


def as_learner(hub, username, *command):
    done = hub.run(username, *command)
    assert done.returncode == 0, done.stdout + done.stderr
    return done


def solve(path: Path, source: str) -> None:
    """Write an answer into a notebook on disk, which stays its owner's."""
    notebook = json.loads(path.read_text())
    for cell in notebook["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == "mean_square-solution":
            cell["source"] = source
    path.write_text(json.dumps(notebook))


def fetch_solve_and_submit(learner: Seat) -> None:
    learner.execute("nbgrader:open-assignment-list")
    learner.assignments("released", UNIT.name).get_by_text("Fetch").click()
    fetched = learner.assignments("fetched", UNIT.name)
    expect(fetched).to_be_visible()
    learner.open_notebook(f"{UNIT.name}/{NOTEBOOK}")
    learner.write(learner.cell_with("def mean_square"), UNIT.reference_source("mean_square"))
    learner.run_all_and_save()
    check = learner.cell_with("check(mean_square, np.array([1.0, 2.0, 6.0])")
    expect(check.locator(".jp-OutputArea")).to_contain_text("mean_square")
    assert not check.locator('[data-mime-type="application/vnd.jupyter.stderr"]').count()
    photograph(learner, "notebook")
    learner.execute("nbgrader:open-assignment-list")
    fetched.get_by_text("Submit").click()
    expect(learner.assignments("submitted", UNIT.name)).to_be_visible()
    photograph(learner, "assignments")


def photograph(seat: Seat, name: str, page=None) -> None:
    if PICTURES:
        (page or seat.page).screenshot(path=Path(PICTURES) / f"{name}.png")


def submissions(hub, username) -> list[Path]:
    """What is in the exchange and belongs to somebody."""
    inbound = hub.settings.course_of_exchange / "inbound"
    return [path for path in inbound.iterdir() if path.owner() == username]


def test_a_unit_goes_all_the_way_round(handed_in, alice, prof):
    hub, marks = handed_in, prof.new_page()
    marks.goto(prof.address("formgrader"))
    row = marks.locator("tr").filter(has_text=UNIT.name)
    row.locator(".collect a").click()
    expect(marks.locator(".modal.show, .modal.in").first).to_contain_text("Success")
    in_class(hub, "n2r", "grade", UNIT.name)
    marks.goto(prof.address(f"formgrader/manage_submissions/{UNIT.name}"))
    scores = {
        name: marks.locator("tr").filter(has_text=full_name).locator(".score")
        for name, full_name in (("alice", "Adams, Alice"), ("bob", "Brown, Bob"))
    }
    # What Bob handed in under Alice's name came later than hers, and has not replaced it.
    expect(scores["alice"]).to_have_text("2 / 2")
    expect(scores["bob"]).to_have_text("0 / 2")
    photograph(prof, "formgrader", marks)

    in_class(hub, "n2r", "feedback", UNIT.name)
    in_class(hub, "nbgrader", "release_feedback", UNIT.name)
    alice.page.get_by_role("tab", name="Assignments").click()
    alice.execute("nbgrader:open-assignment-list")
    alice.page.locator("#refresh_assignments_list").click()
    submitted = alice.assignments("submitted", UNIT.name)
    submitted.get_by_text("Fetch Feedback").click()
    expect(submitted.get_by_text("(view feedback)").first).to_be_visible()
    photograph(alice, "fetched_feedback")
    (path,) = (hub.home(hub.alice) / UNIT.name / "feedback").glob(f"*/{UNIT.notebook_name}.html")
    alice.requests.clear()
    feedback = alice.new_page()
    feedback.goto(alice.address(f"files/{path.relative_to(hub.home(hub.alice))}"))
    expect(feedback.locator("body")).to_contain_text("2 of 2")
    photograph(alice, "feedback", feedback)
    elsewhere = [url for url in alice.requests if not url.startswith((hub.url, "data:"))]
    assert elsewhere == []


def test_what_is_anothers_cannot_be_read_or_changed(handed_in, alice):
    hub, course = handed_in, handed_in.settings.course_of_exchange
    (mine,) = submissions(hub, hub.alice)
    server = min(hub.processes(hub.alice), key=psutil.Process.create_time)
    paths = {
        "home": hub.home(hub.alice),
        "notebook": hub.home(hub.alice) / UNIT.name / NOTEBOOK,
        "inbound": course / "inbound",
        "handed_in": mine,  # its name is random: Bob would have to guess it
        "outbound": course / "outbound" / UNIT.name,
        "feedback": course / "feedback",
        "class": hub.home(hub.prof) / "class",
        "repository": hub.repository,
        "secrets": hub.settings.secrets,
        "package": hub.settings.package,
        "jupyter": hub.settings.jupyter("learner"),
        "process": server.pid,
    }
    # Every attempt has something to find: root can read it.
    for name in set(paths) - {"process"}:
        assert Path(paths[name]).exists(), name
    trespasser = Path(__file__).with_name("trespasser.py").read_text()
    told = json.dumps({name: str(path) for name, path in paths.items()})
    done = as_learner(hub, hub.bob, "python", "-c", trespasser, told)
    result = json.loads(done.stdout)
    assert result["succeeded"] == []
    assert len(result["refused"]) == trespasser.count("\ndef ")


def test_nobody_listens_in_on_anothers_kernel(handed_in, alice):
    hub = handed_in
    alice.page.get_by_role("tab", name=NOTEBOOK).click()
    spoken = f"import time\nfor _ in range({SECONDS_OF_LISTENING * 10}):\n"
    spoken += "    print('what Alice thinks', flush=True)\n    time.sleep(0.1)"
    eavesdropper = Path(__file__).with_name("eavesdropper.py").read_text()
    who = (str(hub.home(hub.alice).stat().st_uid), str(SECONDS_OF_LISTENING))
    with ThreadPoolExecutor(1) as pool:
        listening = pool.submit(as_learner, hub, hub.bob, "python", "-c", eavesdropper, *who)
        while not listening.done():
            assert alice.run_in_kernel(spoken) == "ok"
    result = json.loads(listening.result().stdout)
    assert result["ports"]  # her server's, at least
    assert result["heard"] == ""


def test_anothers_server_asks_who_is_there(handed_in, alice):
    hub = handed_in
    server = min(hub.processes(hub.alice), key=psutil.Process.create_time)
    (port,) = [
        connection.laddr.port
        for connection in server.net_connections("tcp")
        if connection.status == psutil.CONN_LISTEN
    ]
    address = f"http://127.0.0.1:{port}/user/{hub.alice}/api/contents"
    with pytest.raises(urllib.error.HTTPError) as refusal:
        urllib.request.urlopen(address, timeout=30)
    assert refusal.value.code == 403
    umask = re.search(r"^Umask:\s*(\d+)", Path(f"/proc/{server.pid}/status").read_text(), re.M)
    assert umask is not None
    assert umask[1] == "0077"  # what lies in /tmp is private too


def test_learners_have_the_course_and_not_the_graders_tools(handed_in, alice):
    hub = handed_in
    code = "import nand2resnet; print(nand2resnet.__file__)"
    found = as_learner(hub, hub.bob, "python", "-c", code).stdout.strip()
    assert Path(found).is_relative_to(hub.settings.package)
    assert not [path for path in hub.settings.package.rglob("*") if path.suffix == ".ipynb"]
    assert "nbgrader:open-assignment-list" in alice.commands()
    assert not [name for name in alice.commands() if re.search("formgrader|course-list", name)]
    tab = alice.new_page()
    own, instructors = (
        tab.goto(address)
        for address in (
            alice.address("formgrader"),
            f"{hub.url}/user/{hub.prof}/formgrader",
        )
    )
    assert own is not None
    assert own.status == 404
    assert instructors is not None
    assert instructors.status in (403, 404)
    tab.close()


def test_a_link_in_a_submission_leads_nowhere(handed_in, prof):
    """Bob hands in a link to the solution, which the instructor could read and he cannot."""
    hub = handed_in
    solution = hub.repository / "solutions/00_start_here/start_here.py"
    name = f"{hub.bob}+{UNIT.name}+2099-01-01 00:00:00.000000 UTC+abcdefghijkl"
    place = hub.settings.course_of_exchange / "inbound" / name
    code = (
        "import pathlib, sys; place = pathlib.Path(sys.argv[1]); place.mkdir(); place.chmod(0o755);"
        f"(place / {NOTEBOOK!r}).symlink_to(sys.argv[2]);"
        "(place / 'timestamp.txt').write_text('2099-01-01 00:00:00.000000 UTC')"
    )
    as_learner(hub, hub.bob, "python", "-c", code, str(place), str(solution))
    collected = in_class(hub, "nbgrader", "collect", UNIT.name, "--update")
    assert f"{NOTEBOOK}' is a link" in collected.stderr
    kept = hub.home(hub.prof) / "class/submitted" / hub.bob / UNIT.name / NOTEBOOK
    assert "np.sum(x**2)" in kept.read_text()


def test_a_servers_memory_and_processes_are_limited(handed_in, alice):
    if not handed_in.limited:
        pytest.skip("this machine has no control groups for memory, processes and processors")
    alice.page.get_by_role("tab", name=NOTEBOOK).click()
    started = "import subprocess\nall = [subprocess.Popen(['sleep', '99']) for _ in range(150)]"
    assert alice.run_in_kernel(started) == "BlockingIOError"
    assert alice.run_in_kernel("held = b'x' * (2 << 30)") == "died"
    server = alice.page.request.get(alice.address("api/status"))
    assert server.ok  # only the kernel had to go
    group = Path("/proc", str(min(p.pid for p in handed_in.processes(handed_in.alice))), "cgroup")
    assert f"nand2resnet-hub-{handed_in.alice}" in group.read_text()
