"""What is known about a wrong version of a stage, and about another way to a right result.

A decorator notes the function under the id `<stage>.<name of the function>` and leaves it as
it is, so that wrong code can stand, be read and be imported like any other.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ParamSpec, TypeVar

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")

# The row of the course's table of concepts that a stage belongs to.
_CONCEPTS = {
    "step_input": 1,
    "embed": 2,
    "layer_norm": 4,
    "softmax": 9,
    "attention_weights": 3,
    "self_attention": 3,
    "feed_forward": 4,
    "decoder_layer": 4,
    "decoder_stack": 5,
    "output_logits": 8,
    "next_token_distribution": 10,
    "select_token": 10,
    "sequence_log_probability": 9,
    "generate": 11,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Misconception:
    """A wrong version of a stage, to be compared with what a student's function does."""

    id: str
    stage: str
    says: str  # what the code does, in the student's words
    hint: str  # a tutor's question that leads to the mistake without naming it
    concept: int
    questions: tuple[str, ...]  # quiz questions to practise with
    wrong: Callable[..., Any]  # takes what the stage takes
    differs_only: str = ""  # where alone it shows; empty where nearly every input shows it


@dataclass(frozen=True, slots=True, kw_only=True)
class Equivalent:
    """Another way to compute what a stage computes; a student who takes it is right."""

    id: str
    stage: str
    says: str
    where: str  # the inputs on which it gives the right result; empty for all of them
    other: Callable[..., Any]  # takes what the stage takes


misconceptions_by_id: dict[str, Misconception] = {}
equivalents_by_id: dict[str, Equivalent] = {}


def misconception(
    *,
    replaces: Callable[Parameters, Result],
    says: str,
    hint: str,
    questions: Sequence[str] = (),
    concept: int | None = None,
    differs_only: str = "",
) -> Callable[[Callable[Parameters, Result]], Callable[Parameters, Result]]:
    """Note a wrong version of the stage `replaces`; `concept` is that of the stage by default.

    Raises:
        ValueError: the id is taken.
    """

    def note(wrong: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
        stage = replaces.__name__
        entry = Misconception(
            id=_new_id(stage, wrong),
            stage=stage,
            says=says,
            hint=hint,
            concept=_CONCEPTS[stage] if concept is None else concept,
            questions=tuple(questions),
            wrong=wrong,
            differs_only=differs_only,
        )
        misconceptions_by_id[entry.id] = entry
        return wrong

    return note


def equivalent(
    *, replaces: Callable[Parameters, Result], says: str, where: str = ""
) -> Callable[[Callable[Parameters, Result]], Callable[Parameters, Result]]:
    """Note another way to compute the stage `replaces`.

    Raises:
        ValueError: the id is taken.
    """

    def note(other: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
        stage = replaces.__name__
        entry = Equivalent(
            id=_new_id(stage, other), stage=stage, says=says, where=where, other=other
        )
        equivalents_by_id[entry.id] = entry
        return other

    return note


def _new_id(stage: str, function: Callable[..., Any]) -> str:
    id_ = f"{stage}.{function.__name__}"
    if id_ in misconceptions_by_id or id_ in equivalents_by_id:
        raise ValueError(f"{id_}: two functions have this id")
    return id_
