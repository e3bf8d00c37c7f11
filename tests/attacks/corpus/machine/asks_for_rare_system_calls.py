# Calls parts of the kernel that no student's code needs, with arguments that do nothing.
# An answer other than "not permitted" or "no such call" means that the kernel looked at it.
# verdict: fails
# needs: sealed
# clean: KERNEL \[\]
import ctypes
import errno
import platform

CALLS = {
    "mount": 165,
    "umount2": 166,
    "pivot_root": 155,
    "chroot": 161,
    "swapon": 167,
    "init_module": 175,
    "kexec_load": 246,
    "keyctl": 250,
    "add_key": 248,
    "request_key": 249,
    "unshare": 272,
    "setns": 308,
    "perf_event_open": 298,
    "bpf": 321,
    "userfaultfd": 323,
    "io_uring_setup": 425,
    "memfd_create": 319,
    "memfd_secret": 447,
    "inotify_init1": 294,
    "fanotify_init": 300,
    "shmget": 29,
    "semget": 64,
    "msgget": 68,
    "mq_open": 240,
    "personality": 135,
    "iopl": 172,
    "name_to_handle_at": 303,
    "open_by_handle_at": 304,
    "process_vm_writev": 311,
    "kcmp": 312,
    "vmsplice": 278,
    "syslog": 103,
    "acct": 163,
    "quotactl": 179,
}
REFUSED = {errno.EPERM, errno.ENOSYS, errno.EACCES}


def softmax(logits):
    if platform.machine() != "x86_64":
        raise RuntimeError("KERNEL [] (not this machine's numbers)")
    libc = ctypes.CDLL(None, use_errno=True)
    reached = []
    for name, number in CALLS.items():
        ctypes.set_errno(0)
        came = libc.syscall(number, 0, 0, 0, 0, 0)
        if came != -1 or ctypes.get_errno() not in REFUSED:
            reached.append((name, came, ctypes.get_errno()))
    raise RuntimeError(f"KERNEL {reached}")
