"""A stage that is named on the command line."""

from grader.errors import CourseError, did_you_mean
from grader.settings import Assignment


def with_stage(assignment: Assignment, stage: str) -> Assignment:
    """The assignment, which has the stage; an empty name stands for all.

    Raises:
        CourseError: it has no such stage.
    """
    names = [each.name for each in assignment.stages]
    if stage and stage not in names:
        raise CourseError(
            f"there is no stage {stage!r}", at=assignment.name, fix=did_you_mean(stage, names)
        )
    return assignment
