"""Reads files every user of the host can read, and some that only root can.

Success: their contents are in the outputs.
"""

import glob

for path in (
    KNOWN["secret"],
    "/etc/passwd",
    "/etc/shadow",
    "/etc/hostname",
    "/etc/hosts",
    "/root/.bash_history",
    "/root/.ssh/id_rsa",
    "/var/log/syslog",
    "/run/secrets/kubernetes.io",
    "/.dockerenv",
    *glob.glob("/home/*/.*"),
    *glob.glob("/etc/*"),
    *glob.glob("/mnt/*"),
    *glob.glob("/srv/*"),
):
    if os.path.isfile(path) and "ld.so" not in path and "localtime" not in path:
        attempt(lambda: (path, open(path, "rb").read()[:500]))
print(os.listdir("/"))
