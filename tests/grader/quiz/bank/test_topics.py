import shutil

import pytest

from grader.errors import CourseError
from grader.quiz.bank import topics


@pytest.fixture
def folder(bank_folder, tmp_path):
    """A copy of the sample folder that a test may spoil."""
    return shutil.copytree(bank_folder, tmp_path / "questions")


def spoil(folder, old, new):
    path = folder / "sample.yaml"
    text = path.read_text()
    assert text.count(old) == 1
    path.write_text(text.replace(old, new))


def test_a_folder_is_read(bank_folder):
    loaded = topics.load(bank_folder)
    [topic] = loaded.topics
    assert topic.name == "sample"
    assert topic.points == 19
    assert topic.item("sample.loss").kind() == "numeric"
    assert "loss.base_two" in loaded.misconceptions


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (
            "kind: choices\n",
            "kind: chioces\n",
            "#sample.greedy: kind: there is no kind 'chioces'\n  Did you mean 'choices'?",
        ),
        (
            "answer: 3.912",
            "answer: lots",
            "#sample.loss: answer: expected a number, got 'lots'\n  Write a number.",
        ),
        (
            "{id: all, text: B x T x V,",
            "{id: 7, text: B x T x V,",
            "#sample.shape: options[0].id: expected a text, got 7\n  Write a text, in quotes.",
        ),
        (
            "misconception: loss.base_two,",
            "misconceptoin: loss.base_two,",
            "#sample.loss: traps[0]: there is no key 'misconceptoin' here\n"
            "  Did you mean 'misconception'?",
        ),
        (
            "text: Logits}",
            "txt: Logits}",
            "#sample.chain: steps[0]: there is no key 'txt' here\n  Did you mean 'text'?",
        ),
        (
            "unit: nats",
            "units: nats",
            "#sample.loss: there is no key 'units' here\n  Did you mean 'unit'?",
        ),
        (
            "    model_answer: There is no second sequence to attend to.\n",
            "",
            "#sample.why: `model_answer` is missing\n  Add `model_answer: ...`.",
        ),
        (
            "purpose: ordering",
            "purpose: order",
            "#sample.flow: purpose: expected one of concept, ordering, ablation, diagnosis,"
            " got 'order'",
        ),
        (
            "[emb, add, it is one of the terms]",
            "[emb, add]",
            "#sample.flow: before[2]: expected a list of length 3, got ['emb', 'add']",
        ),
        (
            "rubric:",
            "misconceptions: nothing\n    rubric:",
            "is not valid YAML: the key 'misconceptions' stands twice",
        ),
        ("concept: 15", "concept: 0", "#sample.loss: concept: expected an integer >= 1, got 0"),
        ("points: 7", "points: 0", "#sample.flow: points: expected an integer >= 1, got 0"),
        ("topic: sample", "topic: simple", "topic: expected the name of the file, got 'simple'"),
        ("id: sample.loss", "id: sample.shape", "#sample.shape: the id stands twice"),
        (
            "- [log, smp,",
            "- [smp, enc, the loop goes on]\n      - [log, smp,",
            "#sample.flow: before: no order is possible",
        ),
    ],
)
def test_an_error_names_file_question_key_and_what_to_write(folder, old, new, says):
    spoil(folder, old, new)
    with pytest.raises(CourseError) as caught:
        topics.load_topic(folder, "sample")
    assert f"{folder / 'sample.yaml'}" in str(caught.value)
    assert says in str(caught.value)


def test_a_question_without_an_id_is_named_by_its_number(folder):
    spoil(folder, "id: sample.shape\n    kind", "kind")
    with pytest.raises(CourseError, match=r"sample\.yaml#question 1: `id` is missing"):
        topics.load_topic(folder, "sample")


def test_the_questions_after_a_wrong_one_are_read(folder):
    spoil(folder, "answer: 3.912", "answer: lots")
    reading = topics.read_topic(folder / "sample.yaml")
    assert len(reading.errors) == 1
    assert len(reading.topic.items) == 6


def test_a_misspelt_topic_is_answered_with_the_nearest(bank_folder):
    with pytest.raises(CourseError, match=r"there is no topic 'sampel'\n  Did you mean 'sample'"):
        topics.load_topic(bank_folder, "sampel")


def test_a_missing_and_an_empty_folder_are_told_apart(tmp_path):
    with pytest.raises(CourseError, match="there is no such folder"):
        topics.load(tmp_path / "nowhere")
    with pytest.raises(CourseError, match="holds no questions"):
        topics.load(tmp_path)


def test_the_digest_follows_the_questions_and_not_the_comments(folder):
    before = topics.load_topic(folder, "sample").digest
    spoil(folder, "topic: sample\n", "# a comment\ntopic: sample\n")
    assert topics.load_topic(folder, "sample").digest == before
    spoil(folder, "feedback: Not now.", "feedback: Not yet.")
    assert topics.load_topic(folder, "sample").digest != before
