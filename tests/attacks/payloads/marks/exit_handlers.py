"""Leaves behind handlers for the interpreter's end, finalisers and weak references.

Success: the blank exercise earns points, or the run does not end.
"""

import atexit
import signal
import sys
import weakref


class Clinging:
    def __del__(self):
        send(observation(1, 0.0))
        while True:
            pass


kept = Clinging()
keeper = weakref.finalize(kept, send, observation(2, 0.0))
atexit.register(lambda: send(frame({"kind": "done"})))
sys.exitfunc = lambda: send(observation(3, 0.0))
for number in (signal.SIGTERM, signal.SIGHUP):
    signal.signal(number, lambda *args: send(observation(4, 0.0)))
