"""What is looked at before a subject is used: that its parts are there, and speak of each other."""

from collections import Counter
from collections.abc import Iterator

from grader.errors import CourseError, did_you_mean
from grader.subject.misconception import Equivalent, Misconception
from grader.subject.subject import Subject, parameters

FRAMEWORKS = ("torch", "numpy")


def check_subject(subject: object, *, at: str) -> None:
    """Refuse what is no subject, or one whose parts do not fit.

    Args:
        at: the file or module that it comes from.

    Raises:
        CourseError: with the first thing that does not fit.
    """
    if not isinstance(subject, Subject):
        raise CourseError(
            f"a subject is a grader.subject.subject.Subject, not a {type(subject).__name__}",
            at=at,
            fix="Look at reference/decoder/subject.py.",
        )
    for problem, fix in _problems(subject):
        raise CourseError(problem, at=at, fix=fix)


def _problems(subject: Subject) -> Iterator[tuple[str, str]]:
    if subject.framework not in FRAMEWORKS:
        yield (
            f"the framework is {subject.framework!r}",
            f"It is one of {' and '.join(map(repr, FRAMEWORKS))}.",
        )
    if not subject.functions:
        yield "there is no right function", "Give the function of each stage by its name."
    entries: list[Misconception | Equivalent] = [*subject.misconceptions, *subject.equivalents]
    for entry in entries:
        yield from _of_entry(subject, entry)
    ids = [entry.id for entry in entries]
    for id_, times in Counter(ids).items():
        if times > 1:
            yield f"{id_}: two functions have this id", "Rename one of them."
    yield from _of_tables(subject)


def _of_entry(subject: Subject, entry: Misconception | Equivalent) -> Iterator[tuple[str, str]]:
    if entry.stage not in subject.functions:
        yield (
            f"{entry.id} replaces {entry.stage!r}, and there is no such stage",
            did_you_mean(entry.stage, list(subject.functions)),
        )
        return
    function = entry.wrong if isinstance(entry, Misconception) else entry.other
    taken, expected = parameters(function), parameters(subject.functions[entry.stage])
    if len(taken) != len(expected):
        yield (
            f"{entry.id} takes {', '.join(taken) or 'nothing'}, and {entry.stage} takes "
            f"{', '.join(expected)}",
            "A version takes what its stage takes, in the same order.",
        )
    if not entry.says.strip():
        yield f"{entry.id}: `says` is empty", "Write what the code does, in the student's words."
    if isinstance(entry, Misconception) and not entry.hint.strip():
        yield f"{entry.id}: `hint` is empty", "Ask a question that leads to the mistake."


def _of_tables(subject: Subject) -> Iterator[tuple[str, str]]:
    tables = {
        "compositions": subject.compositions,
        "axes": subject.axes,
        "loops": subject.loops,
        "causal": subject.causal,
        "concepts": subject.concepts,
        "chain": subject.chain.stages if subject.chain else (),
    }
    for name, table in tables.items():
        for stage in table:
            if stage not in subject.functions:
                yield (
                    f"`{name}` speaks of {stage!r}, and there is no such stage",
                    did_you_mean(stage, list(subject.functions)),
                )
    known = {entry.id for entry in subject.misconceptions}
    for stage, parts in subject.compositions.items():
        for name in parts.wrong:
            if f"{stage}.{name}" not in known:
                yield (
                    f"`compositions` of {stage} speaks of {name!r}, which is no misconception",
                    did_you_mean(f"{stage}.{name}", known),
                )
