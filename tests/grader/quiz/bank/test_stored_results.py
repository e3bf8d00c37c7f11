import json
import shutil
from datetime import UTC, datetime

import pytest

from grader.errors import CourseError
from grader.quiz.attempt.session import Session
from grader.quiz.bank.lint import lint
from grader.quiz.bank.stored_results import (
    Stored,
    StoredResult,
    Variant,
    key_digest,
    question_digest,
    read_stored,
    stored_bytes,
)
from grader.quiz.bank.topics import load_topic, read_topic
from grader.quiz.items.item import Severity

SHAPE = "Which shape do the logits have?"


@pytest.fixture
def folder(bank_folder, tmp_path):
    """The sample bank, where one stem wants evidence."""
    copy = shutil.copytree(bank_folder, tmp_path / "questions")
    path = copy / "sample.yaml"
    path.write_text(path.read_text().replace(f"stem: {SHAPE}", "stem: 'Look: {evidence} Which?'"))
    return copy


def store(folder, *evidence, digest=None):
    topic = read_topic(folder / "sample.yaml").topic
    results = {
        item.id: StoredResult(digest=topic.digests[item.id], kind="numeric", ran="c")
        for item in topic.items
        if item.verify is not None
    }
    results["sample.shape"] = StoredResult(
        digest=digest or topic.digests["sample.shape"],
        kind="diagnosis",
        ran="generate.stale",
        variants=tuple(Variant(seed=n, evidence=text) for n, text in enumerate(evidence)),
    )
    (folder / "verified.json").write_bytes(stored_bytes(Stored(reference="abc", questions=results)))


def problems(folder):
    return [f for f in lint(folder) if f.severity != Severity.INFO]


def test_a_stem_shows_the_stored_evidence(folder):
    store(folder, "`1 2 3`")
    assert load_topic(folder, "sample").item("sample.shape").stem == "Look: `1 2 3` Which?"
    assert problems(folder) == []


def test_the_seed_of_an_attempt_decides_on_the_variant(folder):
    store(folder, "`a`", "`b`", "`c`")
    topic = load_topic(folder, "sample")

    def stem(seed):
        session = Session(topic=topic, seed=seed, started_at=datetime.now(UTC))
        return next(item.stem for item in session.items if item.id == "sample.shape")

    assert {stem(seed) for seed in range(20)} == {f"Look: `{x}` Which?" for x in "abc"}
    assert stem(7) == stem(7)


def test_other_evidence_makes_another_topic(folder):
    store(folder, "`a`")
    before = load_topic(folder, "sample").digest
    store(folder, "`b`")
    assert load_topic(folder, "sample").digest != before


def test_without_stored_evidence_the_question_cannot_be_taken(folder):
    with pytest.raises(CourseError, match="no stored evidence that belongs to this question"):
        load_topic(folder, "sample")
    [finding] = problems(folder)
    assert finding.severity == Severity.ERROR
    assert finding.where.endswith("sample.yaml#sample.shape stem")
    assert "grader quiz verify --write" in finding.fix


def test_evidence_of_an_earlier_text_is_not_shown(folder):
    store(folder, "`a`", digest="0123456789abcdef")
    with pytest.raises(CourseError, match="no stored evidence"):
        load_topic(folder, "sample")


def test_lint_names_a_result_that_is_outdated(folder):
    store(folder, "`a`")
    path = folder / "sample.yaml"
    path.write_text(path.read_text().replace("all of 50 tokens", "all of 51 tokens"))
    [finding] = problems(folder)
    assert finding.severity == Severity.WARNING
    assert finding.where.endswith("#sample.loss verify")
    assert "holds no result for the question as it stands" in finding.problem


@pytest.mark.parametrize("line", ["    verify: {kind: numeric, claim: loss_at_the_start}\n"])
def test_lint_names_a_number_that_nobody_computed(folder, line):
    store(folder, "`a`")
    path = folder / "sample.yaml"
    path.write_text(path.read_text().replace(line, ""))
    [finding] = problems(folder)
    assert finding.problem == "the key of this numeric question is not run on the reference"


def test_lint_names_a_kind_that_does_not_fit(folder):
    store(folder, "`a`")
    path = folder / "sample.yaml"
    path.write_text(path.read_text().replace("{kind: numeric, claim", "{kind: ablation, claim"))
    [finding] = problems(folder)
    assert finding.severity == Severity.ERROR
    assert finding.problem == "`kind: ablation` does not fit a question of kind `numeric`"
    assert finding.fix == "Write `kind: numeric`."


def test_a_damaged_file_is_a_sentence(folder):
    (folder / "verified.json").write_text(json.dumps({"reference": 3}))
    with pytest.raises(CourseError, match="holds no results of a verification"):
        load_topic(folder, "sample")
    assert len(problems(folder)) == 1


def test_what_is_stored_is_read_back_and_equal_results_give_equal_bytes(tmp_path):
    results = {
        name: StoredResult(digest="d", kind="numeric", ran="c", value=0.25)
        for name in ("t.b", "t.a")
    }
    stored = Stored(reference="abc", questions=results)
    (tmp_path / "verified.json").write_bytes(stored_bytes(stored))
    assert read_stored(tmp_path) == stored
    turned = Stored(reference="abc", questions=dict(reversed(results.items())))
    assert stored_bytes(turned) == stored_bytes(stored)
    assert read_stored(tmp_path / "elsewhere") is None


def test_a_digest_covers_what_the_key_depends_on_and_no_more():
    raw = {
        "id": "t.a",
        "stem": "What is it?",
        "options": [{"id": "a", "text": "A", "correct": True, "feedback": "Yes."}],
    }
    same = {
        **raw,
        "stem": "What  is\nit?",
        "explanation": "Because.",
        "options": [{"id": "a", "text": "A", "correct": True, "feedback": "Indeed."}],
    }
    other = {**raw, "options": [{"id": "a", "text": "A", "correct": False}]}
    assert question_digest(same) == question_digest(raw)
    assert question_digest(other) != question_digest(raw)


LOSS = {"id": "a", "stem": "Which?", "verify": {"kind": "numeric", "claim": "c"}}


def test_what_is_run_for_a_question_may_be_said_more_fully_and_it_stays_the_question():
    run = {**LOSS["verify"], "numbers": ["window"], "with": {"window": 4}, "shapes": {}}
    text = {**LOSS, "model_answer": "This.", "rubric": [{"id": "b", "points": 1, "text": "That."}]}
    for changed in ({**LOSS, "verify": run}, text):
        assert question_digest(changed) == question_digest(LOSS)
        assert key_digest(changed) != key_digest(LOSS)
    assert question_digest({**LOSS, "stem": "What?"}) != question_digest(LOSS)


def test_a_question_that_was_asked_before_has_the_digest_that_stores_keep():
    assert question_digest(LOSS) == "511d15c814075382"
