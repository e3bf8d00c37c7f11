"""How the stages of an assignment are drawn: in the order of the flow, frames around some of them.

An assignment that says nothing of its flow has its stages one after another.
"""

from collections.abc import Iterator, Sequence

import msgspec

from grader.errors import CourseError, did_you_mean


class FlowFrame(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """Stages in a frame, such as what is repeated; or, with nothing inside, words between two."""

    stage: str = ""  # the stage that runs what is inside
    title: str = ""  # of a frame that is no stage itself
    times: str = ""  # how often it is repeated, such as `L`
    says: str = ""  # words at its head
    ends: str = ""  # words at its end
    inside: "tuple[str | FlowFrame, ...]" = ()


Flow = tuple[str | FlowFrame, ...]


def stages_in(flow: Sequence[str | FlowFrame]) -> Iterator[str]:
    """The names of the stages, in the order of the flow; what runs others comes after them."""
    for part in flow:
        if isinstance(part, str):
            yield part
            continue
        yield from stages_in(part.inside)
        if part.stage:
            yield part.stage


def assert_flow(flow: Flow, stages: Sequence[str], *, at: str) -> None:
    """Every stage of a flow is one of the assignment's, and stands in it once.

    Raises:
        CourseError: one is not.
    """
    seen: set[str] = set()
    for name in stages_in(flow):
        if name not in stages:
            raise CourseError(
                f"flow: there is no stage {name!r}", at=at, fix=did_you_mean(name, stages)
            )
        if name in seen:
            raise CourseError(f"flow: the stage {name!r} stands twice", at=at, fix="Keep one.")
        seen.add(name)


def whole_flow(flow: Flow, stages: Sequence[str]) -> Flow:
    """The flow, and after it the stages that it does not name."""
    named = set(stages_in(flow))
    return (*flow, *(name for name in stages if name not in named))
