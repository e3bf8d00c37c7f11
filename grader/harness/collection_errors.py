"""Why the checks of an assignment cannot be collected, in one sentence with a place."""

import os
import re
from pathlib import Path

from grader.errors import CourseError

_RAISED = re.compile(r"^E +(\w+(?:\.\w+)*: .+|\w+(?:Error|Exception))$", re.MULTILINE)
_UNREADABLE = re.compile(r'^E +File "(.+)", line (\d+)$', re.MULTILINE)
_MARK = re.compile(r"^'(\w+)' not found in `markers`", re.MULTILINE)
_FRAME = re.compile(r"^(\S.*\.py):(\d+): ", re.MULTILINE)


def not_collected(said: str, folder: Path) -> CourseError:
    """The error of what pytest said; all of it, where it says no more than that.

    Args:
        said: its words on the first file that could not be collected.
        folder: of the assignment.
    """
    raised = _RAISED.findall(said)
    places = _UNREADABLE.findall(said) or _FRAME.findall(said)
    own = [
        (path, line)  # pytest names files from where it was started
        for path, line in ((Path(os.path.abspath(name)), line) for name, line in places)
        if path.is_relative_to(folder)
    ]
    if mark := _MARK.search(said):
        return _unknown_mark(mark[1], folder)
    if not raised or not own:
        return CourseError(
            f"the checks cannot be collected:\n{said.strip()}",
            at=str(folder),
            fix="Mend the file that is named above.",
        )
    path, line = own[-1]
    problem = f"the checks cannot be collected: {raised[-1]}"
    return CourseError(problem, at=f"{path}, line {line}", fix=_fix(raised[-1], path.parent))


def _unknown_mark(mark: str, folder: Path) -> CourseError:
    where = [
        f"{path}, line {number}"
        for path in sorted(folder.rglob("*.py"))
        for number, line in enumerate(path.read_text("utf-8", "replace").splitlines(), start=1)
        if re.search(rf"\bmark\.{mark}\b", line)
    ]
    return CourseError(
        f"the checks cannot be collected: no check has a mark {mark!r}",
        at=where[0] if where else str(folder),
        fix="A check has the marks `stage`, `points`, `needs` and `hidden`, and may have "
        "`parametrize`; take this one away.",
    )


def _fix(raised: str, folder: Path) -> str:
    """What to do; checks are no package, and the one file that they share is `conftest.py`."""
    missing = re.search(r"No module named '(\w+)'", raised)
    is_own = missing is not None and any(
        (up / f"{missing[1]}.py").is_file() for up in (folder, folder.parent)
    )
    if is_own or "attempted relative import" in raised:
        return "Put what checks share into conftest.py, and write `from conftest import ...`."
    return "Mend that line."
