"""The subject of a release: names and sentences of mistakes, and answers in the place of code."""

from pathlib import Path

from grader.subject.misconception import Misconception
from grader.subject.recorded_answers import RecordedFunction, read
from grader.subject.subject import Subject
from grader.subject_sources import RECORDED_FILE


def recorded_subject(folder: Path) -> Subject:
    """The subject that was recorded for an assignment.

    Raises:
        CourseError: its file cannot be read.
    """
    recorded = read(folder / RECORDED_FILE)
    mistakes = []
    for known in recorded.mistakes:
        stage, _, name = known.id.partition(".")
        mistakes.append(
            Misconception(
                stage=stage,
                says=known.says,
                hint=known.hint,
                questions=known.questions,
                wrong=RecordedFunction(name, recorded.parameters[stage], {}),
                concept=known.concept,
                differs_only=known.differs_only,
            )
        )
    return Subject(
        name=recorded.subject,
        package="",
        folder=folder,
        functions={
            stage: RecordedFunction(stage, parameters, recorded.answers.get(stage, {}))
            for stage, parameters in recorded.parameters.items()
        },
        misconceptions=tuple(mistakes),
        axes=recorded.axes,
        causal=frozenset(recorded.causal),
        loops=dict.fromkeys(recorded.loops),
        framework="numpy",
        recorded=recorded,
    )
