"""Why the checks of an assignment cannot be collected, in one sentence with a place."""

import os
import re
from pathlib import Path

from grader.errors import CourseError

_RAISED = re.compile(r"^E +(\w+(?:\.\w+)*: .+|\w+(?:Error|Exception))$", re.MULTILINE)
_UNREADABLE = re.compile(r'^E +File "(.+)", line (\d+)$', re.MULTILINE)
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
    if not raised or not own:
        return CourseError(
            f"the checks cannot be collected:\n{said.strip()}",
            at=str(folder),
            fix="Mend the file that is named above.",
        )
    path, line = own[-1]
    problem = f"the checks cannot be collected: {raised[-1]}"
    return CourseError(problem, at=f"{path}, line {line}", fix="Mend that line.")
