"""The figures of a class on one assignment, with what its quiz shows of the same ideas."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from grader.batch.keeper import ReportKeeper
from grader.code_figures.class_figures import ClassFigures, class_figures
from grader.courses.kept_marks import open_marks
from grader.errors import NoSuchPath


@dataclass(frozen=True, slots=True, kw_only=True)
class IdeaInBoth:
    """A mistaken idea, and who shows it in the code, in the quiz, or in both."""

    id: str
    says: str
    code_alone: tuple[str, ...]
    quiz_alone: tuple[str, ...]
    both: tuple[str, ...]


def figures_of_class(keeper: ReportKeeper, *, at: str) -> ClassFigures:
    """The figures of the submissions of the last run.

    Args:
        at: where the results are, as an error names it.

    Raises:
        NoSuchPath: there are no results.
    """
    run = keeper.last_run()
    if run is None:
        raise NoSuchPath(
            "holds no results of a class",
            at=at,
            fix="Name the folder that `grader batch SUBMISSIONS -o RESULTS` has written.",
        )
    kept = keeper.newest_for_staff()
    reports = (report for name in sorted(run.submissions) if (report := kept.get(name)))
    return class_figures(reports, assignment=run.assignment)


def ideas_in_both(figures: ClassFigures, quiz_results: str) -> tuple[IdeaInBoth, ...]:
    """The ideas that code or quiz show, by how many students have them.

    Args:
        quiz_results: the results folder of `grader quiz grade`, or a store.

    Raises:
        NoSuchPath: there is none.
    """
    with open_marks(quiz_results, None) as kept:
        in_quiz: dict[str, set[str]] = {}
        for sheet in kept.marks.sheets():
            for row in sheet.rows:
                for id_ in row["misconceptions"]:
                    in_quiz.setdefault(id_, set()).add(sheet.student or sheet.id)
        sentences = dict(kept.misconceptions)
    in_code: dict[str, set[str]] = {}
    for idea in figures.ideas:
        in_code.setdefault(idea.id, set()).update(idea.students)
        sentences.setdefault(idea.id, idea.says)
    found = (_joined(id_, sentences, in_code, in_quiz) for id_ in {*in_code, *in_quiz})
    return tuple(sorted(found, key=lambda i: (-_size(i), i.id)))


def _joined(
    id_: str,
    sentences: Mapping[str, str],
    in_code: Mapping[str, Iterable[str]],
    in_quiz: Mapping[str, Iterable[str]],
) -> IdeaInBoth:
    code, quiz = set(in_code.get(id_, ())), set(in_quiz.get(id_, ()))
    return IdeaInBoth(
        id=id_,
        says=sentences.get(id_, id_),
        code_alone=tuple(sorted(code - quiz)),
        quiz_alone=tuple(sorted(quiz - code)),
        both=tuple(sorted(code & quiz)),
    )


def _size(idea: IdeaInBoth) -> int:
    return len(idea.code_alone) + len(idea.quiz_alone) + len(idea.both)
