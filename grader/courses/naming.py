"""The beginning of a misconception, made of what a group of students wrote.

Students' code is text here: it is looked through for a function's lines, and never parsed or run.
"""

import contextlib
import re
from collections.abc import Iterator
from pathlib import Path

from grader.batch.keeper import ReportKeeper
from grader.code_figures.unexplained import AnswerGroup
from grader.courses.code_analysis import figures_of_class
from grader.errors import GraderError, NoSuchPath, SubmissionError, did_you_mean
from grader.intake.class_intake import opened_class
from grader.records import Submission
from grader.text import clean, clean_line, counted

_MOST_TEXT = 20_000  # characters of a function
_SHOWN = 200
# By what stands before a point in a function, the import that it most likely needs.
_IMPORTS = {
    "np": "import numpy as np",
    "torch": "import torch",
    "math": "import math",
    "nn": "from torch import nn",
}
_GOES_ON = (")", "]", "}", "#")  # what a function's own lines may begin with, beside blanks


def group_named(keeper: ReportKeeper, group: str, *, at: str) -> AnswerGroup:
    """One of the groups of answers that nothing explains.

    Raises:
        NoSuchPath: there are no results.
        GraderError: there is no such group.
    """
    groups = {one.id: one for one in figures_of_class(keeper, at=at).groups}
    if group in groups:
        return groups[group]
    known = did_you_mean(group, groups) if groups else "No equal wrong answers are without a name."
    raise GraderError(f"there is no group {group!r}", at=at, fix=known)


def skeleton(keeper: ReportKeeper, group: AnswerGroup, *, at: str) -> str:
    """A misconception with the function of the group's representative, and two sentences to fill.

    Raises:
        NoSuchPath: the submission is no longer where it was graded.
    """
    function = function_text(_submission(keeper, group.representative, at=at), group.stage)
    name = function_name(group)
    above = [
        f"# {counted(len(group.students), 'student')} gave these answers; this is the code of "
        f"{clean_line(group.representative, _SHOWN)}.",
        "# Keep of it what is the mistake, make it take what the stage takes, and rename it.",
    ]
    head = [
        "@misconception(",
        f'    replaces="{group.stage}",',
        '    says="",  # what the code does, as the student would say it',
        '    hint="",  # a question that leads to the mistake without naming it',
        ")",
    ]
    if function is not None and function.startswith("class"):
        kind = name.title().replace("_", "")
        renamed = re.sub(rf"\bclass\s+{group.stage}\b", f"class {kind}", function, count=1)
        above += [clean(renamed, _MOST_TEXT), "", ""]
        body = [
            f"def {name}(config, steps=None):",
            f"    return of_history({kind}(config), steps)  # as in reference/decoder_modules",
        ]
    elif function is None:
        body = [f"def {name}(*arguments):", "    ...  # no function of this name was found as text"]
    else:
        renamed = re.sub(rf"\bdef\s+{group.stage}\b", f"def {name}", function, count=1)
        body = [clean(renamed, _MOST_TEXT)]
    imports = [line for sign, line in _IMPORTS.items() if function and f"{sign}." in function]
    return "\n".join([*imports, *([""] if imports else []), *above, *head, *body, ""])


def function_name(group: AnswerGroup) -> str:
    """What the function of a group is called until somebody renames it."""
    return f"group_{group.id.rpartition('-')[2]}"


def function_text(submission: Submission, name: str) -> str | None:
    """The lines of the last function or class of this name at the top; None if there is none."""
    sources = [*(source for _, source in submission.cells), *submission.modules.values()]
    found = [text for source in sources for text in _functions(source, name)]
    return found[-1] if found else None


def _functions(source: str, name: str) -> Iterator[str]:
    lines = source.splitlines()
    for number, line in enumerate(lines):
        if re.match(rf"(def|class)\s+{re.escape(name)}\s*[(:]", line):
            below = lines[number + 1 :]
            end = next((n for n, text in enumerate(below) if _ends(text)), len(below))
            while end and not below[end - 1][:1].isspace() and not below[end - 1].startswith(")"):
                end -= 1  # comments on what comes next, and empty lines
            yield "\n".join([line, *below[:end]])


def _ends(line: str) -> bool:
    """Whether a line is no longer of the function above it."""
    return bool(line) and not line[0].isspace() and not line.startswith(_GOES_ON)


def _submission(keeper: ReportKeeper, name: str, *, at: str) -> Submission:
    """The code of a report: another roster may give its submission another name."""
    run, report = keeper.last_run(), keeper.versions(name)[-1].report
    source = Path(run.folder) if run and run.folder else None
    if run is not None and source is not None and source.exists():
        with opened_class(source, layout=run.layout) as found:
            for entry in found.entries:
                with contextlib.suppress(SubmissionError):
                    submission = entry.newest.read()
                    if submission.content_digest == report.submission_digest:
                        return submission
    raise NoSuchPath(
        f"the submission {clean_line(name, _SHOWN)} is not where it was graded",
        at=str(source or at),
        fix="Put the class folder back, or grade it where it is now.",
    )
