"""The system-call filters that are shipped, run as the kernel would run them."""

import errno
import os
import struct
import sys

import pytest

from grader.sandbox.child import seccomp

ALLOW = 0x7FFF0000
KILL_PROCESS = 0x80000000
ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
# The kernel's own numbers, which differ between the two.
NUMBERS = {
    "x86_64": {
        "read": 0, "write": 1, "openat": 257, "socket": 41, "socketpair": 53, "clone": 56,
        "clone3": 435, "execve": 59, "kill": 62, "tgkill": 234, "ptrace": 101, "prlimit64": 302,
        "memfd_create": 319, "mount": 165, "unshare": 272, "setns": 308, "io_uring_setup": 425,
        "fchmodat": 268, "truncate": 76, "bpf": 321, "prctl": 157, "fcntl": 72, "ioctl": 16,
        "setuid": 105, "pidfd_open": 434, "process_vm_readv": 310, "keyctl": 250, "statx": 332,
        "mmap": 9, "futex": 202, "unlinkat": 263, "shmget": 29, "name_to_handle_at": 303,
    },
    "aarch64": {
        "read": 63, "write": 64, "openat": 56, "socket": 198, "socketpair": 199, "clone": 220,
        "clone3": 435, "execve": 221, "kill": 129, "tgkill": 131, "ptrace": 117, "prlimit64": 261,
        "memfd_create": 279, "mount": 40, "unshare": 97, "setns": 268, "io_uring_setup": 425,
        "fchmodat": 53, "truncate": 45, "bpf": 280, "prctl": 167, "fcntl": 25, "ioctl": 29,
        "setuid": 146, "pidfd_open": 434, "process_vm_readv": 270, "keyctl": 219, "statx": 291,
        "mmap": 222, "futex": 98, "unlinkat": 35, "shmget": 194, "name_to_handle_at": 264,
    },
}  # fmt: skip
REFUSED = (
    *("socket", "execve", "kill", "tgkill", "ptrace", "memfd_create", "mount", "unshare"),
    *("setns", "io_uring_setup", "fchmodat", "truncate", "bpf", "setuid", "pidfd_open"),
    *("process_vm_readv", "keyctl", "shmget", "name_to_handle_at"),
)


def run(filter_bytes, architecture, number, *arguments):  # noqa: C901 - one case an instruction
    """What the filter answers: classic BPF over struct seccomp_data."""
    padded = (*arguments, 0, 0, 0, 0, 0, 0)[:6]
    data = struct.pack("<iIQ6Q", number, architecture, 0, *padded)
    program = list(struct.iter_unpack("<HBBI", filter_bytes))
    accumulator, position = 0, 0
    while True:
        code, if_true, if_false, k = program[position]
        position += 1
        match code:
            case 0x20:  # load a word of the data
                accumulator = struct.unpack_from("<I", data, k)[0]
            case 0x54:
                accumulator &= k
            case 0x05:
                position += k
            case 0x15:
                position += if_true if accumulator == k else if_false
            case 0x25:
                position += if_true if accumulator > k else if_false
            case 0x35:
                position += if_true if accumulator >= k else if_false
            case 0x06:
                return k
            case _:
                raise AssertionError(f"instruction {code:#x} is not known")


@pytest.fixture(params=ARCHITECTURES)
def ask(request):
    """Ask a filter about a call by name."""

    def ask_filter(name, *arguments, kind="files"):
        data = (seccomp.FOLDER / f"{request.param}-{kind}.bpf").read_bytes()
        number = NUMBERS[request.param][name]
        return run(data, ARCHITECTURES[request.param], number, *arguments)

    return ask_filter


REFUSAL = 0x00050000 | errno.EPERM


@pytest.mark.parametrize("kind", ["files", "sealed"])
def test_what_a_program_needs_is_allowed(ask, kind):
    for name in ("read", "write", "mmap", "futex", "statx"):
        assert ask(name, kind=kind) == ALLOW, name


@pytest.mark.parametrize("kind", ["files", "sealed"])
def test_what_it_must_not_have_is_refused(ask, kind):
    for name in REFUSED:
        assert ask(name, kind=kind) == REFUSAL, name


def test_only_the_sealed_filter_refuses_to_open(ask):
    for name in ("openat", "unlinkat"):
        assert ask(name) == ALLOW
        assert ask(name, kind="sealed") == REFUSAL


def test_threads_can_be_made_and_processes_cannot(ask):
    thread = 0x003D0F00  # what the C library passes for a thread
    assert ask("clone", thread) == ALLOW
    assert ask("clone", 0x01200011) == REFUSAL  # a fork
    assert ask("clone", 0x00004111) == REFUSAL  # a vfork with shared memory
    assert ask("clone3") == 0x00050000 | errno.ENOSYS


def test_arguments_are_looked_at(ask):
    assert ask("socketpair", 1) == ALLOW
    assert ask("socketpair", 2) == REFUSAL
    assert ask("prlimit64", 0, 7, 0) == ALLOW
    assert ask("prlimit64", 0, 7, 0x7FFF00000000) == REFUSAL
    assert ask("prctl", 15) == ALLOW
    assert ask("prctl", 22) == REFUSAL
    assert ask("ioctl", 0, 0x5401) == ALLOW
    assert ask("ioctl", 0, 0x5412) == REFUSAL  # typing into a terminal
    assert ask("fcntl", 0, 3) == ALLOW
    assert ask("fcntl", 0, 8) == REFUSAL  # F_SETOWN, which sends signals


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_another_architecture_ends_the_process(architecture):
    data = (seccomp.FOLDER / f"{architecture}-files.bpf").read_bytes()
    i386 = 0x40000003
    assert run(data, i386, 3) == KILL_PROCESS
    if architecture == "x86_64":
        assert run(data, ARCHITECTURES["x86_64"], 0x40000000 | 1) == KILL_PROCESS  # x32


@pytest.mark.parametrize("architecture", ARCHITECTURES)
@pytest.mark.parametrize("kind", ["files", "sealed"])
def test_the_shipped_filter_is_what_the_script_builds(architecture, kind):
    pytest.importorskip("pyseccomp", exc_type=(ImportError, RuntimeError))
    from grader.sandbox.child.filters import build

    shipped = (seccomp.FOLDER / f"{architecture}-{kind}.bpf").read_bytes()
    assert build.build(architecture, files=kind == "files") == shipped


@pytest.mark.skipif(sys.platform != "linux", reason="filters are Linux's")
def test_this_machine_has_a_filter():
    if os.uname().machine in ARCHITECTURES:
        assert seccomp.read(seccomp.WITH_FILES)
        assert seccomp.read(seccomp.SEALED)
