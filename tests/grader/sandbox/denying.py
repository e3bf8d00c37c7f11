"""Run a command on a machine that offers less: `python denying.py namespaces,landlock COMMAND...`.

A filter refuses the system calls, as a container's default profile or an old kernel would.
"""

import errno
import os
import struct
import sys

from grader.sandbox.child import kernel, seccomp

ALLOW = 0x7FFF0000
REFUSE = 0x00050000
# unshare, setns, mount, umount2, pivot_root, mount_setattr; then the three of Landlock
NAMESPACES = {
    "x86_64": (272, 308, 165, 166, 155, 442),
    "aarch64": (97, 268, 40, 39, 41, 442),
}
LANDLOCK = (444, 445, 446)


def program(calls):
    """Classic BPF: each of the calls fails with its error, everything else is let through."""
    lines = [struct.pack("<HBBI", 0x20, 0, 0, 0)]  # load the number of the call
    for number, error in calls:
        lines.append(struct.pack("<HBBI", 0x15, 0, 1, number))
        lines.append(struct.pack("<HBBI", 0x06, 0, 0, REFUSE | error))
    return b"".join([*lines, struct.pack("<HBBI", 0x06, 0, 0, ALLOW)])


def main(denied, command):
    calls = []
    if "namespaces" in denied:
        calls += [(number, errno.EPERM) for number in NAMESPACES[os.uname().machine]]
    if "landlock" in denied:
        calls += [(number, errno.ENOSYS) for number in LANDLOCK]
    if calls:
        kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)
        seccomp.load(program(calls))
    os.execvp(command[0], command)


if __name__ == "__main__":
    main(sys.argv[1].split(","), sys.argv[2:])
