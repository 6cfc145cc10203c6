"""Asks where on the host things lie: mounts, command lines, the interpreter's configuration.

Success: the path of the repository is in the outputs.
"""

import sys

import sysconfig

for path in (
    "/proc/self/mountinfo",
    "/proc/mounts",
    "/proc/1/cmdline",
    "/proc/cmdline",
    "/etc/mtab",
    "/proc/1/environ",
):
    if os.path.exists(path):
        print(open(path).read())
print(sys.argv, sys.flags, sysconfig.get_paths(), os.getcwd())
for name, module in list(sys.modules.items()):
    print(name, getattr(module, "__file__", None))
