"""The conversation, with a script of typed lines instead of a keyboard."""

import io
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from rich.console import Console

from grader.cli.quiz.conversation import Conversation
from grader.quiz.attempt.rules import Feedback, Rules
from grader.quiz.attempt.session import Answered, Drafted, Finished, Moved, Phase, Session
from grader.quiz.bank.topics import load_misconceptions, load_topic
from grader.quiz.items.item import Rejected
from grader.store.database import StoreError

BANK = Path(__file__).parents[2] / "quiz" / "sample_bank"
NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)
TOPIC = load_topic(BANK, "sample")


class Talk:
    """A conversation on the sample topic; `typed` is a list of lines, or of functions of the item
    and the seed that make one. After the last line the input ends.
    """

    def __init__(
        self,
        typed,
        *,
        seed=7,
        feedback=Feedback.NOW,
        end=EOFError,
        width=80,
        rules=None,
        clock=None,
        edit=None,
        drafts=(),
    ):
        self.out = io.StringIO()
        self.events = []
        self.seconds = []
        self._typed = iter(typed)
        self._end = end
        self._talk = Conversation(
            Session(
                topic=TOPIC,
                seed=seed,
                started_at=NOW,
                rules=rules or Rules(feedback=feedback),
                drafts=dict(drafts),
            ),
            misconceptions=load_misconceptions(BANK),
            console=Console(file=self.out, width=width, markup=False, emoji=False),
            ask=self._ask,
            edit=edit or (lambda text, seconds: None),
            save=self._save,
            now=clock or (lambda: NOW),
            resume_command="grader quiz take sample --student 'Ada L'",
            review_command="grader quiz review sample",
        )
        self.session = self._talk.run()

    def _ask(self, prompt, seconds):
        self.out.write(prompt)
        self.seconds.append(seconds)
        line = next(self._typed, None)
        if line is None:
            raise self._end
        if callable(line):
            session = self._talk.session
            is_asking = session.phase == Phase.ASKING
            line = line(session.current if is_asking else None, session.seed)
        self.out.write(f"«{line}»\n")
        return line

    def _save(self, event, session):
        self.events.append(event)
        self.out.write(f"«{type(event).__name__} saved»\n")
        return session

    @property
    def saved(self):
        return [event for event in self.events if not isinstance(event, Moved)]

    @property
    def text(self):
        return " ".join(self.out.getvalue().split())

    @property
    def halves(self):
        """What was printed before the first line of the summary, and from there on."""
        before, _, after = self.out.getvalue().partition("\n1. ")
        return " ".join(before.split()), " ".join(after.split())

    @property
    def answers(self):
        return {name: answer.response for name, answer in self.session.answers.items()}


def right(item, seed):
    """What to type for all points."""
    parts = {part.text: part.label for part in item.present(seed).parts}
    match item.kind():
        case "choice" | "choices":
            return " ".join(parts[option.text] for option in item.options if option.correct)
        case "ordering":
            texts = {step.id: step.text for step in item.steps}
            return " ".join(parts[texts[step]] for step in item.key())
        case _:
            return item.key()


def wrong(item, seed):
    """What to type for no points."""
    parts = {part.text: part.label for part in item.present(seed).parts}
    match item.kind():
        case "choice" | "choices":
            return next(parts[option.text] for option in item.options if not option.correct)
        case "ordering":
            texts = {step.id: step.text for step in item.steps}
            return " ".join(parts[texts[step]] for step in reversed(item.key()))
        case "true_false":
            return "f" if item.answer else "t"
        case "numeric":
            return "5.644"
        case _:
            return "I do not know."


def all_of(answer):
    """A line for each question of the sample topic in the order of seed 7."""
    lines = []
    for item in Session(topic=TOPIC, seed=7, started_at=NOW).items:
        lines += [answer, ""] if item.kind() == "text" else [answer]
        if item.doubt(item.read_typed(answer(item, 7), seed=7), seed=7):
            lines.append("y")
    return lines


def test_right_answers_earn_all_points_but_those_that_wait():
    talk = Talk(all_of(right))
    assert talk.session.phase == Phase.FINISHED
    assert "15 of 19 points, 4 points wait for a person." in talk.text
    assert "Mistaken ideas" not in talk.text


def test_wrong_answers_name_what_to_read_about():
    talk = Talk(all_of(wrong))
    assert "0 of 19 points, 4 points wait for a person." in talk.text
    assert "The loss is measured in bits. loss.base_two (question" in talk.text


def test_every_answer_is_saved_before_its_feedback_and_the_end_too():
    talk = Talk(all_of(right))
    saved = [event for event in talk.saved if not isinstance(event, Drafted)]
    assert [type(event) for event in saved] == [Answered] * 7 + [Finished]
    assert len(re.findall("«Answered saved» (Right:|Saved)", talk.text)) == 7
    assert "«Finished saved» 1. right" in talk.text


def test_no_key_is_shown_before_the_end():
    """Each wrong answer is followed by its feedback, and by nothing that only the key says."""
    before, after = Talk(all_of(wrong)).halves
    secrets = [item.explanation for item in TOPIC.items] + ["Right answer"]
    for secret in [*secrets, "There is no second sequence", "3.912"]:
        plain = re.sub(r"[$\\]", "", secret)
        assert plain not in before
        assert plain in after


def test_feedback_at_the_end_says_nothing_before():
    talk = Talk([*all_of(wrong), "f"], feedback=Feedback.END)
    before, after = talk.halves
    assert "Wrong" not in before
    assert "You took the logarithm" not in before
    assert "0 of 19 points" in after


def test_with_feedback_at_the_end_answers_may_change_before_handing_in():
    lines = [*all_of(wrong), "p", "p", "p", "p", "p", "p", "p", *all_of(right), "f"]
    talk = Talk(lines, feedback=Feedback.END)
    assert "15 of 19 points" in talk.text


def test_enter_keeps_an_earlier_answer():
    talk = Talk([right, "p", "", "q"], feedback=Feedback.END)
    assert len(talk.answers) == 1
    assert "Enter keeps it." in talk.text


def test_an_answer_whose_feedback_was_shown_is_final():
    talk = Talk([wrong, "p", right, "q"])
    assert "This answer is final." in talk.text
    assert talk.session.marks().points == 0
    assert len(talk.saved) == 1


def test_what_cannot_be_read_is_asked_again():
    talk = Talk(["nonsense", "§", "", right, "q"])
    assert talk.text.count("Not read:") == 2
    assert "Type an answer, or ? for help." in talk.text
    assert len(talk.answers) == 1


def test_help_says_how_to_answer_and_what_else_can_be_typed():
    talk = Talk(["?"])
    first = talk.session.current.present(7)
    assert talk.text.count(first.how) == 2
    assert "s skip this question" in talk.text


def test_a_skipped_question_comes_again():
    lines = ["s", *all_of(right)[1:], "", right, "", "f"]
    talk = Talk(lines)
    assert "Without an answer: question 1." in talk.text
    assert len(talk.answers) == 7


def test_questions_may_stay_without_an_answer():
    talk = Talk(["s"] * 7 + ["f"])
    assert "0 of 19 points." in talk.text
    assert talk.text.count("no answer (0 of") == 7


@pytest.mark.parametrize("line", ["q", "Q"])
def test_q_stops_and_says_how_to_resume(line):
    talk = Talk([right, line])
    assert "Stopped. 1 answer saved. To go on, type:" in talk.text
    assert talk.text.endswith("grader quiz take sample --student 'Ada L'")


@pytest.mark.parametrize("end", [EOFError, KeyboardInterrupt])
@pytest.mark.parametrize("before", [[], ["s"], [right], ["s"] * 7])
def test_ctrl_c_and_ctrl_d_stop_cleanly_anywhere(before, end):
    talk = Talk(before, end=end)
    assert "Stopped." in talk.text
    assert "To go on, type:" in talk.text


def at(name, *lines):
    """Skip to a question, then type the lines."""
    items = Session(topic=TOPIC, seed=7, started_at=NOW).items
    place = [item.id for item in items].index(f"sample.{name}")
    return ["s"] * place + list(lines)


def test_an_untouched_list_must_be_confirmed():
    shown = "1 2 3 4 5 6 7 8"
    talk = Talk(at("flow", shown, "n", "q"))
    assert "the order in which the steps were shown. Is it your answer? y or n >" in talk.text
    assert talk.answers == {}
    assert len(Talk(at("flow", shown, "y", "q")).answers) == 1


def test_an_order_is_repeated_in_words_and_may_be_typed_again():
    talk = Talk(at("flow", wrong, "n", right, "y", "q"))
    first, again = talk.text.split("Is that your answer? y or n >")[:2]
    assert "Your order: 1. Select a token" in first
    assert "Your order: 1. Encode the text" in again
    assert len(talk.answers) == 1


def test_a_broken_constraint_is_explained():
    talk = Talk(at("flow", wrong, "y", "q"))
    assert (
        '"Compute the logits" must come before "Select a token"'
        " because the distribution is made from the logits." in talk.text
    )


def test_a_text_may_have_several_lines():
    talk = Talk(at("why", "First line", "q is only a word here", "", "q"))
    assert talk.answers == {"sample.why": "First line\nq is only a word here"}


def test_the_end_of_the_input_ends_a_text():
    assert Talk(at("why", "A text")).answers == {"sample.why": "A text"}


def test_what_is_pasted_may_have_several_paragraphs():
    talk = Talk(at("why", "One.\n\nTwo.", "Three.", "", "q"))
    assert talk.answers == {"sample.why": "One.\n\nTwo.\nThree."}


def test_every_line_of_a_text_is_kept_as_a_draft():
    talk = Talk(at("why", "One.", "Two.", "", "q"))
    drafts = [event.text for event in talk.saved if isinstance(event, Drafted)]
    assert drafts == ["One.", "One.\nTwo."]
    assert talk.session.drafts == {}


@pytest.mark.parametrize("begun", [(), ("and a half",)])
def test_ctrl_c_in_a_text_loses_nothing(begun):
    talk = Talk(at("why", "A text"), end=KeyboardInterrupt(*begun))
    assert talk.answers == {}
    assert talk.session.drafts == {"sample.why": "\n".join(["A text", *begun])}
    assert "The text you were writing is kept as a draft." in talk.text


def test_ctrl_c_in_the_first_line_of_a_text_keeps_it():
    talk = Talk(at("why"), end=KeyboardInterrupt("A te"))
    assert talk.session.drafts == {"sample.why": "A te"}


DRAFT = {"sample.why": "So far."}


@pytest.mark.parametrize(
    ("typed", "answer"),
    [([""], "So far."), (["More.", ""], "So far.\nMore."), (["x", "New.", ""], "New.")],
)
def test_a_draft_is_shown_and_taken_continued_or_thrown_away(typed, answer):
    talk = Talk(at("why", *typed, "q"), drafts=DRAFT)
    assert "Your draft: So far." in talk.text
    assert talk.answers == {"sample.why": answer}


def test_a_draft_counts_when_the_attempt_is_handed_in():
    talk = Talk([*["s"] * 7, "f"], drafts=DRAFT, feedback=Feedback.END)
    assert talk.answers == {"sample.why": "So far."}


def test_an_editor_gets_the_draft_and_gives_the_answer():
    seen = []

    def edit(text, seconds):
        seen.append((text, seconds))
        return f"{text}\n\nAnd more.\n"

    talk = Talk(at("why", "e", "q"), drafts=DRAFT, edit=edit)
    assert seen == [("So far.", None)]
    assert talk.answers == {"sample.why": "So far.\n\nAnd more."}


@pytest.mark.parametrize(("left", "said"), [(None, "EDITOR names one"), (" \n", "was empty")])
def test_without_a_text_from_an_editor_the_draft_stays(left, said):
    talk = Talk(at("why", "e", "q"), drafts=DRAFT, edit=lambda text, seconds: left)
    assert said in talk.text
    assert talk.answers == {}
    assert talk.session.drafts == DRAFT


def test_the_end_names_the_command_that_shows_it_again():
    talk = Talk(all_of(right))
    assert talk.text.endswith("To look at it again, type: grader quiz review sample")


@pytest.mark.parametrize("width", [30, 80, 200])
def test_no_line_is_wider_than_the_terminal(width):
    talk = Talk(all_of(wrong), width=width)
    printed = [line for line in talk.out.getvalue().splitlines() if "«" not in line]
    assert max(map(len, printed)) <= width


def test_options_are_shown_in_another_order_for_another_seed():
    shown = {Talk(["s"] * 7, seed=seed).text for seed in range(8)}
    assert len(shown) == 8


def test_the_script_types_what_it_should():
    for item in TOPIC.items:
        assert not isinstance(item.read_typed(right(item, 7), seed=7), Rejected)
        assert item.mark(item.read_typed(wrong(item, 7), seed=7)).points == 0


LIMITED = Rules(limit=timedelta(minutes=10), feedback=Feedback.END)


class Clock:
    """Stands still until it is put forward."""

    def __init__(self):
        self.at = NOW

    def __call__(self):
        return self.at

    def forward(self, line="s", **by):
        """A line that is typed so much later."""

        def typed(*_):
            self.at += timedelta(**by)
            return line(*_) if callable(line) else line

        return typed


def test_the_time_left_is_shown_and_limits_the_wait_for_a_line():
    clock = Clock()
    lines = [clock.forward("s", minutes=6), clock.forward("?", seconds=30), "q"]
    talk = Talk(lines, rules=LIMITED, clock=clock)
    assert "Question 1 of 7 (1 point), 10 min left" in talk.text
    assert "Question 2 of 7 (1 point), 4 min left" in talk.text
    assert "Time left: 3 min 30 s." in talk.text
    assert "The clock runs on: 3 min 30 s left." in talk.text
    assert talk.seconds == [600, 240, 210]


def test_a_line_typed_after_the_end_is_refused_and_the_rest_is_handed_in():
    clock = Clock()
    talk = Talk([right, clock.forward(right, minutes=11)], rules=LIMITED, clock=clock)
    assert "Not done: the time was up on Mon 5 Jan 2026 at " in talk.text
    assert "and what was saved before counts." in talk.text
    assert "Time is up: the time was up on" in talk.text
    assert [type(event) for event in talk.saved] == [Answered, Finished]
    assert talk.session.finished_at == NOW + timedelta(minutes=10)
    assert "1 of 19 points" in talk.text


@pytest.mark.parametrize("before", [[], ["s"] * 7])
def test_a_wait_that_is_ended_by_the_clock_hands_in(before):
    clock = Clock()

    def too_long(*_):
        clock.at += timedelta(minutes=10, seconds=1)
        raise TimeoutError

    talk = Talk([*before, too_long], rules=LIMITED, clock=clock)
    assert "A line that was not entered is not saved. Time is up:" in talk.text
    assert talk.session.phase == Phase.FINISHED


def test_what_was_saved_in_an_editor_until_the_end_counts():
    clock = Clock()

    def edit(text, seconds):
        clock.at += timedelta(seconds=seconds + 1)
        return "Saved in time."

    talk = Talk(at("why", "e"), rules=LIMITED, clock=clock, edit=edit)
    assert talk.answers == {"sample.why": "Saved in time."}
    assert talk.session.phase == Phase.FINISHED


def test_a_text_that_was_entered_in_time_is_not_late():
    clock = Clock()
    lines = at("why", "In time.", clock.forward("Late.", minutes=11), "q")
    talk = Talk(lines, rules=LIMITED, clock=clock)
    assert talk.answers == {"sample.why": "In time."}, "only its last line is late"
    clock = Clock()
    lines = at("why", "In time.", clock.forward("", minutes=11), "q")
    talk = Talk(lines, rules=LIMITED, clock=clock)
    assert talk.answers == {"sample.why": "In time."}


def test_feedback_that_comes_later_is_announced_with_its_command():
    closes = NOW + timedelta(days=7)
    rules = Rules(closes=closes, feedback=Feedback.CLOSED)
    talk = Talk([*all_of(wrong), "f"], rules=rules)
    assert talk.text.endswith("Then type: grader quiz review sample")
    assert " left." not in talk.text, "a week is not worth a countdown"


def test_an_answer_that_cannot_be_saved_may_be_typed_again():
    class Failing(Talk):
        def _save(self, event, session):
            if not self.events:
                self.events.append(Moved(0))
                raise StoreError("the store cannot be used: no route", fix="Check it.")
            return super()._save(event, session)

    talk = Failing([right, right, "q"])
    assert "Not saved: the store cannot be used: no route" in talk.text
    assert "Right: 1 of 1 point." in talk.text.partition("try once more.")[2]
    assert "Right" not in talk.text.partition("try once more.")[0]
    assert len(talk.answers) == 1
