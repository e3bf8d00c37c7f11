from pathlib import Path

import pytest
import yaml

from grader.keys.bank_check import check_topic
from grader.quiz.bank.stored_results import question_digest
from grader.quiz.bank.topics import Topic, read_item
from reference.decoder.answers.answer_keys import KEYS
from tests.grader.quiz.conftest import bank_folder, question

__all__ = ["bank_folder", "question"]


@pytest.fixture
def outcome_of():
    """Verify one question that stands as YAML."""

    def run(text, **changes):
        raw = {**yaml.safe_load(text), **changes}
        item = read_item(raw, at="topic.yaml#item")
        topic = Topic(
            name="topic",
            title="Topic",
            concepts=(item.concept,),
            items=(item,),
            path=Path("topic.yaml"),
            digest="",
            digests={item.id: question_digest(raw)},
        )
        [outcome] = check_topic(KEYS, topic).outcomes
        return outcome

    return run
