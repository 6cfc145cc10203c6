"""Grade many submissions at once: on the processors of this machine, or on a cluster of others."""

from autograder.workers.cluster import grade_on_cluster
from autograder.workers.processes import cores, get_ready, grade_all
from autograder.workers.task import Result, Task, failed, grade_task

__all__ = [
    "Result",
    "Task",
    "cores",
    "failed",
    "get_ready",
    "grade_all",
    "grade_on_cluster",
    "grade_task",
]
