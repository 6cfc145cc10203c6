"""The errors a caller would tell apart. Each message says what happened and what to do next."""


class GraderError(Exception):
    """Something the instructor or author has to see to; shown without a traceback."""


class NoSandbox(GraderError):
    """No backend can run learners' code safely on this machine."""


class SandboxFailed(GraderError):
    """The sandbox did not even start its runner: not the submission's fault."""


class UnknownName(GraderError):
    """A unit or exercise that does not exist; the message gives the nearest names."""


class BadUnit(GraderError):
    """A unit's source, probes.py or exercises.py is not as it must be (the author's to mend)."""


class UnreadableNotebook(GraderError):
    """A submission that is not a notebook of its unit."""


class ClassTrouble(GraderError):
    """A class's folder, settings or gradebook cannot be used."""


class GradebookTrouble(ClassTrouble):
    """The database itself cannot be read or written; it may be so only for now."""


class ClusterTrouble(GraderError):
    """A Dask scheduler, or its workers, cannot be used."""
