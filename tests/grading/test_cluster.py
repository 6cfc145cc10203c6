"""Grading on a Dask cluster of real processes: the same marks, and what can happen to a cluster."""

import os
import signal
import socket
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from autograder.class_folder import open_class
from autograder.classroom import grade_class
from autograder.errors import ClusterTrouble
from autograder.submissions import find_submissions
from autograder.workers import Task, cluster, grade_on_cluster
from tests.grading.dask_cluster import Cluster
from tests.grading.handed_in import hand_in, released, solved
from tests.grading.marks import marks
from tests.grading.waiting import SECONDS

pytest.importorskip("distributed", reason="the extra `cluster` is not installed")


@pytest.fixture
def empty_cluster(tmp_path_factory) -> Iterator[Cluster]:
    made = Cluster(tmp_path_factory.mktemp("cluster"))
    yield made
    made.end()


@pytest.fixture(scope="module")
def two_workers(tmp_path_factory) -> Iterator[Cluster]:
    made = Cluster(tmp_path_factory.mktemp("cluster"))
    made.add_worker()
    made.add_worker()
    yield made
    made.end()


def hand_in_a_class(root: Path, unit) -> None:
    wrong = "def mean_square(x):\n    return np.mean(x) ** 2"
    endless = "def mean_square(x):\n    while True:\n        pass"
    hand_in(root, unit, "ann", solved(unit))
    hand_in(root, unit, "bob", solved(unit, {"mean_square": wrong}))
    hand_in(root, unit, "cid", released(unit))
    hand_in(root, unit, "dan", b"no notebook")
    hand_in(root, unit, "eve", solved(unit, {"mean_square": endless}))
    (root / "submitted" / "fay" / unit.name).mkdir(parents=True)


def tasks_of(root: Path, unit, *students: str) -> list[Task]:
    for student in students:
        hand_in(root, unit, student, solved(unit))
    return [Task(unit.name, one, "seed") for one in find_submissions(open_class(root), unit)]


def without_time(verdicts):
    return [replace(one, seconds=0.0) for one in verdicts]


def test_a_cluster_gives_the_marks_that_this_machine_gives(
    two_workers, tmp_path, small_unit, new_gradebook
):
    graded = {}
    for place in ("here", "there"):
        (tmp_path / place).mkdir()
        (tmp_path / place / "gradebook.db").write_bytes(new_gradebook)
        hand_in_a_class(tmp_path / place, small_unit)
        address = two_workers.address if place == "there" else None
        graded[place] = grade_class(
            small_unit.name, tmp_path / place, workers=2, scheduler=address, seed="seed"
        )
    assert without_time(graded["there"]) == without_time(graded["here"])
    assert marks(tmp_path / "there", small_unit.name) == marks(tmp_path / "here", small_unit.name)
    again = grade_class(small_unit.name, tmp_path / "there", workers=1)
    assert again == graded["there"]  # kept, not graded again: here and there are one version


class Deadly(str):
    """A seed that ends the grading process in which it arrives, and no other."""

    def __reduce__(self):
        return arrive, (str(self),)


def arrive(seed: str) -> str:
    import multiprocessing

    if multiprocessing.current_process().name.startswith("ForkServer"):
        os._exit(9)
    return Deadly(seed)


def test_what_kills_its_process_every_time_is_given_up(two_workers, tmp_path, small_unit):
    tasks = tasks_of(tmp_path, small_unit, "ann", "bob", "cid")
    tasks[1] = replace(tasks[1], seed=Deadly("seed"))
    results = grade_on_cluster(iter(tasks), two_workers.address)
    statuses = {task.submission.student: result.verdict for task, result in results}
    assert {name: verdict.status for name, verdict in statuses.items()} == {
        "ann": "graded",
        "bob": "failed",
        "cid": "graded",
    }
    assert "died, twice" in statuses["bob"].notes[0]


def test_a_lost_worker_costs_nothing(empty_cluster, tmp_path, small_unit):
    empty_cluster.add_worker()
    names = [f"learner-{number}" for number in range(12)]
    results = grade_on_cluster(iter(tasks_of(tmp_path, small_unit, *names)), empty_cluster.address)
    statuses = [next(results)[1].verdict.status]
    empty_cluster.add_worker()
    os.killpg(empty_cluster.workers[0].pid, signal.SIGKILL)  # with its nanny: it never comes back
    statuses += [result.verdict.status for _, result in results]
    assert statuses == ["graded"] * len(names)


def test_a_lost_scheduler_is_named_and_the_class_is_graded_to_its_end_without_it(
    empty_cluster, tmp_path, small_unit, new_gradebook
):
    (tmp_path / "gradebook.db").write_bytes(new_gradebook)
    for number in range(12):
        hand_in(tmp_path, small_unit, f"learner-{number}", solved(small_unit))
    empty_cluster.add_worker()
    address, one_is_there = empty_cluster.address, threading.Event()

    def lose_it() -> None:
        one_is_there.wait(SECONDS)
        os.killpg(empty_cluster.scheduler.pid, signal.SIGKILL)

    threading.Thread(target=lose_it, daemon=True).start()
    with pytest.raises(ClusterTrouble, match=r"went away\. What was graded is kept"):
        grade_class(
            small_unit.name,
            tmp_path,
            scheduler=address,
            on_verdict=lambda _verdict, _now: one_is_there.set(),
        )
    still = []
    grade_class(
        small_unit.name,
        tmp_path,
        workers=2,
        on_verdict=lambda verdict, now: still.append(verdict.student) if not now else None,
    )
    assert still
    assert {one["total"] for one in marks(tmp_path, small_unit.name).values()} == {2.0}


def test_a_worker_of_another_version_is_refused(two_workers, tmp_path, small_unit, monkeypatch):
    monkeypatch.setattr(cluster, "_version", lambda _: "newer")
    (task,) = tasks_of(tmp_path, small_unit, "ann")
    with pytest.raises(ClusterTrouble, match=f"{socket.gethostname()} has another version"):
        list(grade_on_cluster(iter([task]), two_workers.address))


def test_a_worker_that_lacks_the_sandbox_says_so(two_workers, tmp_path, small_unit):
    from autograder.errors import NoSandbox

    (task,) = tasks_of(tmp_path, small_unit, "ann")
    with pytest.raises(NoSandbox):
        list(grade_on_cluster(iter([replace(task, backend="none")]), two_workers.address))


def test_a_scheduler_that_does_not_answer(tmp_path, small_unit, monkeypatch):
    monkeypatch.setattr(cluster, "SECONDS_TO_ANSWER", 1.0)
    tasks = tasks_of(tmp_path, small_unit, "ann")
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        address = f"tcp://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(ClusterTrouble, match=f"no Dask scheduler answers at {address}"):
            list(grade_on_cluster(iter(tasks), address))
    for nonsense in (address, "nonsense", "http://127.0.0.1:1", "tcp://127.0.0.1:port"):
        with pytest.raises(ClusterTrouble, match="no Dask scheduler answers"):
            list(grade_on_cluster(iter(tasks), nonsense))


def test_a_scheduler_without_workers(empty_cluster, tmp_path, small_unit, monkeypatch):
    monkeypatch.setattr(cluster, "SECONDS_FOR_A_WORKER", 0.5)
    with pytest.raises(ClusterTrouble, match="has no workers; start some"):
        list(grade_on_cluster(iter(tasks_of(tmp_path, small_unit, "ann")), empty_cluster.address))
