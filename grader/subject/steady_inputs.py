"""Does a check ask every submission the same? Else grades differ by luck, and no answer recurs."""

import itertools
from collections.abc import Sequence
from pathlib import Path

from grader.errors import CourseError
from grader.observed_calls import Observation
from grader.subject.recorded_answers import run_key


def assert_steady(
    first: Sequence[Observation], again: Sequence[Observation], *, folder: Path
) -> None:
    """Two runs of the checks on the same right functions made the same calls.

    Args:
        folder: of the assignment.

    Raises:
        CourseError: they did not; the sentence names the first check that asked something else.
    """
    for one, other in itertools.zip_longest(first, again):
        if one is not None and other is not None and _asked(one) == _asked(other):
            continue
        seen = one or other
        raise CourseError(
            f"the check {seen.check} hands {seen.stage} other inputs each time it is run",
            at=str(folder),
            fix="Draw them from the fixture `rng`, or from a generator that the check itself makes "
            "with a seed.",
        )


def _asked(seen: Observation) -> tuple[str, str, bytes]:
    return seen.check, seen.stage, run_key(seen.arguments)
