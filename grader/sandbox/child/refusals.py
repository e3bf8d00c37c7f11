"""Say why something failed that works on the student's own machine: the sandbox refused it.

The error of the system alone ("Operation not permitted") would send a student looking for a
mistake that is not there.
"""

import errno
import linecache
import re
from collections.abc import Iterator
from types import TracebackType

_REFUSALS = {errno.EPERM, errno.EACCES, errno.ENOSYS, errno.EROFS, errno.ENOENT}
_FULL = {errno.ENOSPC, errno.EFBIG, errno.EMFILE, errno.EAGAIN}
_GPU = re.compile(r"\b(?:cuda|nvidia|mps|xpu|gpus?)\b", re.IGNORECASE)
_NO_GPU = (
    'there is no GPU here; write device = "cuda" if torch.cuda.is_available() else "cpu", '
    "and move what you make to the device of what you are given"
)
# By modules on the way to the error, the more telling first.
_BY_MODULE = (
    (
        ("torch/utils/data/", "torch/multiprocessing/"),
        "the sandbox starts no worker processes; use num_workers=0",
    ),
    (
        ("multiprocessing/", "concurrent/futures/process", "joblib/"),
        "the sandbox allows no further processes; threads work",
    ),
    (("subprocess.py", "pty.py"), "the sandbox does not start other programs"),
    (
        ("socket.py", "urllib/", "http/client", "ssl.py", "requests/", "httpx/", "asyncio/"),
        "the sandbox has no network",
    ),
)
_BY_FUNCTION = (
    (
        ("os.fork", "fork(", "posix_spawn", "os.exec", "spawnv", "os.system", "os.popen"),
        "the sandbox starts no processes or programs",
    ),
    (("socket.socket", ".connect("), "the sandbox has no network"),
    (("os.kill", "killpg"), "the sandbox sends no signals to processes"),
)


def refusal(error: BaseException) -> str:
    """What of the sandbox stood in the way, or nothing."""
    for one in _chain(error):
        if isinstance(one, RuntimeError | AssertionError) and _wants_gpu(one):
            return _NO_GPU
        if isinstance(one, EOFError) and "reading a line" in str(one):
            return "nobody types here: input() gets the end of the file"
        if isinstance(one, OSError) and (found := _refused_by_system(one)):
            return found
    return ""


def _refused_by_system(error: OSError) -> str:
    if error.errno in _FULL:
        return "the sandbox bounds files, their sizes and threads"
    if error.errno in _REFUSALS or type(error).__name__ == "gaierror":
        if found := _named(error):
            return found
        if error.errno in (errno.EPERM, errno.EACCES, errno.EROFS):
            return "the sandbox does not allow it; files can be written in /tmp"
    return ""


def _wants_gpu(error: BaseException) -> bool:
    """By what torch says, or by an assertion of the student's that has no words."""
    line = next(reversed([line for _, line in _places(error.__traceback__)]), "")
    asserted = line if isinstance(error, AssertionError) else ""
    return bool(_GPU.search(f"{error} {asserted}"))


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        yield current
        current = current.__cause__ or current.__context__


def _named(error: BaseException) -> str:
    places = list(_places(error.__traceback__))
    for parts, words in _BY_MODULE:
        if any(part in file for file, _ in places for part in parts):
            return words
    last_line = places[-1][1] if places else ""
    for parts, words in _BY_FUNCTION:
        if any(part in last_line for part in parts):
            return words
    return ""


def _places(trace: TracebackType | None) -> Iterator[tuple[str, str]]:
    while trace is not None:
        file = trace.tb_frame.f_code.co_filename
        yield file, linecache.getline(file, trace.tb_lineno)
        trace = trace.tb_next
