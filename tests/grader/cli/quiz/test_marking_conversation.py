"""The marking desk, with a script of keys instead of a keyboard."""

import io
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml
from rich.console import Console

from grader.cli.quiz.marking_conversation import MarkingConversation, View
from grader.courses.answers_grading import grade_class
from grader.courses.quiz_results_folder import QuizResultsFolder
from grader.courses.topics_by_name import Topics
from grader.quiz.bank.topics import load_misconceptions
from grader.quiz.marking.class_marks import ClassMarks

BANK = Path(__file__).parents[2] / "quiz" / "sample_bank"
NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)
TEXTS = {"ada": "One sequence.", "bo": "one  sequence.", "chen": "No idea."}


@pytest.fixture
def results(tmp_path):
    """Three students, two of whom wrote the same."""
    answers = tmp_path / "answers"
    answers.mkdir()
    for student, text in TEXTS.items():
        record = {"topic": "sample", "student": student, "answers": {"sample.why": text}}
        (answers / f"{student}.yaml").write_text(yaml.safe_dump(record))
    made = QuizResultsFolder(tmp_path / "results")
    grade_class(answers, made, questions=BANK, named=BANK, now=NOW)
    return made


class Desk:
    """A desk on a results folder. Each character of `keys` is a key, then the input ends."""

    def __init__(self, results, keys, *, comments=(), bank=BANK, end=EOFError, width=80, **view):
        self.out = io.StringIO()
        self._keys, self._comments, self._end = iter(keys), iter(comments), end
        topics = Topics(bank)
        self.marks = ClassMarks(results, topics.items(topics.names))
        MarkingConversation(
            self.marks,
            misconceptions=load_misconceptions(BANK),
            view=View(**view),
            console=Console(file=self.out, width=width, markup=False, emoji=False),
            key=self._key,
            ask=lambda prompt: next(self._comments),
            now=lambda: NOW,
            marker="tutor",
        ).run()

    def _key(self):
        key = next(self._keys, None)
        if key is None:
            raise self._end
        return key

    @property
    def text(self):
        return " ".join(self.out.getvalue().split())

    @property
    def points(self):
        return {
            sheet.student: str(sheet.points)
            for sheet in self.marks.sheets()
            if not sheet.waiting_points
        }


def order_of(results):
    """The students in the order in which their texts are shown, the same text together."""
    queue = Desk(results, "").marks.waiting()
    return [[sheet.partition("/")[2] for sheet in one.sheets] for one in queue]


def test_ticked_items_are_kept_by_enter_for_all_who_wrote_the_same(results):
    first, second = order_of(results)
    desk = Desk(results, "1\n12\n")
    assert desk.points == dict.fromkeys(first, "1") | dict.fromkeys(second, "4")
    assert "the same of 2 students" in desk.text
    assert "2 answers marked, none is left." in desk.text


def test_a_second_press_takes_a_tick_back(results):
    first, _ = order_of(results)
    assert Desk(results, "121\n").points == dict.fromkeys(first, "3")


def test_nothing_ticked_must_be_confirmed(results):
    first, _ = order_of(results)
    assert Desk(results, "\n").points == {}
    desk = Desk(results, "\n\n")
    assert "Nothing is ticked: 0 of 4 points. Enter again keeps that." in desk.text
    assert desk.points == dict.fromkeys(first, "0")


def test_no_name_is_shown_unless_asked(results):
    text = Desk(results, "sss").text
    assert not [name for name in TEXTS if name in text.replace("None", "")]
    named = Desk(results, "sss", names=True).text
    assert "of 2 students: ada, bo" in named
    assert ": chen" in named


def test_each_shows_the_same_text_of_several_students_apart(results):
    desk = Desk(results, "1\n1\n1\n", each=True)
    assert "Answer 3 of 3" in desk.text
    assert desk.points == dict.fromkeys(TEXTS, "1")


def test_a_skipped_answer_waits_on(results):
    _, second = order_of(results)
    desk = Desk(results, "s1\n")
    assert desk.points == dict.fromkeys(second, "1")
    assert "1 answer marked, 1 answer left." in desk.text


def test_undo_takes_the_last_marking_back_and_keeps_its_ticks_on_the_screen(results):
    first, second = order_of(results)
    assert Desk(results, "1\nu").points == {}
    assert Desk(results, "1\nu2\n").points == dict.fromkeys(first, "4")
    assert Desk(results, "s2\nu").points == dict.fromkeys(first, "4")
    assert "Nothing was marked yet" in Desk(results, "u").text
    assert second


def test_undo_brings_back_what_was_decided_in_an_earlier_session(results):
    Desk(results, "1\n1\n")
    assert Desk(results, "2\nu", again=True).points == dict.fromkeys(TEXTS, "1")


def test_two_steps_can_be_undone(results):
    assert Desk(results, "1\n2\nuu").points == {}


def test_again_shows_what_is_marked_with_its_ticks(results):
    Desk(results, "1\n1\n")
    assert "No answer waits for a person." in Desk(results, "").text
    desk = Desk(results, "2\n\n", again=True)
    assert sorted(desk.points.values()) in (["1", "1", "4"], ["1", "4", "4"])


def test_a_comment_and_a_mistaken_idea_stand_beside_the_mark(results):
    desk = Desk(results, "1ca\n", comments=["Which sequence?"])
    [row] = [row for sheet in desk.marks.sheets() for row in sheet.rows if row["misconceptions"]][
        :1
    ]
    assert row["feedback"][-1] == "Which sequence?"
    assert row["misconceptions"] == ["cross_attention.needed"]
    assert "a mistaken idea: Every decoder layer needs cross-attention." in desk.text


@pytest.mark.parametrize("end", [EOFError, KeyboardInterrupt])
def test_stopping_loses_only_what_was_not_kept_and_says_so(results, end):
    first, _ = order_of(results)
    desk = Desk(results, "1\n2", end=end)
    assert desk.points == dict.fromkeys(first, "1")
    assert "What was ticked on the last screen is not kept." in desk.text
    assert "not kept" not in Desk(results, "q").text


def test_an_unknown_key_says_what_there_is(results):
    assert "No such key here: digits tick" in Desk(results, "7").text


def test_progress_and_the_question_are_shown(results):
    text = Desk(results, "1\n").text
    assert text.count("Why is there no cross-attention?") == 1
    assert "Answer 1 of 2" in text
    assert "Answer 2 of 2" in text
    assert "1 Names the second sequence (1 point)" in text


def test_a_changed_value_of_a_rubric_item_scores_again(results, tmp_path):
    Desk(results, "1\n1\n")
    bank = tmp_path / "bank"
    bank.mkdir()
    text = (BANK / "sample.yaml").read_text()
    text = text.replace("{id: which, points: 1,", "{id: which, points: 3,")
    text = text.replace("{id: why, points: 3,", "{id: why, points: 1,")
    (bank / "sample.yaml").write_text(text)
    desk = Desk(results, "", bank=bank)
    assert set(desk.points.values()) == {"3"}
    assert "3 sheets scored again, since the rubric has changed." in desk.text


def test_what_another_marker_has_marked_meanwhile_is_not_shown(results):
    first, second = order_of(results)

    class Other(Desk):
        def _key(self):
            if not self.done:
                self.done = True
                Desk(results, "s2\n")
            return super()._key()

        done = False

    desk = Other(results, "1\n")
    assert desk.points == dict.fromkeys(first, "1") | dict.fromkeys(second, "3")
    assert "Answer 2 of 2" not in desk.text
    assert "1 answer marked, none is left." in desk.text


def test_a_text_that_would_act_on_the_terminal_is_shown_as_text(results, tmp_path):
    record = {"topic": "sample", "student": "dee", "answers": {"sample.why": "x\x1b[2Jy [bold]z"}}
    (tmp_path / "answers" / "dee.yaml").write_text(yaml.safe_dump(record))
    grade_class(tmp_path / "answers", results, questions=BANK, named=BANK, now=NOW)
    text = Desk(results, "sss").text
    assert "\x1b" not in text
    assert "x\\u001b[2Jy [bold]z" in text


@pytest.mark.parametrize("width", [30, 80, 200])
def test_no_line_is_wider_than_the_terminal(results, width):
    desk = Desk(results, "1ac\n2\n", comments=["A long comment about what is missing here."],
                width=width)  # fmt: skip
    assert max(map(len, desk.out.getvalue().splitlines())) <= width
