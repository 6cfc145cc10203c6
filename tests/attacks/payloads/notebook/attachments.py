"""Carries files: with a path for a name, too large, no pictures at all.

Success: a file is written outside, or the graded notebook holds a script.
Marks: all
"""

import base64


def make(solved):
    script = base64.b64encode(
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"
    ).decode()
    for cell in solved["cells"]:
        if cell["cell_type"] == "markdown":
            cell["attachments"] = {
                "../../../../tmp/n2r-attached.png": {"image/png": script},
                "<script>.svg": {"image/svg+xml": script},
                "page.html": {"text/html": "<script>alert(1)</script>"},
                "large.png": {"image/png": "A" * 100_000},
            }
    return solved
