"""The conversation of `grader quiz mark`: answers out, single keys in."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text as Styled

from grader.quiz.items.free_text import Text
from grader.quiz.marking.class_marks import ClassMarks
from grader.quiz.marking.decisions import Decisions, Entry, Marked, Unmarked
from grader.quiz.marking.sheets import WaitingAnswer
from grader.reports.quiz_terminal import markdown
from grader.text import clean, counted

LETTERS = "abdefghijk"  # of misconceptions; c is for a comment
LONGEST = 10_000
HELP = "digits tick, {letters}c comment, Enter keeps it and goes on, s skip, u undo, q quit"


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What a marker wants to see."""

    names: bool = False
    each: bool = False
    again: bool = False


@dataclass(slots=True)
class _Draft:
    """What is ticked on the screen and not yet kept."""

    ticked: set[str] = field(default_factory=set)
    misconceptions: set[str] = field(default_factory=set)
    comment: str = ""
    is_confirmed: bool = False  # that nothing is ticked is meant


@dataclass(frozen=True, slots=True)
class _Step:
    """A marking that can be undone: what was decided about each sheet before."""

    place: int
    before: dict[str, Marked | None]


class _Quit(Exception):
    """The marker wants to stop."""


class MarkingDesk:
    """Leads one marker through the answers that wait.

    Args:
        marks: the marks of the class.
        misconceptions: the sentence of each misconception.
        console: where text goes.
        key: waits for a key and returns it; may raise EOFError or KeyboardInterrupt.
        ask: shows a prompt and returns the line typed; may raise the same.
        now: the time.
        marker: the name that is kept beside each marking.
    """

    def __init__(
        self,
        marks: ClassMarks,
        *,
        misconceptions: Mapping[str, str],
        view: View,
        console: Console,
        key: Callable[[], str],
        ask: Callable[[str], str],
        now: Callable[[], datetime],
        marker: str,
    ) -> None:
        self._marks = marks
        self._misconceptions = misconceptions
        self._view = view
        self._console = console
        self._key = key
        self._ask = ask
        self._now = now
        self._marker = marker
        self._queue: list[WaitingAnswer] = []
        self._place = 0
        self._kept: list[_Step] = []
        self._draft = _Draft()
        self._shown_question = ""

    def run(self) -> None:
        """Talk until nothing waits or the marker stops."""
        changed = self._marks.refresh(reason="the rubric has changed", at=self._now())
        if changed:
            sheets = counted(len(changed), "sheet")
            self._console.print(f"{sheets} scored again, since the rubric has changed.")
        self._queue = list(self._split(self._marks.waiting(again=self._view.again)))
        if not self._queue:
            self._console.print("No answer waits for a person.")
            return
        try:
            while self._place < len(self._queue) or self._goes_back():
                self._mark_one(self._queue[self._place])
        except (_Quit, EOFError, KeyboardInterrupt):
            self._console.print()
            if self._draft.ticked or self._draft.misconceptions or self._draft.comment:
                self._console.print("What was ticked on the last screen is not kept.")
        self._say_closing()

    def _split(self, waiting: tuple[WaitingAnswer, ...]) -> Iterator[WaitingAnswer]:
        for one in waiting:
            if self._view.each:
                yield from (replace(one, sheets=(sheet,)) for sheet in one.sheets)
            else:
                yield one

    def _mark_one(self, waiting: WaitingAnswer) -> None:
        waiting = self._without_marked(waiting)
        if not waiting.sheets:
            self._place += 1
            return
        if not self._is_draft():
            self._draft = _draft_of(waiting.earlier)
        self._show(waiting)
        place, kept = self._place, len(self._kept)
        while (self._place, len(self._kept)) == (place, kept):
            self._act(self._key(), waiting)

    def _goes_back(self) -> bool:
        """After the last answer: whether the marker undoes something."""
        if not self._kept:
            return False
        self._console.print("\nThat was the last answer. Enter ends, u undoes.")
        while (key := self._key().lower()) not in ("\n", "q"):
            if key == "u":
                self._undo()
                return True
        return False

    def _is_draft(self) -> bool:
        return bool(self._draft.ticked or self._draft.misconceptions or self._draft.comment)

    def _without_marked(self, waiting: WaitingAnswer) -> WaitingAnswer:
        """Leave out what somebody else has marked in the meantime."""
        if self._view.again or waiting.earlier is not None:
            return waiting
        markings = self._marks.decisions().markings
        left = [
            s for s in waiting.sheets if not _is_marked(markings.get((s, waiting.item.id)), waiting)
        ]
        return replace(waiting, sheets=tuple(left))

    def _act(self, key: str, waiting: WaitingAnswer) -> None:
        match key.lower():
            case "\n":
                self._keep(waiting)
            case "s":
                self._draft = _Draft()
                self._place += 1
            case "u":
                self._undo()
            case "q":
                raise _Quit
            case "c":
                self._draft.comment = self._ask("\nComment: ").strip()
                self._show_ticks(waiting.item)
            case "?":
                self._show(waiting)
            case pressed if pressed.strip():
                self._toggle(pressed, waiting.item)

    def _toggle(self, key: str, item: Text) -> None:
        rubric = {str(n): point.id for n, point in enumerate(item.rubric, start=1)}
        ideas = dict(zip(LETTERS, item.misconceptions, strict=False))
        if key in rubric:
            self._draft.ticked ^= {rubric[key]}
        elif key in ideas:
            self._draft.misconceptions ^= {ideas[key]}
        else:
            self._console.print(f"No such key here: {_help(item)}.")
            return
        self._draft.is_confirmed = False
        self._show_ticks(item)

    def _keep(self, waiting: WaitingAnswer) -> None:
        item, draft = waiting.item, self._draft
        if not draft.ticked and not draft.is_confirmed:
            draft.is_confirmed = True
            points = counted(item.points, "point")
            self._console.print(f"Nothing is ticked: 0 of {points}. Enter again keeps that.")
            return
        decisions = self._marks.decisions()
        self._decide([self._marked(sheet, waiting) for sheet in waiting.sheets])
        self._kept.append(_Step(self._place, _before(waiting, decisions)))
        self._console.print(f"Kept: {_earned(item, draft)}.", style="green")
        self._draft = _Draft()
        self._place += 1

    def _marked(self, sheet: str, waiting: WaitingAnswer) -> Marked:
        item, draft = waiting.item, self._draft
        return Marked(
            sheet=sheet,
            question=item.id,
            answer=waiting.answer,
            rubric=tuple(point.id for point in item.rubric),
            ticked=tuple(point.id for point in item.rubric if point.id in draft.ticked),
            misconceptions=tuple(m for m in item.misconceptions if m in draft.misconceptions),
            comment=draft.comment,
            marker=self._marker,
            at=self._now(),
        )

    def _undo(self) -> None:
        if not self._kept:
            self._console.print("Nothing was marked yet that could be undone.")
            return
        step = self._kept.pop()
        waiting = self._queue[step.place]
        last = self._marks.decisions().markings.get((waiting.sheets[0], waiting.item.id))
        entries: list[Entry] = [
            before or Unmarked(sheet=sheet, question=waiting.item.id, at=self._now())
            for sheet, before in step.before.items()
        ]
        self._decide(entries)
        self._place = step.place
        self._draft = _draft_of(last)
        self._console.print("Undone. What was ticked is still on the screen.")

    def _decide(self, entries: list[Marked] | list[Entry]) -> None:
        self._marks.decide([*entries], reason="marked by a person", at=self._now())

    def _show(self, waiting: WaitingAnswer) -> None:
        item, out = waiting.item, self._console
        if item.id != self._shown_question:
            self._shown_question = item.id
            out.print(Styled(f"\n{item.id} ({counted(item.points, 'point')})", style="bold"))
            out.print(Padding(markdown(item.stem), (1, 0)))
            out.print(Styled("A good answer:", style="bold"))
            out.print(Padding(markdown(item.model_answer), (0, 0, 0, 2)))
        head = f"\nAnswer {self._place + 1} of {len(self._queue)}"
        if len(waiting.sheets) > 1:
            head += f", the same of {counted(len(waiting.sheets), 'student')}"
        if self._view.names:
            head += f": {', '.join(self._names(waiting))}"
        out.print(Styled(head, style="bold"))
        out.print(Padding(Styled(clean(waiting.text, LONGEST)), (0, 0, 1, 2)))
        out.print(self._legend(item))
        if waiting.earlier is not None and not self._view.again:
            out.print("The rubric has a new item since this was marked.")
        out.print(_help(item), style="dim")
        self._show_ticks(item)

    def _legend(self, item: Text) -> Table:
        """What each key ticks."""
        grid = Table.grid(padding=(0, 2))
        for number, point in enumerate(item.rubric, start=1):
            worth = counted(point.points, "point")
            grid.add_row(f"  {number}", Styled(f"{point.text.rstrip('.')} ({worth})"))
        for letter, name in zip(LETTERS, item.misconceptions, strict=False):
            sentence = self._misconceptions.get(name, name)
            grid.add_row(f"  {letter}", Styled(f"mistaken idea: {sentence}"))
        return grid

    def _show_ticks(self, item: Text) -> None:
        draft = self._draft
        boxes = [
            f"{number}[{'x' if point.id in draft.ticked else ' '}]"
            for number, point in enumerate(item.rubric, start=1)
        ]
        boxes += [
            f"{letter}[{'x' if name in draft.misconceptions else ' '}]"
            for letter, name in zip(LETTERS, item.misconceptions, strict=False)
        ]
        comment = f"  comment: {clean(draft.comment, 200)}" if draft.comment else ""
        self._console.print(Styled(f"{' '.join(boxes)}  {_earned(item, draft)}{comment}"))

    def _names(self, waiting: WaitingAnswer) -> list[str]:
        students = {sheet.id: sheet.student for sheet in self._marks.sheets()}
        return [students.get(sheet, sheet) for sheet in waiting.sheets]

    def _say_closing(self) -> None:
        left = len(self._marks.waiting())
        rest = f"{counted(left, 'answer')} left" if left else "none is left"
        self._console.print(f"\n{counted(len(self._kept), 'answer')} marked, {rest}.")


def _help(item: Text) -> str:
    return HELP.format(letters="letters tick mistaken ideas, " if item.misconceptions else "")


def _earned(item: Text, draft: _Draft) -> str:
    earned = sum(point.points for point in item.rubric if point.id in draft.ticked)
    return f"{earned} of {counted(item.points, 'point')}"


def _draft_of(marking: Marked | None) -> _Draft:
    if marking is None:
        return _Draft()
    return _Draft(set(marking.ticked), set(marking.misconceptions), marking.comment)


def _is_marked(marking: Marked | None, waiting: WaitingAnswer) -> bool:
    return marking is not None and marking.answer == waiting.answer


def _before(waiting: WaitingAnswer, decisions: Decisions) -> dict[str, Marked | None]:
    name = waiting.item.id
    return {sheet: decisions.markings.get((sheet, name)) for sheet in waiting.sheets}
