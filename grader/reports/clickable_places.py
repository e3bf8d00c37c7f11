"""Places such as `submission.py:25` with the path that a terminal or an editor follows."""

import re
from collections.abc import Collection
from dataclasses import replace
from pathlib import PurePath

from grader.records import Report


def with_paths(report: Report, *, files: Collection[str], folder: PurePath) -> Report:
    """The report with the folder before each place in one of the submission's files.

    Args:
        files: their names in the report.
        folder: where they lie, as seen from where the user stands.
    """
    if not files or folder == PurePath():
        return report
    names = "|".join(re.escape(name) for name in sorted(files, key=len, reverse=True))
    pattern = re.compile(rf"(?<![\w/\\.-])({names})(?=:\d)")

    def put(text: str) -> str:
        return pattern.sub(lambda found: str(folder / found[1]), text)

    stages = tuple(
        replace(stage, checks=tuple(replace(c, message=put(c.message)) for c in stage.checks))
        for stage in report.stages
    )
    return replace(report, stages=stages, notes=tuple(map(put, report.notes)))
