"""What is known about a wrong version of a stage, and about another way to a right result.

A decorator notes what it is told on the function and leaves it as it is, so that wrong code can
stand, be read and be imported like any other. There is no list of all: whoever owns a subject
gathers the functions of its own modules.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any, TypeVar

AnyFunction = TypeVar("AnyFunction", bound=Callable[..., Any])
_NOTE = "_grader_note"


@dataclass(frozen=True, slots=True, kw_only=True)
class Misconception:
    """A wrong version of a stage, to be compared with what a student's function does."""

    stage: str
    says: str  # what the code does, in the student's words
    hint: str  # a tutor's question that leads to the mistake without naming it
    questions: tuple[str, ...]  # quiz questions to practise with
    wrong: Callable[..., Any]  # takes what the stage takes
    concept: int | None = None  # a row of the table of concepts; None: that of the stage
    differs_only: str = ""  # where alone it shows; empty where nearly every input shows it

    @property
    def id(self) -> str:
        """`<stage>.<name of the function>`, as reports and quiz options know it."""
        return f"{self.stage}.{self.wrong.__name__}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Equivalent:
    """Another way to compute what a stage computes; a student who takes it is right."""

    stage: str
    says: str
    where: str  # the inputs on which it gives the right result; empty for all of them
    other: Callable[..., Any]  # takes what the stage takes

    @property
    def id(self) -> str:
        """`<stage>.<name of the function>`."""
        return f"{self.stage}.{self.other.__name__}"


def misconception(
    *,
    replaces: Callable[..., Any] | str,
    says: str,
    hint: str,
    questions: Sequence[str] = (),
    concept: int | None = None,
    differs_only: str = "",
) -> Callable[[AnyFunction], AnyFunction]:
    """Note a wrong version of a stage. Since 0.2.

    Args:
        replaces: the right function, or the name of the stage.
        says: what the code does, as the student would say it: "I take the sum, not the mean."
        hint: a question that leads to the mistake without naming it.
        questions: ids of quiz questions to practise with, `topic.question`.
        concept: a row of the table of concepts; by default that of the stage.
        differs_only: where alone it shows; leave it out if nearly every input shows it.

    Raises:
        ValueError: the module has noted a function of this name before.
    """

    def note(wrong: AnyFunction) -> AnyFunction:
        entry = Misconception(
            stage=_stage(replaces),
            says=says,
            hint=hint,
            questions=tuple(questions),
            wrong=wrong,
            concept=concept,
            differs_only=differs_only,
        )
        _keep(wrong, entry)
        return wrong

    return note


def equivalent(
    *, replaces: Callable[..., Any] | str, says: str, where: str = ""
) -> Callable[[AnyFunction], AnyFunction]:
    """Note another way to compute a stage. Since 0.2.

    Args:
        replaces: the right function, or the name of the stage.
        says: how it computes the same.
        where: the inputs on which it does; empty for all of them.

    Raises:
        ValueError: the module has noted a function of this name before.
    """

    def note(other: AnyFunction) -> AnyFunction:
        setattr(
            other, _NOTE, Equivalent(stage=_stage(replaces), says=says, where=where, other=other)
        )
        return other

    return note


def noted(modules: Sequence[ModuleType]) -> Iterator[Misconception | Equivalent]:
    """What was noted on the functions that these modules define, in the order of their lines."""
    for module in modules:
        for value in list(vars(module).values()):
            entry = getattr(value, _NOTE, None)
            if entry is not None and value.__module__ == module.__name__:
                yield entry


def _keep(function: Callable[..., Any], entry: Misconception | Equivalent) -> None:
    # Python would drop the first of two functions with one name, and nobody would miss it.
    if hasattr(function.__globals__.get(function.__name__), _NOTE):
        raise ValueError(f"{entry.id}: two functions have this id")
    setattr(function, _NOTE, entry)


def _stage(replaces: Callable[..., Any] | str) -> str:
    return replaces if isinstance(replaces, str) else replaces.__name__
