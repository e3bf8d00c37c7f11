"""What words name for an export."""

from pathlib import Path

import pytest

from grader.courses.exported_questions import exported_questions
from grader.errors import CourseError

BANK = Path(__file__).parents[1] / "quiz" / "sample_bank"


def ids(topics):
    return [(topic.name, [item.id for item in topic.items]) for topic in topics]


def test_without_words_it_is_the_whole_folder():
    assert [topic.name for topic in exported_questions(BANK, [])] == ["sample"]


def test_ids_are_just_those_questions_in_their_topic():
    found = exported_questions(BANK, ["sample.loss", "sample.flow", "sample.loss"])
    assert ids(found) == [("sample", ["sample.loss", "sample.flow"])]


def test_a_quiz_is_its_questions_and_each_pool(tmp_path):
    path = tmp_path / "week-3.yaml"
    path.write_text(
        "title: Week 3\nquestions: [sample.loss]\n"
        "pools:\n  - {pick: 1, of: [sample.flow, sample.chain]}\n"
    )
    found = exported_questions(BANK, [str(path)])
    assert ids(found) == [
        ("week-3", ["sample.loss"]),
        ("week-3-pool-1", ["sample.flow", "sample.chain"]),
    ]
    assert [topic.title for topic in found] == ["Week 3", "Week 3: 1 of these 2"]


@pytest.mark.parametrize("word", ["smple", "sample.los", "none.yaml"])
def test_what_is_not_there_is_named(word):
    with pytest.raises(CourseError):
        exported_questions(BANK, [word])
