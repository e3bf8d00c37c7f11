"""Build the system-call filters with libseccomp: `python grader/sandbox/child/filters/build.py`.

Needs `pip install pyseccomp` and the libseccomp 2.5 library. What is not listed fails with EPERM;
clone3 fails with ENOSYS, so that the C library falls back to clone, whose flags can be checked;
calls of another architecture (x32, 32 bit) end the process.
"""

import errno
import sys
import tempfile
from pathlib import Path

import pyseccomp as seccomp

ARCHITECTURES = {"x86_64": seccomp.Arch.X86_64, "aarch64": seccomp.Arch.AARCH64}

MEMORY = "brk mmap munmap mprotect mremap madvise mincore msync membarrier"
THREADS = """
    set_robust_list get_robust_list rseq futex set_tid_address exit exit_group
    gettid getpid getppid getpgrp getpgid getsid sched_yield sched_getaffinity sched_getparam
    sched_getscheduler sched_get_priority_max sched_get_priority_min getcpu getpriority
"""
# No kill, tkill, tgkill: the process needs no signal to another, and abort() works without.
SIGNALS = """
    rt_sigaction rt_sigprocmask rt_sigreturn rt_sigpending rt_sigtimedwait rt_sigsuspend
    sigaltstack pause alarm setitimer getitimer restart_syscall
"""
TIME = "clock_gettime clock_getres clock_nanosleep nanosleep gettimeofday time times getrusage"
WHO = "getuid geteuid getgid getegid getgroups getresuid getresgid uname sysinfo getrlimit"
DESCRIPTORS = """
    read write readv writev pread64 pwrite64 preadv pwritev preadv2 pwritev2 lseek close
    close_range dup dup2 dup3 pipe pipe2 poll ppoll select pselect6 epoll_create epoll_create1
    epoll_ctl epoll_wait epoll_pwait epoll_pwait2 eventfd eventfd2 fstat fstatfs fsync fdatasync
    ftruncate fadvise64 flock sendfile copy_file_range recvfrom sendto recvmsg sendmsg shutdown
    getsockopt getsockname getpeername getrandom getcwd umask
"""
ASKING_FOR_FILES = "stat lstat newfstatat statx access faccessat faccessat2"
# No chmod, chown, utime, xattr, mknod, truncate: Landlock does not see them all.
FILES = """
    open openat creat readlink readlinkat getdents getdents64 chdir fchdir mkdir mkdirat rmdir
    unlink unlinkat link linkat rename renameat renameat2 symlink symlinkat statfs
"""

_CLONE_THREAD = 0x00010000 | 0x00000100 | 0x00000800  # THREAD, VM, SIGHAND
_AF_UNIX = 1
_PR_SET_NAME, _PR_GET_NAME = 15, 16
_TCGETS, _FIONREAD, _FIONBIO, _FIOCLEX = 0x5401, 0x541B, 0x5421, 0x5451
# F_DUPFD, GETFD, SETFD, GETFL, SETFL, GETLK, SETLK, SETLKW, the OFD locks, F_DUPFD_CLOEXEC
_FCNTL = (0, 1, 2, 3, 4, 5, 6, 7, 36, 37, 38, 1030)


def build(architecture: str, *, files: bool) -> bytes:
    """The filter as BPF instructions."""
    program = seccomp.SyscallFilter(seccomp.ERRNO(errno.EPERM))
    program.set_attr(seccomp.Attr.ACT_BADARCH, seccomp.KILL_PROCESS)
    wanted = ARCHITECTURES[architecture]
    if program.exist_arch(wanted) is not True:
        program.add_arch(wanted)
        program.remove_arch(seccomp.Arch.NATIVE)
    groups = [MEMORY, THREADS, SIGNALS, TIME, WHO, DESCRIPTORS, ASKING_FOR_FILES]
    for name in " ".join([*groups, *([FILES] if files else [])]).split():
        program.add_rule(seccomp.ALLOW, name)
    _add_conditions(program)
    with tempfile.TemporaryFile() as file:
        program.export_bpf(file)
        file.seek(0)
        return file.read()


def _add_conditions(program: seccomp.SyscallFilter) -> None:
    """The calls that are allowed with some arguments only."""

    def allow(name: str, position: int, value: int) -> None:
        program.add_rule(seccomp.ALLOW, name, seccomp.Arg(position, seccomp.EQ, value))

    program.add_rule(seccomp.ERRNO(errno.ENOSYS), "clone3")
    threads_only = seccomp.Arg(0, seccomp.MASKED_EQ, _CLONE_THREAD, _CLONE_THREAD)
    program.add_rule(seccomp.ALLOW, "clone", threads_only)
    allow("socketpair", 0, _AF_UNIX)
    allow("prlimit64", 2, 0)  # reading limits, not setting them
    for option in (_PR_SET_NAME, _PR_GET_NAME):
        allow("prctl", 0, option)
    for command in (_TCGETS, _FIONREAD, _FIONBIO, _FIOCLEX):
        allow("ioctl", 1, command)
    for command in _FCNTL:
        allow("fcntl", 1, command)


def main() -> None:
    folder = Path(__file__).parent
    for architecture in ARCHITECTURES:
        for name, files in (("files", True), ("sealed", False)):
            path = folder / f"{architecture}-{name}.bpf"
            path.write_bytes(build(architecture, files=files))
            sys.stdout.write(f"{path.name}: {path.stat().st_size // 8} instructions\n")


if __name__ == "__main__":
    main()
