"""Is it another assignment that a submission is for? Students forget to name it.

The code is text here: it is looked through for names of functions and classes, and never parsed
or run.
"""

import re
from collections.abc import Iterable

from grader.records import Submission
from grader.settings import Assignment

_DEFINED = re.compile(r"^(?:def|class)\s+(\w+)\s*[(:]", re.MULTILINE)
_MOST = 3  # names in the sentence


def meant_instead(
    submission: Submission, *, chosen: Assignment, others: Iterable[Assignment]
) -> str:
    """A sentence where more of another assignment is written than of the chosen one.

    Args:
        others: the assignments that may be meant.
    """
    sources = [*(source for _, source in submission.cells), *submission.modules.values()]
    defined = {name for source in sources for name in _DEFINED.findall(source)}
    own = {stage.name for stage in chosen.stages}
    found = {
        one.name: [stage.name for stage in one.stages if stage.name in defined - own]
        for one in others
    }
    name, stages = max(found.items(), key=lambda each: len(each[1]), default=("", []))
    if len(stages) <= len(defined & own):
        return ""
    end = ", ..." if len(stages) > _MOST else "."
    return (
        f"These belong to {name}: {', '.join(stages[:_MOST])}{end} Check them with "
        f"`--assignment {name}`; this was {chosen.name}."
    )
