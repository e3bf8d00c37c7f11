import shutil

import pytest

from grader.quiz.bank.lint import lint
from grader.quiz.bank.topics import load_topic
from grader.quiz.items.item import Severity


@pytest.fixture
def folder(bank_folder, tmp_path):
    return shutil.copytree(bank_folder, tmp_path / "questions")


def findings_after(folder, old, new):
    path = folder / "sample.yaml"
    text = path.read_text()
    assert text.count(old) == 1
    path.write_text(text.replace(old, new))
    return [f for f in lint(folder) if f.severity != Severity.INFO]


def test_a_sound_folder_has_no_error_and_several_orders_are_information(bank_folder):
    [finding] = lint(bank_folder)
    assert finding.severity == Severity.INFO
    assert finding.where.endswith("sample.yaml#sample.flow before")
    assert finding.problem == "2 orders are right"


@pytest.mark.parametrize(
    ("old", "new", "where", "problem"),
    [
        ("text: B x V,", 'text: " ",', "options.last", "there is no text"),
        ("text: B x V,", "text: B x&nbsp;T x V,", "options.last", "stands twice"),
        ("text: B x V,", "text: B x T x V,", "options.last", "the text 'B x T x V' stands twice"),
        ("{id: last,", "{id: all,", "options.all", "the id 'all' stands twice"),
        (", feedback: That is a score.}", "}", "options.square", "there is no feedback"),
        ("text: B x T x V, correct: true,", "text: B x T x V,", "options", "0 options are right"),
        (
            "{id: last, text: B x V, misconception: logits.last_only,",
            "{id: last, text: B x V, correct: true,",
            "options",
            "2 options are right, and a choice has exactly one",
        ),
        (
            "{id: last, text: B x V, misconception: logits.last_only,",
            "{id: last, text: B x V,",
            "options.last",
            "a wrong answer names no misconception",
        ),
        (
            "correct: true, feedback: This is greedy.",
            "correct: true, misconception: top_p.one, feedback: This is greedy.",
            "options.cold",
            "a right option names a misconception",
        ),
        ("misconception: top_p.one, feedback: That keeps", "misconception: top_p.two, feedback: T",
         "#sample.greedy", "there is no misconception 'top_p.two'"),
        ("text: B x T x V,", "text: the batch and the tokens and V,", "options.all", "characters"),
        ("    tolerance: 0.005\n", "", "tolerance", "not an integer and has no tolerance"),
        ("tolerance: 0.005", "tolerance: 0.005\n    rel_tolerance: 0.1", "tolerance", "two"),
        ("tolerance: 0.005", "tolerance: 0", "tolerance", "not above zero"),
        ("answer: 3.912", "answer: .nan", "answer", "not finite"),
        ("value: 5.644", "value: 3.915", "traps[0]", "3.915 is a right answer"),
        (" feedback: You took the logarithm to base two.", "", "traps[0]", "no feedback"),
        ("    feedback: Take minus the logarithm of the probability.\n", "", "feedback", "no feed"),
        ("    feedback_true: The prompt holds it already.\n", "", "feedback_true", "no feedback"),
        ("    misconception: architecture.encoder\n", "", "misconception", "names no misconc"),
        ("- [blk, log,", "- [log, emb, x]\n      - [blk, log,", "before", "no order is possible: "),
        ("[blk, log, the", "[blk, logg, the", "before.[blk, logg]", "there is no step 'logg'"),
        ("[blk, log, the", "[blk, train, the", "before.[blk, train]", "there is no step 'train'"),
        ("{id: train,", "{id: smp,", "steps.smp", "the id 'smp' stands twice"),
        ("text: Update the weights,", "text: '&nbsp;',", "steps.train", "there is no text"),
        ("text: Update the weights,", "text: Add both,", "steps.train", "'Add both' stands twice"),
        (" feedback: Not now.}", "}", "distractors.train", "there is no feedback"),
        (" misconception: training.generates,", "", "distractors.train", "no misconception"),
        ("      - {id: select, text: Selection}", "      - {id: select, text: Selection}\n"
         "    before: []", "before", "every order is right"),
        ("points: 3, text: Says", "points: 2, text: Says", "rubric", "adds up to 3 points"),
        ("{id: why, points", "{id: which, points", "rubric", "the id 'which' stands twice"),
        ("id: sample.loss", "id: simple.loss", "#simple.loss id", "'simple.loss' is not the topic"),
        ("id: sample.loss", "id: sample.Loss", "#sample.Loss id", "'sample.Loss' is not the topic"),
        ("stem: Put the stages in order.", "stem: ' '", "stem", "there is no text"),
        ("stem: Put the stages in order.", f"stem: \"Look:\\n\\n```\\n{'-' * 81}\\n```\"", "stem",
         "a line of code has 81 characters"),
        ("concepts: [6, 7,", "concepts: [6,", "concept", "does not list concept 7"),
        ("answer: 3.912", "answer: lots", "#sample.loss", "expected a number"),
        ("topic: sample", "topic: sample\ntopic: sample", "sample.yaml", "stands twice"),
    ],
)  # fmt: skip
def test_each_fault_is_found_where_it_is(folder, old, new, where, problem):
    found = [f for f in findings_after(folder, old, new) if problem in f.problem]
    assert found
    assert where in found[0].where
    assert found[0].fix


def test_a_rubric_may_not_be_left_out(folder):
    path = folder / "sample.yaml"
    lines = path.read_text().splitlines()
    start = lines.index("    rubric:")
    path.write_text("\n".join([*lines[:start], *lines[start + 3 :]]))
    assert "there is no rubric" in [finding.problem for finding in lint(folder)]


def test_the_same_id_in_two_files_is_found(folder):
    text = (folder / "sample.yaml").read_text()
    (folder / "other.yaml").write_text(text.replace("topic: sample", "topic: other"))
    twins = [f for f in lint(folder) if "the id stands in" in f.problem]
    assert len(twins) == 7
    assert "other.yaml" in twins[0].problem
    assert "sample.yaml#" in twins[0].where


def test_one_broken_file_does_not_hide_the_others(folder):
    (folder / "broken.yaml").write_text("topic: [")
    findings = findings_after(folder, "answer: 3.912", "answer: lots")
    assert [f.severity for f in findings] == [Severity.ERROR] * 2


def test_without_a_misconceptions_file_that_alone_is_said(folder):
    (folder / "misconceptions.yaml").unlink()
    problems = [f.problem for f in lint(folder) if f.severity == Severity.WARNING]
    assert problems == ["there is no such file, and questions name some"]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("  Loss.base: Two.", "not the id"),
        ("  loss.e: ' '", "no sentence"),
        ("  loss.e:", "a text"),
    ],
)
def test_the_misconceptions_file_is_checked(folder, line, problem):
    with (folder / "misconceptions.yaml").open("a") as file:
        file.write(line + "\n")
    assert any(problem in f.problem for f in lint(folder) if "misconceptions.yaml" in f.where)


def test_a_concept_that_is_no_row_of_the_table_is_named(folder):
    found = findings_after(folder, "concept: 15", "concept: 18")
    unknown = [f for f in found if "there is no concept 18" in f.problem]
    assert [f.severity for f in unknown] == [Severity.WARNING]
    assert unknown[0].where.endswith("sample.yaml#sample.loss")


def test_a_bank_may_have_a_table_of_concepts_of_its_own(folder):
    table = folder / "concepts.yaml"
    rows = "".join(f"  {n}: Row {n}.\n" for n in range(1, 19))
    table.write_text(f"subject: decoder\nconcepts:\n{rows}")
    found = findings_after(folder, "concept: 15", "concept: 18")
    assert not any("there is no concept" in f.problem for f in found)
    table.write_text("subject: decoder\nconcepts: {1: Only one., 2: ''}\n")
    problems = [f.problem for f in lint(folder)]
    assert any(f"there is no concept 18 in {table}" in problem for problem in problems)
    assert "there is no title" in problems


def test_a_wrong_table_of_concepts_is_an_error_with_its_place(folder):
    (folder / "concepts.yaml").write_text("concepts: {one: First.}\n")
    [finding] = [f for f in lint(folder) if "concepts.yaml" in f.where]
    assert finding.severity == Severity.ERROR


@pytest.mark.parametrize("stem", ["Now all is drawn. Which?", "A loop. Again it stops. Which?"])
def test_a_stem_that_leans_on_a_question_before_it_is_a_warning(folder, stem):
    [finding] = findings_after(folder, "Which shape do the logits have?", stem)
    assert finding.where.endswith("sample.shape stem")
    assert "leans on a question before this one" in finding.problem


def test_feedback_that_tells_the_key_is_a_warning(folder):
    feedback = "That is a score."
    [finding] = findings_after(folder, feedback, "The right answer is another one.")
    assert finding.where.endswith("sample.shape options.square")
    assert "feedback of a wrong answer" in finding.problem


def test_everything_that_a_question_lacks_is_said_at_once(folder):
    (folder / "new.yaml").write_text(
        "topic: new\ntitle: New\nquestions:\n"
        "  - {id: new.one, kind: numeric, stemm: How many?, points: zero}\n"
    )
    said = [f.problem for f in lint(folder) if "new.one" in f.where]
    assert said == [
        "there is no key 'stemm' here",
        "`stem` is missing",
        "points: expected an integer, got 'zero'",
        "`answer` is missing",
    ]


def test_a_course_need_not_write_more_than_the_question(folder):
    (folder / "new.yaml").write_text(
        "topic: new\ntitle: New\nquestions:\n"
        "  - {id: new.one, kind: numeric, stem: How many?, answer: 3}\n"
        "  - {id: new.two, kind: true_false, stem: So?, answer: true}\n"
        "  - id: new.three\n    kind: choice\n    stem: Which?\n"
        "    options: [{id: a, text: A, correct: true}, {id: b, text: B}]\n"
    )
    topic = load_topic(folder, "new")
    assert [item.mark(item.key()).points for item in topic.items] == [1, 1, 1]
    wrong = topic.item("new.two").mark("false")
    assert wrong.misconceptions == ()
    severities = {f.severity for f in lint(folder) if "new.yaml" in f.where}
    assert severities == {Severity.WARNING}
