"""Asks for a kernel of its own, and says which program starts it.

Success: the program runs on the host.
Marks: all
"""


def make(solved):
    argv = ["sh", "-c", "touch /tmp/n2r-kernel-ran"]
    solved["metadata"] = {
        "kernelspec": {
            "name": "../../evil",
            "display_name": "<script>",
            "argv": argv,
            "language": "sh",
        },
        "language_info": {"name": "sh", "pygments_lexer": "../../evil"},
    }
    return solved
