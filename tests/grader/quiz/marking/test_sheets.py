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
from grader.quiz.marking.sheets import (
    Sheet,
    marks_of,
    remarked,
    sheet_from_json,
    sheet_to_json,
    topic_of,
    waiting,
)

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


def test_a_text_that_nobody_wrote_waits_for_nobody(sheet, items):
    empty = sheet(why=None)
    assert remarked(empty, items, decided([marked("why")])) == empty
    assert row(empty, "why")["standing"] == "no answer"


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


CHAIN = ("softmax", "logits", "select")  # as it is in ANSWERS
PARTLY = ("softmax", "select", "logits")  # by which that earns one of three points, as by the key


@pytest.mark.parametrize(
    ("accepted", "points", "counts"),
    [
        ([PARTLY, CHAIN], "3", 2),
        ([CHAIN, PARTLY], "3", 1),
        ([CHAIN, CHAIN], "3", 1),
    ],
)
def test_of_several_accepted_answers_the_one_that_gives_most_counts(
    sheet, items, accepted, points, counts
):
    entries = [repaired("chain", "accept", order, number=n) for n, order in enumerate(accepted, 1)]
    entries = [msgspec.structs.replace(e, reason=f"Reason {e.number}.") for e in entries]
    after = row(remarked(sheet(), items, decided(entries)), "chain")
    assert (after["points"], after["repair"]) == (points, counts)
    assert after["feedback"] == [after["reason"]] == [f"Reason {counts}."]
    assert after["unrepaired"] == row(sheet(), "chain")


def test_an_accepted_answer_that_gives_no_more_leaves_the_row_as_it_was(sheet, items):
    assert row(sheet(), "chain")["points"] == "1"
    assert remarked(sheet(), items, decided([repaired("chain", "accept", PARTLY)])) == sheet()


def test_accepted_answers_that_are_not_the_students_change_nothing(sheet, items):
    entries = [repaired("loss", "accept", answer, number=int(answer)) for answer in ("4", "7")]
    assert remarked(sheet(), items, decided(entries)) == sheet()
    assert remarked(sheet(loss=None), items, decided(entries)) == sheet(loss=None)


def test_a_dropped_question_stays_dropped_whatever_else_it_gives(sheet, items):
    entries = [
        repaired("shape", "full_marks", number=1),
        repaired("shape", "drop", number=2),
        repaired("shape", "accept", ("last",), number=3),
    ]
    after = row(remarked(sheet(), items, decided(entries)), "shape")
    assert (after["standing"], after["points"], after["max_points"]) == ("dropped", "0", 0)
    assert (after["repair"], after["feedback"]) == (2, [])
    after = row(remarked(sheet(), items, decided(entries[::2])), "shape")
    assert (after["standing"], after["points"], after["repair"]) == ("right", "1", 1)
    assert after["feedback"] == ["It was unclear."]


def test_an_answer_that_the_question_no_longer_takes_earns_nothing_by_a_repair(sheet, items):
    options = [o for o in items["sample.shape"].options if o.id != "last"]
    changed = items | {
        "sample.shape": msgspec.structs.replace(items["sample.shape"], options=tuple(options))
    }
    entries = decided([repaired("shape", "accept", ("square",))])
    assert remarked(sheet(), changed, entries) == sheet()
    shown = next(r for r in marks_of(sheet(), changed).rows if r.item.id == "sample.shape")
    assert (shown.response, shown.mark.points) == (None, 0)


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


def test_a_question_that_is_gone_is_not_shown(sheet, items):
    left = {name: item for name, item in items.items() if name != "sample.flow"}
    shown = [r.item.id for r in marks_of(sheet(), left).rows]
    assert shown == [name for name in items if name != "sample.flow"]


def test_a_sheet_says_whose_it_is_and_how_it_stands(sheet):
    ada = sheet("ada")
    assert (ada.student, ada.topic, ada.id) == ("ada", "sample", "ada")
    assert (ada.points, ada.max_points, ada.waiting_points) == (ada.points, 19, 4)
    assert ada.points == sum(Fraction(r["points"]) for r in ada.rows)
    assert [r["question"] for r in ada.rows][:2] == ["sample.shape", "sample.greedy"]


def test_a_sheet_is_written_with_two_spaces_and_read_again(sheet):
    written = sheet_to_json(sheet())
    assert written.startswith(b'{\n  "')
    assert written.endswith(b"\n}\n")
    assert sheet_from_json("ada", written) == sheet()


RECORD = {"student": 1, "topic": 2, "questions": 3, "more": 4}


@pytest.mark.parametrize(
    "record",
    [[], "text", *({k: v for k, v in RECORD.items() if k != key} for key in list(RECORD)[:3])],
)
def test_what_is_no_record_of_marks_is_refused(record):
    with pytest.raises(msgspec.DecodeError, match="no record of marks"):
        sheet_from_json("ada", msgspec.json.encode(record))


def test_a_record_of_marks_may_hold_more_than_it_must():
    assert sheet_from_json("ada", msgspec.json.encode(RECORD)).record == RECORD
    least = {name: value for name, value in RECORD.items() if name != "more"}
    assert sheet_from_json("ada", msgspec.json.encode(least)).record == least


def test_the_topic_of_a_question_is_what_stands_before_the_point():
    assert topic_of("generation.loop.order") == "generation"
    assert topic_of("generation") == "generation"


def test_marked_texts_come_again_when_all_are_asked_for(sheet, items):
    entries = decided([marked("why")])
    assert waiting([sheet()], items, entries) == ()
    [again] = waiting([sheet()], items, entries, again=True)
    assert (again.text, again.earlier.ticked) == ("One  sequence.", ("why",))
    assert again.answer == answer_digest("one sequence.")
    [new] = waiting([sheet()], items, decided([]), again=True)
    assert new.earlier is None


def test_what_was_decided_of_one_sheet_is_shown_with_the_text_of_all(sheet, items):
    entries = decided([marked("why", sheet="bo")])
    sheets = [sheet(name) for name in ("ada", "bo", "chen")]
    [one] = waiting(sheets, items, entries, again=True)
    assert one.sheets == ("ada", "bo", "chen")
    assert one.earlier.sheet == "bo"
    [one] = waiting(sheets, items, entries)
    assert (one.sheets, one.earlier) == (("ada", "chen"), None)


def test_texts_come_question_by_question(sheet, items):
    second = msgspec.structs.replace(items["sample.why"], id="sample.a")
    both = items | {"sample.a": second}
    ada = sheet()
    copied = dict(row(ada, "why"), question="sample.a", response="Another text.")
    for rows in ([*ada.rows, copied], [copied, *ada.rows]):
        both_texts = waiting([Sheet("ada", ada.record | {"questions": rows})], both, decided([]))
        assert [one.item.id for one in both_texts] == ["sample.why", "sample.a"]


@pytest.mark.parametrize("entry", [marked("why"), repaired("why", "drop")])
def test_a_text_that_is_not_read_again_keeps_no_later_one_from_being_read(sheet, items, entry):
    both = items | {"sample.a": msgspec.structs.replace(items["sample.why"], id="sample.a")}
    later = row(sheet(), "why") | {"question": "sample.a"}
    record = sheet().record | {"questions": [*sheet().rows, later]}
    [waits] = waiting([Sheet("ada", record)], both, decided([entry]))
    assert waits.item.id == "sample.a"


@pytest.mark.parametrize(("action", "n"), [("drop", 0), ("full_marks", 0), ("accept", 1)])
def test_a_text_that_gets_its_points_anyhow_is_not_read(sheet, items, action, n):
    entries = [repaired("why", action, "x"), repaired("shape", "drop", number=2)]
    assert len(waiting([sheet()], items, decided(entries))) == n


def test_a_sheet_without_a_text_or_with_an_unknown_question_waits_for_nobody(sheet, items):
    assert waiting([sheet(why=None)], items, decided([])) == ()
    assert waiting([sheet()], {}, decided([])) == ()
    gone = row(sheet(), "why") | {"question": "sample.gone"}
    record = sheet().record | {"questions": [gone, row(sheet(), "why")]}
    assert len(waiting([Sheet("ada", record)], items, decided([]))) == 1


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
