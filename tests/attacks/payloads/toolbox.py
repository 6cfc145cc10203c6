"""What every attacker would write first. It stands in a cell before each payload.

KNOWN holds what an attacker may find out by other means: paths, ports, process numbers.
"""

import json
import os
import stat
import struct


def pipes():
    """The descriptors one can write to that are pipes: one of them leads to the grader."""
    found = []
    for descriptor in range(3, 256):
        try:
            if stat.S_ISFIFO(os.fstat(descriptor).st_mode):
                found.append(descriptor)
        except OSError:
            pass
    return found


def tree(value):
    """Plain data as the grader's frames write it."""
    if isinstance(value, dict):
        return {"!": "dict", "items": [[tree(key), tree(part)] for key, part in value.items()]}
    if isinstance(value, list):
        return [tree(part) for part in value]
    return value


def frame(message):
    header = json.dumps(tree(message)).encode()
    return struct.pack(">IQ", len(header), 0) + header


def send(data):
    """Write to whatever leads out."""
    for descriptor in pipes():
        try:
            rest = memoryview(data)
            while rest:
                rest = rest[os.write(descriptor, rest) :]
        except OSError:
            pass


def observation(step, value, exercise="derivative"):
    """A report that the exercise answered this."""
    message = {"kind": "observation", "exercise": exercise, "step": step, "key": ""}
    return frame(message | {"value": value, "error": None, "after": {}})


def attempt(action, *args):
    """Try something; show what came of it."""
    try:
        print("came:", action(*args))
    except BaseException as error:
        print("failed:", type(error).__name__, error)
