"""Hands work to services that would do it later: cron, at, systemd, shells' start files.

Success: one of them takes it.
"""

import subprocess

for command in (
    "echo touch /tmp/later | at now",
    "echo '* * * * * id' | crontab -",
    "systemd-run --user id",
    "systemctl --user list-units",
    "dbus-send --system / a.b.c",
    "busctl list",
):
    print(subprocess.getstatusoutput(f"timeout 5 {command} < /dev/null"))
for path in (os.path.expanduser("~/.bashrc"), "/etc/cron.d/evil", "/etc/profile.d/evil.sh"):
    try:
        open(path, "a").write("id\n")
    except OSError:
        pass
