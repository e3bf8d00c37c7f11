from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml

from grader.courses.answers_grading import grade_class
from grader.courses.kept_marks import open_marks
from grader.courses.quiz_results_folder import QuizResultsFolder
from grader.errors import GraderError
from grader.quiz.marking.marking_session import MarkingDraft
from grader.staff.marking_desk import (
    KeptMarking,
    MarkingDoubt,
    answer_on_desk,
    keep_marking,
    questions_to_mark,
    take_back_marking,
)

BANK = Path(__file__).parents[1] / "quiz" / "sample_bank"
AT = datetime(2026, 1, 5, 9, tzinfo=UTC)
WHY = "sample.why"
IDEA = "cross_attention.needed"
TEXTS = {"ada": "No second sequence.", "bo": "Because.", "cy": "no second  sequence."}


@pytest.fixture
def marks(tmp_path):
    answers = tmp_path / "answers"
    answers.mkdir()
    for student, text in TEXTS.items():
        record = {"topic": "sample", "student": student, "answers": {WHY: text}}
        (answers / f"{student}.yaml").write_text(yaml.safe_dump(record))
    results = QuizResultsFolder(tmp_path / "results")
    grade_class(answers, results, questions=BANK, named=BANK, now=AT)
    with open_marks(str(results.folder), None) as kept:
        yield kept.marks


def keep(marks, there, *ticked, comment="", at=AT, marker="tutor", **more):
    draft = MarkingDraft(ticked=frozenset(ticked), comment=comment, **more.pop("draft", {}))
    kept = KeptMarking(
        question=WHY, answer=there.answer.answer, draft=draft, seen=there.seen, **more
    )
    return keep_marking(marks, kept, marker=marker, at=at)


def points(marks):
    return {sheet.student: str(sheet.points) for sheet in marks.sheets()}


def both(marks):
    first = answer_on_desk(marks, WHY)
    return first, answer_on_desk(marks, WHY, first.after or first.before)


def test_equal_texts_are_one_answer(marks):
    [question] = questions_to_mark(marks)
    assert (question.item.id, question.n_waiting, question.n_answers) == (WHY, 2, 2)


def test_answers_have_neighbours_and_the_next_that_waits(marks):
    first, second = both(marks)
    assert (first.before, first.after) == (None, second.answer.answer)
    assert (second.before, second.after) == (first.answer.answer, None)
    assert first.next_waiting == second.answer.answer
    assert second.next_waiting == first.answer.answer


def test_what_is_kept_counts_for_everybody_who_wrote_it(marks):
    there = next(one for one in both(marks) if len(one.answer.sheets) == 2)
    after = keep(marks, there, "which", "why", comment="Good.")
    assert not after.is_waiting
    assert after.draft == MarkingDraft(ticked=frozenset({"which", "why"}), comment="Good.")
    assert points(marks) == {"ada": "4", "bo": "0", "cy": "4"}
    assert answer_on_desk(marks, WHY).answer.text == "Because."


def test_a_marking_is_changed_by_keeping_another(marks):
    there = keep(marks, answer_on_desk(marks, WHY), "which", "why")
    after = keep(marks, there, "which", draft={"misconceptions": frozenset({IDEA})})
    assert after.draft.ticked == {"which"}
    assert after.draft.misconceptions == {IDEA}


def test_nothing_ticked_is_kept_only_when_it_is_said_twice(marks):
    there = answer_on_desk(marks, WHY)
    with pytest.raises(MarkingDoubt, match="Nothing is ticked: 0 of 4 points"):
        keep(marks, there)
    assert answer_on_desk(marks, WHY, there.answer.answer).is_waiting
    assert not keep(marks, there, confirmed=True).is_waiting


def test_a_marking_of_somebody_else_is_not_overwritten_unseen(marks):
    there = answer_on_desk(marks, WHY)
    keep(marks, there, "why", marker="mia")
    with pytest.raises(MarkingDoubt, match="mia has marked this meanwhile, with 3 of 4"):
        keep(marks, there, "which", at=AT + timedelta(minutes=1))
    keep(marks, there, "which", at=AT + timedelta(minutes=1), confirmed=True)
    assert answer_on_desk(marks, WHY, there.answer.answer).draft.ticked == {"which"}


def test_the_same_form_sent_twice_is_kept_once(marks):
    there = answer_on_desk(marks, WHY)
    keep(marks, there, "why")
    entries = marks.entries()
    assert not keep(marks, there, "why", at=AT + timedelta(seconds=1)).is_waiting
    assert marks.entries() == entries


def test_a_marking_that_is_taken_back_waits_again(marks):
    there = keep(marks, answer_on_desk(marks, WHY), "why")
    take_back_marking(marks, WHY, there.answer.answer, at=AT)
    assert answer_on_desk(marks, WHY, there.answer.answer).is_waiting
    assert set(points(marks).values()) == {"0"}


def test_what_is_not_there_is_refused(marks):
    there = answer_on_desk(marks, WHY)
    with pytest.raises(GraderError, match="no rubric item 'gone'"):
        keep(marks, there, "gone")
    with pytest.raises(GraderError, match="no longer there"):
        answer_on_desk(marks, WHY, "0" * 64)
    with pytest.raises(GraderError, match=r"no answer to 'sample\.nothing'"):
        take_back_marking(marks, "sample.nothing", "", at=AT)
    assert answer_on_desk(marks, "sample.nothing") is None
