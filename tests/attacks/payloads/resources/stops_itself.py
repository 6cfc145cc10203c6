"""Stops the runner's process, as Ctrl-Z would.

Success: the run does not end, or other exercises lose their marks.
Runs: alone
"""

import signal

os.kill(os.getpid(), signal.SIGSTOP)
