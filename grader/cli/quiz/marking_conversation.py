"""The conversation of `grader quiz mark`: answers out, single keys in."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from rich.console import Console

from grader.quiz.items.free_text import Text
from grader.quiz.items.item import Doubt, Rejected
from grader.quiz.marking.class_marks import ClassMarks
from grader.quiz.marking.marking_session import (
    AnswerKept,
    AnswerSkipped,
    AnswerTakenBack,
    Commented,
    MarkingEvent,
    MarkingSession,
    MisconceptionToggled,
    RubricToggled,
    begin_marking,
)
from grader.reports.marking_terminal import (
    answer_to_mark,
    earned,
    keys_help,
    misconception_keys,
    question_to_mark,
    rubric_keys,
    ticks,
)
from grader.text import counted


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What a marker wants to see."""

    names: bool = False
    each: bool = False
    again: bool = False


class _MarkerStop(Exception):
    """The marker wants to stop."""


class MarkingConversation:
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
        self._session = MarkingSession(queue=())
        self._shown_question = ""
        self._is_confirmed = False  # that nothing is ticked is meant

    def run(self) -> None:
        """Talk until nothing waits or the marker stops."""
        changed = self._marks.refresh(reason="the rubric has changed", at=self._now())
        if changed:
            sheets = counted(len(changed), "sheet")
            self._console.print(f"{sheets} scored again, since the rubric has changed.")
        again, each = self._view.again, self._view.each
        self._session = begin_marking(self._marks.waiting(again=again), again=again, each=each)
        if self._session.is_over:
            self._console.print("No answer waits for a person.")
            return
        try:
            self._mark_all()
        except (_MarkerStop, EOFError, KeyboardInterrupt):
            self._console.print()
            if not self._session.is_over and not self._session.draft.is_empty:
                self._console.print("What was ticked on the last screen is not kept.")
        self._say_closing()

    def _mark_all(self) -> None:
        while True:
            self._session = self._session.refreshed(self._marks.decisions().markings)
            if not self._session.is_over:
                self._mark_one()
            elif not self._goes_back():
                return

    def _mark_one(self) -> None:
        """Show an answer and act on keys, until the marker comes to another or back to one."""
        self._is_confirmed = False
        self._show()
        position, kept = self._session.position, len(self._session.kept)
        while (self._session.position, len(self._session.kept)) == (position, kept):
            self._act(self._key())

    def _goes_back(self) -> bool:
        """After the last answer: whether the marker undoes something."""
        if not self._session.kept:
            return False
        self._console.print("\nThat was the last answer. Enter ends, u undoes.")
        while (key := self._key().lower()) not in ("\n", "q"):
            if key == "u":
                self._undo()
                return True
        return False

    def _act(self, key: str) -> None:
        match key.lower():
            case "\n":
                self._keep()
            case "s":
                self._apply(AnswerSkipped())
            case "u":
                self._undo()
            case "q":
                raise _MarkerStop
            case "c":
                self._apply(Commented(self._ask("\nComment: ")))
                self._show_ticks()
            case "?":
                self._show()
            case pressed if pressed.strip():
                self._toggle(pressed, self._session.current.item)

    def _toggle(self, key: str, item: Text) -> None:
        rubric, ideas = rubric_keys(item), misconception_keys(item)
        if key in rubric:
            self._apply(RubricToggled(rubric[key]))
        elif key in ideas:
            self._apply(MisconceptionToggled(ideas[key]))
        else:
            self._console.print(f"No such key here: {keys_help(item)}.")
            return
        self._is_confirmed = False
        self._show_ticks()

    def _keep(self) -> None:
        item, draft = self._session.current.item, self._session.draft
        event = AnswerKept(
            marker=self._marker,
            at=self._now(),
            markings=self._marks.decisions().markings,
            confirmed=self._is_confirmed,
        )
        if self._apply(event):
            self._console.print(f"Kept: {earned(item, draft)}.", style="green")

    def _undo(self) -> None:
        if self._apply(AnswerTakenBack(self._now())):
            self._console.print("Undone. What was ticked is still on the screen.")

    def _apply(self, event: MarkingEvent) -> bool:
        """Apply an event and keep what it decides; whether it took effect."""
        match self._session.apply(event):
            case Rejected(why):
                self._console.print(f"{why[:1].upper()}{why[1:]}.")
                return False
            case Doubt(doubt):
                self._console.print(f"{doubt} Enter again keeps that.")
                self._is_confirmed = True
                return False
            case session:
                self._keep_entries(session)
                return True

    def _keep_entries(self, session: MarkingSession) -> None:
        """Keep what the session has decided since; only then it counts as the one we are in."""
        new = session.entries[len(self._session.entries) :]
        if new:
            self._marks.decide(new, reason="marked by a person", at=self._now())
        self._session = session

    def _show(self) -> None:
        waiting = self._session.current
        if waiting.item.id != self._shown_question:
            self._shown_question = waiting.item.id
            self._console.print(question_to_mark(waiting.item))
        students = self._students(waiting.sheets) if self._view.names else ()
        self._console.print(answer_to_mark(self._session, self._misconceptions, students=students))

    def _students(self, sheets: tuple[str, ...]) -> tuple[str, ...]:
        students = {sheet.id: sheet.student for sheet in self._marks.sheets()}
        return tuple(students.get(sheet, sheet) for sheet in sheets)

    def _show_ticks(self) -> None:
        self._console.print(ticks(self._session.current.item, self._session.draft))

    def _say_closing(self) -> None:
        left = len(self._marks.waiting())
        rest = f"{counted(left, 'answer')} left" if left else "none is left"
        self._console.print(f"\n{counted(len(self._session.kept), 'answer')} marked, {rest}.")
