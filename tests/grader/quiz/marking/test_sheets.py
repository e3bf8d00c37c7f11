"""Sheets under markings and repairs: what changes, what stays, what can be taken back."""

from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.decision_list import to_line
from grader.errors import CourseError
from grader.quiz.bank.topics import load_topic
from grader.quiz.items.free_text import RubricPoint
from grader.quiz.marking.decisions import (
    Marked,
    Repaired,
    Undone,
    Unmarked,
    answer_digest,
    decided,
    from_line,
)
from grader.quiz.marking.repairs import WantedRepair, in_words, read_repairs, repairs
from grader.quiz.marking.scoring import mark_all, marks_to_json
from grader.quiz.marking.sheets import marks_of, remarked, sheet_from_json, waiting

BANK = Path(__file__).parents[1] / "sample_bank"
AT = datetime(2026, 1, 5, 9, tzinfo=UTC)
ANSWERS = {
    "sample.shape": ("last",),
    "sample.greedy": ("one", "all"),
    "sample.loss": "5.644",
    "sample.chain": ("softmax", "logits", "select"),
    "sample.why": "One  sequence.",
}


@pytest.fixture
def topic(bank_folder):
    return load_topic(bank_folder, "sample")


@pytest.fixture
def items(topic):
    return {item.id: item for item in topic.items}


@pytest.fixture
def sheet(topic):
    def make(name="ada", **changes):
        answers = ANSWERS | {f"sample.{key}": value for key, value in changes.items()}
        answers = {key: value for key, value in answers.items() if value is not None}
        marks = mark_all(topic.items, answers)
        return sheet_from_json(name, marks_to_json(marks, topic=topic, student=name))

    return make


def marked(*ticked, sheet="ada", text="One sequence.", rubric=("which", "why"), **more):
    return Marked(
        sheet=sheet,
        question="sample.why",
        answer=answer_digest(text),
        rubric=rubric,
        ticked=ticked,
        at=AT,
        **more,
    )


def repaired(question, action, answer=None, number=1):
    return Repaired(
        number=number,
        question=f"sample.{question}",
        action=action,
        answer=answer,
        reason="It was unclear.",
        at=AT,
    )


def row(sheet, name):
    return next(row for row in sheet.rows if row["question"] == f"sample.{name}")


def test_without_decisions_a_sheet_stays_as_it_is(sheet, items):
    assert remarked(sheet(), items, decided([])) == sheet()


def test_ticked_items_become_points_with_reasons(sheet, items):
    entry = marked("why", comment="Nearly.", misconceptions=("cross_attention.needed",))
    after = remarked(sheet(), items, decided([entry]))
    why = row(after, "why")
    assert (why["points"], why["max_points"], why["standing"]) == ("3", 4, "partly right")
    assert why["feedback"] == [
        "0 of 1: Names the second sequence.", "3 of 3: Says that there is none.", "Nearly.",
    ]  # fmt: skip
    assert why["misconceptions"] == ["cross_attention.needed"]
    assert (after.points, after.waiting_points) == (sheet().points + 3, 0)


def test_the_points_follow_the_rubric_of_today(sheet, items):
    rubric = [{"id": "which", "points": 3, "text": "a"}, {"id": "why", "points": 1, "text": "b"}]
    changed = items | {"sample.why": with_rubric(items["sample.why"], rubric)}
    entries = decided([marked("which")])
    assert row(remarked(sheet(), items, entries), "why")["points"] == "1"
    assert row(remarked(sheet(), changed, entries), "why")["points"] == "3"


def with_rubric(item, rubric):
    return msgspec.structs.replace(item, rubric=tuple(RubricPoint(**part) for part in rubric))


def test_a_new_rubric_item_brings_the_answer_back_with_its_ticks(sheet, items):
    rubric = [{"id": name, "points": 1, "text": name} for name in ("which", "why", "new")]
    changed = items | {"sample.why": with_rubric(items["sample.why"], rubric)}
    entries = decided([marked("which")])
    assert waiting([sheet()], items, entries) == ()
    [again] = waiting([sheet()], changed, entries)
    assert again.earlier.ticked == ("which",)


def test_another_text_of_the_student_waits_again(sheet, items):
    entries = decided([marked("which")])
    assert row(remarked(sheet(why="  one sequence. "), items, entries), "why")["points"] == "1"
    after = remarked(sheet(why="Two sequences."), items, entries)
    assert row(after, "why")["standing"] == "needs marking"
    assert len(waiting([sheet(why="Two sequences.")], items, entries)) == 1


def test_a_marking_can_be_taken_back(sheet, items):
    undone = Unmarked(sheet="ada", question="sample.why", at=AT)
    assert remarked(sheet(), items, decided([marked("why"), undone])) == sheet()


def test_the_same_text_of_several_students_waits_once(sheet, items):
    sheets = [sheet("ada"), sheet("bo", why="one sequence."), sheet("chen", why="None.")]
    found = {one.text: one.sheets for one in waiting(sheets, items, decided([]))}
    assert found == {"One  sequence.": ("ada", "bo"), "None.": ("chen",)}


def test_the_order_of_the_queue_says_nothing_of_the_students(sheet, items):
    texts = [f"Text {n}" for n in range(20)]
    sheets = [sheet(f"s{n:02}", why=text) for n, text in enumerate(texts)]
    shown = [one.text for one in waiting(sheets, items, decided([]))]
    assert sorted(shown) == sorted(texts)
    assert shown != texts
    assert shown == [one.text for one in waiting(sheets[::-1], items, decided([]))]


def test_a_dropped_question_shrinks_the_total(sheet, items):
    after = remarked(sheet(), items, decided([repaired("flow", "drop")]))
    assert after.max_points == sheet().max_points - 7
    assert row(after, "flow")["standing"] == "dropped"
    assert row(after, "flow")["reason"] == "It was unclear."


def test_full_marks_go_to_those_without_an_answer_too(sheet, items):
    after = remarked(sheet(), items, decided([repaired("encoder", "full_marks")]))
    assert row(sheet(), "encoder")["standing"] == "no answer"
    assert row(after, "encoder")["points"] == "1"


@pytest.mark.parametrize(
    ("question", "answer", "points"),
    [
        ("shape", ("last",), "1"),
        ("shape", ("square",), "0"),
        ("greedy", ("one", "all"), "2"),
        ("greedy", ("one",), "0"),
        ("loss", "5.64", "1"),
        ("loss", "5.65", "0"),
        ("chain", ("softmax", "logits", "select"), "3"),
        ("chain", ("softmax", "select", "logits"), "1"),
    ],
)
def test_an_accepted_answer_counts_as_the_key_would(sheet, items, question, answer, points):
    after = remarked(sheet(), items, decided([repaired(question, "accept", answer)]))
    assert row(after, question)["points"] == points


def test_an_accepted_answer_takes_no_points_from_anybody(sheet, items):
    right = sheet(shape=("all",))
    assert remarked(right, items, decided([repaired("shape", "accept", ("last",))])) == right


def test_a_repair_taken_back_gives_the_very_same_sheet(sheet, items):
    entries = [repaired("flow", "drop"), repaired("loss", "accept", "5.644", number=2)]
    after = remarked(sheet(), items, decided(entries))
    assert after != sheet()
    undone = [*entries, Undone(number=1, at=AT), Undone(number=2, at=AT)]
    assert remarked(after, items, decided(undone)) == sheet()


def test_a_question_edited_since_changes_nothing_that_no_decision_concerns(sheet, items):
    edited = items | {"sample.loss": msgspec.structs.replace(items["sample.loss"], answer=5.644)}
    after = remarked(sheet(), edited, decided([repaired("flow", "drop")]))
    assert row(after, "loss")["points"] == "0"


def test_a_question_that_is_gone_keeps_its_marks(sheet):
    assert remarked(sheet(), {}, decided([marked("why")])) == sheet()


def test_kept_marks_can_be_shown_like_fresh_ones(sheet, items):
    fresh = mark_all(items.values(), ANSWERS)
    assert marks_of(sheet(), items) == fresh
    after = remarked(sheet(), items, decided([marked("why"), repaired("flow", "drop")]))
    shown = marks_of(after, items)
    assert (shown.points, shown.max_points, shown.waiting_points) == (after.points, 12, 0)


def test_dropped_texts_need_not_be_read(sheet, items):
    assert waiting([sheet()], items, decided([repaired("why", "drop")])) == ()


ENTRIES = st.one_of(
    st.builds(
        repaired,
        st.sampled_from(["shape", "flow", "why", "encoder"]),
        st.sampled_from(["drop", "full_marks"]),
        number=st.integers(1, 5),
    ),
    st.builds(
        repaired,
        st.just("chain"),
        st.just("accept"),
        st.permutations(["logits", "softmax", "select"]).map(tuple),
        number=st.integers(1, 5),
    ),
    st.builds(lambda ids: marked(*ids), st.sets(st.sampled_from(["which", "why", "gone"]))),
    st.builds(lambda n: Undone(number=n, at=AT), st.integers(1, 5)),
)


@settings(max_examples=60, deadline=None)
@given(entries=st.lists(ENTRIES, max_size=8))
def test_points_stay_between_zero_and_the_maximum_whatever_is_decided(entries):
    topic = load_topic(BANK, "sample")
    items = {item.id: item for item in topic.items}
    marks = mark_all(topic.items, ANSWERS)
    before = sheet_from_json("ada", marks_to_json(marks, topic=topic, student="ada"))
    entries = [from_line(to_line(entry)) for entry in entries]
    after = remarked(before, items, decided(entries))
    assert all(0 <= Fraction(r["points"]) <= r["max_points"] for r in after.rows)
    assert after.points == sum(Fraction(r["points"]) for r in after.rows)
    assert remarked(after, items, decided(entries)) == after  # doing it again changes nothing
    numbers = {e.number for e in entries if isinstance(e, Repaired)}
    undone = decided([*entries, *(Undone(number=n, at=AT) for n in numbers)])
    assert remarked(after, items, undone) == remarked(before, items, undone)


def wish(question="sample.loss", action="accept", reason="Unclear.", answer=4):
    return WantedRepair(question=question, action=action, reason=reason, answer=answer)


def test_a_repair_that_holds_is_not_made_twice(items):
    [made] = repairs([wish(), wish(reason="Other words.")], items, decided([]), at=AT)
    assert (made.number, made.answer) == (1, "4")
    assert repairs([wish()], items, decided([made]), at=AT) == ()
    [next_one] = repairs([wish(answer=5)], items, decided([made]), at=AT)
    assert next_one.number == 2


def test_the_number_of_an_undone_repair_is_not_given_again(items):
    [made] = repairs([wish()], items, decided([]), at=AT)
    [again] = repairs([wish()], items, decided([made, Undone(number=1, at=AT)]), at=AT)
    assert again.number == 2


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"question": "sample.los"}, "there is no question 'sample.los'\n  Did you mean"),
        ({"reason": " "}, "has no reason"),
        ({"answer": "lots"}, "'lots' is not a number\n  Write a number."),
        ({"question": "sample.why", "answer": "x"}, "is marked by a person"),
        ({"question": "sample.shape", "answer": "lost"}, "there is no option 'lost'"),
    ],
)
def test_a_repair_that_cannot_be_is_one_clear_error(items, changes, says):
    with pytest.raises(CourseError) as caught:
        repairs([wish(**changes)], items, decided([]), at=AT)
    assert says in str(caught.value)


def test_repairs_can_come_from_a_file(tmp_path, items):
    path = tmp_path / "repairs.yaml"
    path.write_text("""
repairs:
  - {question: sample.flow, drop: true, reason: Unclear.}
  - {question: sample.greedy, accept: [one], reason: Two ways to read it.}
  - {question: sample.shape, full_marks: true, reason: Sorry.}
""")
    made = repairs(read_repairs(path), items, decided([]), at=AT)
    assert [in_words(repair) for repair in made] == [
        "sample.flow does not count",
        "sample.greedy also accepts one",
        "sample.shape gives everybody all points",
    ]


@pytest.mark.parametrize(
    ("entry", "says"),
    [
        ("{question: a, reason: b}", "repairs.yaml#1: the repair of 'a' says nothing to do"),
        ("{question: a, reason: b, drop: true, accept: 1}", "says drop and accept"),
        ("{question: a, drop: true}", "`reason` is missing"),
        ("{question: a, reason: b, dorp: true}", "Did you mean 'drop'?"),
    ],
)
def test_a_slip_in_the_file_is_named(tmp_path, entry, says):
    path = tmp_path / "repairs.yaml"
    path.write_text(f"repairs:\n  - {entry}\n")
    with pytest.raises(CourseError) as caught:
        read_repairs(path)
    assert says in str(caught.value)
