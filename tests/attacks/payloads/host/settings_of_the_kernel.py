"""Writes to the kernel's settings: core dumps, the system request key, namespaces, memory.

Success: one can be written.
"""

for path in (
    "/proc/sys/kernel/core_pattern",
    "/proc/sysrq-trigger",
    "/proc/sys/vm/overcommit_memory",
    "/proc/self/oom_score_adj",
    "/proc/sys/user/max_user_namespaces",
    "/sys/kernel/uevent_helper",
    "/sys/fs/cgroup/cgroup.procs",
    "/sys/fs/cgroup/memory/cgroup.procs",
    "/proc/self/uid_map",
):
    try:
        open(path, "w").write("1")
        print("came:", path)
    except OSError:
        pass
