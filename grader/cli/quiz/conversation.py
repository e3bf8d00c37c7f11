"""The conversation of `grader quiz take`: questions out, typed lines in."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol

from rich.console import Console

from grader.cli.quiz.text_writing import Edit, TextWriting
from grader.errors import GraderFault
from grader.quiz.attempt.rules import Feedback, duration
from grader.quiz.attempt.session import (
    Answered,
    Drafted,
    Event,
    Finished,
    Moved,
    Phase,
    Session,
)
from grader.quiz.items.item import Doubt, Item, Rejected, Response
from grader.reports.quiz_terminal import (
    handed_in,
    markdown,
    opening,
    plain_text,
    question,
    summary,
    verdict,
)
from grader.text import counted

A_DAY = timedelta(days=1)
HELP = """\
  s  skip this question (it comes again)
  p  back to the previous question
  q  stop; answers stay, you can resume
  ?  this help"""


class _TakerStop(Exception):
    """The taker wants to stop."""


class AskLine(Protocol):
    """Shows a prompt and returns the line typed; TimeoutError after so many seconds without.

    What is pasted may be several lines. The argument of a KeyboardInterrupt is what was typed.
    """

    def __call__(self, prompt: str, seconds: float | None) -> str: ...


class Save(Protocol):
    """Stores an event; `session` is the one after it, the result is what the store then holds."""

    def __call__(self, event: Event, session: Session) -> Session: ...


class Now(Protocol):
    """The time."""

    def __call__(self) -> datetime: ...


class Conversation:
    """Leads one taker through one attempt.

    Args:
        session: the attempt, new or resumed.
        misconceptions: the sentence of each misconception, for the end.
        console: where text goes.
        ask: may also raise EOFError or KeyboardInterrupt.
        edit: for longer texts.
        save: called before anything of an event is shown.
        resume_command: what to type to go on after a stop.
        review_command: what to type to see marks that are shown later.
    """

    def __init__(
        self,
        session: Session,
        *,
        misconceptions: Mapping[str, str],
        console: Console,
        ask: AskLine,
        edit: Edit,
        save: Save,
        now: Now,
        resume_command: str,
        review_command: str = "",
    ) -> None:
        self.session = session
        self._misconceptions = misconceptions
        self._console = console
        self._ask_anybody = ask
        self._edit_anywhere = edit
        self._save = save
        self._now = now
        self._resume_command = resume_command
        self._review_command = review_command

    def run(self) -> Session:
        """Talk until the attempt is finished or the taker stops; the session as it is then."""
        self._console.print(opening(self.session.topic))
        try:
            while self.session.phase != Phase.FINISHED:
                self._step()
        except (_TakerStop, EOFError, KeyboardInterrupt):
            self._say_stopped()
        else:
            self._say_finished()
        return self.session

    def _step(self) -> None:
        """One question, or the review; or the end, if the time is up."""
        try:
            if self.session.is_over(self._now()):
                self._end_of_time()
            elif self.session.phase == Phase.ASKING:
                self._ask_question()
            else:
                self._review()
        except TimeoutError:
            self._console.print("\nA line that was not entered is not saved.")

    def _ask(self, prompt: str) -> str:
        return self._ask_anybody(prompt, self._seconds_left())

    def _seconds_left(self) -> float | None:
        left = self.session.time_left(self._now())
        return None if left is None else left.total_seconds()

    def _time_left(self) -> timedelta | None:
        """The time left, where it is short enough to be worth a word."""
        left = self.session.time_left(self._now())
        return None if left is None or left > A_DAY else left

    def _end_of_time(self) -> None:
        late = self.session.rules.too_late(self._now(), started_at=self.session.started_at)
        self._console.print(f"\nTime is up: {late}.", style="bold")
        self._apply(Finished(self._now()))

    def _ask_question(self) -> None:
        session, item = self.session, self.session.current
        shown = question(
            item.present(session.seed),
            number=session.position + 1,
            of=len(session.items),
            left=self._time_left(),
        )
        self._console.print(shown)
        if item.id in session.answers:
            self._show_earlier(item)
        if item.id in session.drafts:
            self._show_draft(session.drafts[item.id])
        while self.session is session and not session.is_over(self._now()):
            self._take_line(item)

    def _show_earlier(self, item: Item) -> None:
        self._console.print(
            "Your answer:", markdown(item.show(self.session.answers[item.id].response))
        )
        if self.session.is_final(item.id):
            self._console.print(verdict(item.mark(self.session.answers[item.id].response)))
            self._console.print("It is final. Enter goes on.", style="dim")
        else:
            self._console.print("Enter keeps it.", style="dim")

    def _show_draft(self, draft: str) -> None:
        self._console.print("Your draft:", style="dim")
        self._console.print(draft, markup=False, highlight=False)
        self._console.print(
            "Type on; Enter makes it your answer, e edits it, x throws it away.", style="dim"
        )

    def _take_line(self, item: Item) -> None:
        """Act on what is typed; the session changes if that was a command or an answer."""
        if item.present(self.session.seed).many_lines and not self.session.is_final(item.id):
            self._take_text(item)
        else:
            self._take(item, self._ask("> ").strip())

    def _take(self, item: Item, line: str) -> None:
        if line.lower() in ("?", "s", "p", "q", ""):
            self._follow(item, line.lower())
        elif self.session.is_final(item.id):
            self._console.print("This answer is final. Enter goes on, p goes back.")
        else:
            self._answer(item, line, self._now())

    def _follow(self, item: Item, command: str) -> None:
        position = self.session.position
        match command:
            case "?":
                self._help(item)
            case "s":
                self._apply(Moved(self._onward()))
            case "p" if position == 0:
                self._console.print("This is the first question.")
            case "p":
                self._apply(Moved(position - 1))
            case "q":
                raise _TakerStop
            case _ if item.id in self.session.answers:
                self._apply(Moved(self._onward()))
            case _:
                self._console.print("Type an answer, or ? for help.")

    def _take_text(self, item: Item) -> None:
        """Where a text is written, some lines mean something else."""

        def keep(text: str, at: datetime) -> None:
            self._apply(Drafted(item=item.id, text=text, at=at))

        draft = self.session.drafts.get(item.id, "")
        writing = TextWriting(text=draft, ask=self._ask, keep=keep, now=self._now)
        line = writing.line("> ").strip()
        match line.lower():
            case "e":
                self._edit(item, writing)
            case "x" if draft:
                keep("", self._now())
            case "" if draft:
                self._answer(item, draft, self._now())
            case "?" | "s" | "p" | "q" | "":
                self._follow(item, line.lower())
            case _:
                at, is_over = writing.rest(line)
                if is_over:
                    self._console.print("\nThe lines that were entered count.")
                self._answer(item, writing.text, at)

    def _edit(self, item: Item, writing: TextWriting) -> None:
        given = self.session.answers.get(item.id)
        before = writing.text or (str(given.response) if given else "")
        deadline = self.session.deadline
        text = self._edit_anywhere(before, self._seconds_left())
        if text is None:
            self._console.print("No editor could be opened; EDITOR names one. Type your answer.")
        elif not text.strip():
            self._console.print("The text in the editor was empty; nothing has changed.")
        else:  # what was saved in an editor that the end of the time closed was in time
            at = min(self._now(), deadline or self._now())
            writing.keep(text, at)
            self._answer(item, text, at)

    def _help(self, item: Item) -> None:
        self._console.print(f"{item.present(self.session.seed).how}\n{HELP}")
        if (left := self._time_left()) is not None:
            self._console.print(f"Time left: {duration(left)}.")

    def _answer(self, item: Item, text: str, at: datetime) -> None:
        response = item.read_typed(text, seed=self.session.seed)
        if isinstance(response, Rejected):
            self._console.print(f"Not read: {response.why}. ? shows help.")
            return
        onward = self._onward()
        if self._apply(Answered(item=item.id, response=response, at=at)):
            self._tell(item, response)
            if self.session.phase != Phase.FINISHED:
                self._apply(Moved(onward))

    def _onward(self) -> int:
        """The next question without an answer; just the next one for a taker who looks back."""
        session = self.session
        is_looking_back = session.current.id in session.answers
        return session.position + 1 if is_looking_back else session.next_position

    def _tell(self, item: Item, response: Response) -> None:
        stands = self.session.answers.get(item.id)
        if stands is None or stands.response != response:
            self._console.print("Not saved: this was answered or handed in in another window.")
        elif self.session.rules.feedback == Feedback.NOW:
            self._console.print(verdict(item.mark(response)))
        else:
            self._console.print("Saved.")

    def _apply(self, event: Event) -> bool:
        """Apply an event and save it; whether it took effect."""
        match self.session.apply(event):
            case Rejected(why):
                self._console.print(f"Not done: {why}.")
                return False
            case Doubt(doubt):
                assert isinstance(event, Answered)
                if self._confirms(doubt):
                    return self._apply(replace(event, confirmed=True))
                self._console.print("Then type it again.")
                return False
            case session:
                return self._saved(event, session)

    def _saved(self, event: Event, session: Session) -> bool:
        """Save an event. An answer that cannot be saved may be typed again, or the taker stops."""
        try:
            self.session = self._save(event, session)
        except GraderFault as fault:
            if isinstance(event, Drafted):
                self._console.print(f"The draft is not saved: {fault}")
                return False
            if not isinstance(event, Answered):
                raise
            self._console.print(f"Not saved: {fault}\nType the answer again to try once more.")
            return False
        return True

    def _confirms(self, doubt: str) -> bool:
        self._console.print(plain_text(doubt), markup=False, highlight=False)
        return self._ask("y or n > ").strip().lower() in ("y", "yes")

    def _review(self) -> None:
        """Past the last question: go back, or hand in."""
        unanswered = self.session.unanswered
        if not unanswered and self.session.rules.feedback == Feedback.NOW:
            self._apply(Finished(self._now()))
            return
        if unanswered:
            numbers = ", ".join(str(place + 1) for place in unanswered)
            self._console.print(f"\nWithout an answer: question {numbers}.")
            line = self._ask("Enter goes there, f finishes, q stops > ")
        else:
            self._console.print("\nAll questions have an answer.")
            line = self._ask("f hands them in, p goes back, q stops > ")
        match line.strip().lower():
            case "f":
                self._apply(Finished(self._now()))
            case "q":
                raise _TakerStop
            case "p":
                self._apply(Moved(self.session.position - 1))
            case "" if unanswered:
                self._apply(Moved(unanswered[0]))

    def _say_finished(self) -> None:
        if self.session.shows_feedback(self._now()):
            self._console.print(summary(self.session.marks(), self._misconceptions))
            self._console.print("\nTo look at it again, type:")
            self._console.print(f"  {self._review_command}", soft_wrap=True)
        else:
            self._console.print(handed_in(self.session))
            if self.session.rules.feedback == Feedback.CLOSED:
                self._console.print(f"  {self._review_command}", soft_wrap=True)

    def _say_stopped(self) -> None:
        done = len(self.session.answers)
        saved = f"{counted(done, 'answer')} saved" if done else "Nothing was answered"
        draft = " The text you were writing is kept as a draft." if self.session.drafts else ""
        self._console.print(f"\n\nStopped. {saved}.{draft} To go on, type:")
        self._console.print(f"  {self._resume_command}", soft_wrap=True)
        if (left := self._time_left()) is not None:
            self._console.print(f"The clock runs on: {duration(left)} left.")
