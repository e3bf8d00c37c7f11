from pathlib import Path

import pytest
import yaml

from grader.quiz.bank.topics import Topic, load, load_topic, read_item
from grader.quiz.exports.export_job import ExportJob
from grader.quiz.exports.formats import FORMATS
from grader.settings import shipped

BANK = Path(__file__).parents[1] / "sample_bank"
RAW = {
    entry["id"].removeprefix("sample."): entry
    for entry in yaml.safe_load((BANK / "sample.yaml").read_text())["questions"]
}


@pytest.fixture
def sample():
    """A topic with a question of every kind."""
    return load_topic(BANK, "sample")


@pytest.fixture(scope="session")
def shipped_topics():
    return load(shipped("questions")).topics


@pytest.fixture
def question():
    """A question of the sample topic by its short name, with some keys changed."""

    def make(name, **changes):
        return read_item({**RAW[name], **changes}, at=f"sample.yaml#{name}")

    return make


@pytest.fixture
def topic_of():
    def make(*items):
        return Topic(
            name="sample",
            title="A <title> & more",
            concepts=(1,),
            items=items,
            path=Path("sample.yaml"),
            digest="",
        )

    return make


@pytest.fixture
def export(topic_of):
    """Writes questions in a format: the bytes, and what is lost."""

    def run(format_, *items, **options):
        job = ExportJob(**options)
        content = FORMATS[format_].write((topic_of(*items),), job)
        return content, [loss.what for loss in job.losses]

    return run
