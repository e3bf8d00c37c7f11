"""What a gradebook is made of where results are folders: those of `grader batch` and of quizzes."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from grader.batch.applied_policy import policy_that_holds
from grader.batch.grades import CodeGrade
from grader.batch.results import Results
from grader.courses.code_marks import CodeMarks
from grader.courses.course_gradebook import GradebookSource
from grader.courses.quiz_results_folder import QuizResultsFolder
from grader.errors import CourseError
from grader.policies.weights import Earned, GradebookItem, name_of
from grader.quiz.marking.sheets import sheet_from_json


def gradebook_folders(
    items: Sequence[GradebookItem], folder: Path, *, at: str
) -> Mapping[str, GradebookSource]:
    """What each folder holds that an item names.

    Args:
        folder: where the folders of results are looked for.
        at: the course's file, for errors.

    Raises:
        CourseError: one of them holds no results.
    """
    return {
        name: _source(folder / name, f"gradebook: {name_of(item)}", at)
        for item in items
        for name in item.folders
    }


def _source(path: Path, key: str, at: str) -> GradebookSource:
    code, quiz = Results(path), QuizResultsFolder(path)
    if (run := code.last_run()) is not None:
        return GradebookSource(
            people=run.people,
            missing=run.missing,
            submissions=run.submissions,
            earned={
                grade.report.submission: _earned(grade)
                for grade in CodeMarks(code).grades()
                if grade.status != "not taken"
            },
            excused=[each.student for each in policy_that_holds(code).excused],
        )
    if quiz.is_there():
        sheets = [sheet_from_json(*pair) for pair in quiz.records().items()]
        return GradebookSource(sheets=sheets)
    raise CourseError(
        f"{key}: {str(path)!r} holds no results",
        at=at,
        fix="Name the folder that `grader batch -o` or `grader quiz grade -o` has written.",
    )


def _earned(grade: CodeGrade) -> Earned:
    most = grade.max_points
    if grade.excuse is not None or (grade.counts and not most):
        return Earned(is_excused=True)
    return Earned(part=grade.final / most if grade.counts else None)
