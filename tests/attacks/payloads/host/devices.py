"""Makes and opens device files: disks, memory, terminals, the tunnel, the hypervisor.

Success: one of them can be opened.
"""

for major, minor, mode in (
    (254, 0, 0o60600),
    (8, 0, 0o60600),
    (1, 1, 0o20600),
    (10, 200, 0o20600),
    (10, 229, 0o20600),
):
    try:
        os.mknod(f"/tmp/device-{major}-{minor}", mode, os.makedev(major, minor))
        print("came: made", major, minor)
    except OSError:
        pass
for path in (
    "/dev/vda",
    "/dev/sda",
    "/dev/mem",
    "/dev/kvm",
    "/dev/fuse",
    "/dev/net/tun",
    "/dev/tty0",
    "/dev/console",
    "/dev/vsock",
    "/dev/input/event0",
    "/dev/nvidia0",
    "/dev/loop-control",
):
    try:
        os.open(path, os.O_RDWR)
        print("came:", path)
    except OSError:
        pass
