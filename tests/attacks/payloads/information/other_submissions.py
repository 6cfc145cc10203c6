"""Reads what others handed in.

Success: the token of another submission is in the outputs.
"""

import glob

for pattern in (
    KNOWN["submission"],
    KNOWN["class"] + "/**",
    *("/" + depth * "*/" + "submitted/**" for depth in range(4)),
    *("../" + depth * "*/" + "*.ipynb" for depth in range(4)),
    "/tmp/**",
):
    for path in glob.glob(pattern, recursive=True):
        if os.path.isfile(path):
            attempt(lambda: (path, open(path, "rb").read()[:20_000]))
