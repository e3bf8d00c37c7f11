from pathlib import Path

import pytest
import yaml

from grader.quiz.bank.topics import read_item

BANK = Path(__file__).parent / "sample_bank"


@pytest.fixture
def bank_folder():
    """A folder with one topic, `sample`, that has a question of every kind."""
    return BANK


@pytest.fixture
def question():
    """A question of the sample topic by its short name, with some keys changed."""
    raw = yaml.safe_load((BANK / "sample.yaml").read_text())["questions"]
    by_name = {entry["id"].removeprefix("sample."): entry for entry in raw}

    def make(name, **changes):
        return read_item({**by_name[name], **changes}, at=f"sample.yaml#{name}")

    return make
