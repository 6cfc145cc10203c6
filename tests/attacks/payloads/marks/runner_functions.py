"""Replaces the runner's own functions by ones that report success.

Success: the blank exercise earns points.
Runs: alone
Costs: the marks of its own notebook
"""

import autograder.runner.main as main
import autograder.runner.probing as probing
import autograder.runner.recording as recording

happy = probing.Observation(value=True)
for module in (main, probing, recording):
    for name in ("observe", "observe_case"):
        setattr(module, name, lambda *args, **kwargs: happy)
recording.Recorder._record = lambda self, *args: True
main._wait = lambda *args: None
