"""An answer as its marker sees it in a terminal, with the keys that tick."""

from collections.abc import Mapping

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text as Styled

from grader.quiz.items.free_text import Text
from grader.quiz.marking.marking_session import MarkingDraft, MarkingSession
from grader.reports.quiz_terminal import markdown
from grader.text import clean, counted

_LETTERS = "abdefghijk"  # of misconceptions; c is for a comment
_LONGEST = 10_000
_LONGEST_COMMENT = 200
_KEYS = "digits tick, {letters}c comment, Enter keeps it and goes on, s skip, u undo, q quit"


def rubric_keys(item: Text) -> dict[str, str]:
    """The key that ticks each item of the rubric, with the id of that item."""
    return {str(number): point.id for number, point in enumerate(item.rubric, start=1)}


def misconception_keys(item: Text) -> dict[str, str]:
    """The key that ticks each mistaken idea, with its id."""
    return dict(zip(_LETTERS, item.misconceptions, strict=False))


def keys_help(item: Text) -> str:
    """What can be pressed at an answer to this question."""
    return _KEYS.format(letters="letters tick mistaken ideas, " if item.misconceptions else "")


def question_to_mark(item: Text) -> RenderableType:
    """A question with the answer that its author wrote."""
    return Group(
        Styled(f"\n{item.id} ({counted(item.points, 'point')})", style="bold"),
        Padding(markdown(item.stem), (1, 0)),
        Styled("A good answer:", style="bold"),
        Padding(markdown(item.model_answer), (0, 0, 0, 2)),
    )


def answer_to_mark(
    session: MarkingSession, misconceptions: Mapping[str, str], *, students: tuple[str, ...] = ()
) -> RenderableType:
    """The current answer, what each key ticks, and what is ticked.

    Args:
        misconceptions: the sentence of each misconception.
        students: who wrote it, if the marker may know.
    """
    waiting = session.current
    head = f"\nAnswer {session.position + 1} of {len(session.queue)}"
    if len(waiting.sheets) > 1:
        head += f", the same of {counted(len(waiting.sheets), 'student')}"
    if students:
        head += f": {', '.join(students)}"
    parts: list[RenderableType] = [
        Styled(head, style="bold"),
        Padding(Styled(clean(waiting.text, _LONGEST)), (0, 0, 1, 2)),
        _legend(waiting.item, misconceptions),
    ]
    if waiting.earlier is not None and not session.again:
        parts.append(Styled("The rubric has a new item since this was marked."))
    parts += [Styled(keys_help(waiting.item), style="dim"), ticks(waiting.item, session.draft)]
    return Group(*parts)


def ticks(item: Text, draft: MarkingDraft) -> RenderableType:
    """A box for each key, what the ticks earn, and the comment."""
    boxes = [
        f"{key}[{'x' if point in draft.ticked else ' '}]"
        for key, point in rubric_keys(item).items()
    ]
    boxes += [
        f"{key}[{'x' if name in draft.misconceptions else ' '}]"
        for key, name in misconception_keys(item).items()
    ]
    comment = f"  comment: {clean(draft.comment, _LONGEST_COMMENT)}" if draft.comment else ""
    return Styled(f"{' '.join(boxes)}  {earned(item, draft)}{comment}")


def earned(item: Text, draft: MarkingDraft) -> str:
    """What the ticks earn: `1 of 4 points`."""
    return f"{draft.points(item)} of {counted(item.points, 'point')}"


def _legend(item: Text, misconceptions: Mapping[str, str]) -> Table:
    """What each key ticks."""
    grid = Table.grid(padding=(0, 2))
    for point, key in zip(item.rubric, rubric_keys(item), strict=True):
        worth = counted(point.points, "point")
        grid.add_row(f"  {key}", Styled(f"{point.text.rstrip('.')} ({worth})"))
    for key, name in misconception_keys(item).items():
        grid.add_row(f"  {key}", Styled(f"mistaken idea: {misconceptions.get(name, name)}"))
    return grid
