"""What holds for every format."""

import time
from typing import ClassVar

import pytest
import yaml

from grader.quiz.bank.topics import read_item
from grader.quiz.exports.export_job import ExportJob
from grader.quiz.exports.formats import FORMATS
from grader.quiz.items import kinds
from grader.quiz.items.choice import TrueFalse

OF_AN_LMS = sorted(name for name, format_ in FORMATS.items() if not format_.can_hide_keys)


class Dance(TrueFalse, frozen=True, kw_only=True, tag="dance"):
    """A kind that came after the exports were written."""

    example: ClassVar[str] = ""
    steps_back: int = 0


class Later(TrueFalse, frozen=True, kw_only=True, tag="true_false"):
    """A known kind with a key that came after the exports were written."""

    example: ClassVar[str] = ""
    steps_back: int = 0


@pytest.mark.parametrize("format_", FORMATS)
def test_the_whole_shipped_bank_is_written_in_seconds(format_, shipped_topics):
    job = ExportJob()
    start = time.process_time()
    FORMATS[format_].write(shipped_topics, job)
    assert time.process_time() - start < 10
    left_out = {loss.question for loss in job.losses if "is left out" in loss.what}
    items = [item for topic in shipped_topics for item in topic.items]
    assert job.written == [item.id for item in items if item.id not in left_out]
    several = {item.id for item in items if item.kind() == "fill" and len(item.gaps) > 1}
    assert left_out == (several if format_ == "gift" else set())


@pytest.mark.parametrize("format_", FORMATS)
def test_the_same_questions_give_the_same_bytes(format_, shipped_topics):
    first, second = (FORMATS[format_].write(shipped_topics[:3], ExportJob()) for _ in range(2))
    assert first == second


@pytest.mark.parametrize("format_", FORMATS)
def test_another_seed_gives_another_order(format_, sample):
    first, second = (FORMATS[format_].write((sample,), ExportJob(seed=seed)) for seed in (0, 1))
    assert first != second


@pytest.mark.parametrize("format_", FORMATS)
@pytest.mark.parametrize("kind", kinds().values(), ids=lambda kind: kind.kind())
def test_every_kind_is_written_or_said_to_be_left_out(format_, kind, topic_of):
    item = read_item(yaml.safe_load(kind.example), at="example")
    job = ExportJob()
    assert FORMATS[format_].write((topic_of(item),), job)
    left_out = [loss for loss in job.losses if loss.what.startswith("the question is left out")]
    assert bool(job.written) != bool(left_out)


@pytest.mark.parametrize("format_", OF_AN_LMS)
def test_a_kind_that_came_later_is_left_out_with_a_warning(format_, export, question):
    known = question("encoder")
    fields = {name: getattr(known, name) for name in known.__struct_fields__}
    content, lost = export(format_, Dance(**fields), question("shape"))
    assert lost[0] == ("the question is left out: this format has no way to write the kind 'dance'")
    assert content


@pytest.mark.parametrize("format_", OF_AN_LMS)
def test_a_key_that_came_later_is_said_to_be_lost(format_, export, question):
    known = question("encoder")
    fields = {name: getattr(known, name) for name in known.__struct_fields__}
    assert (
        "lost: `steps_back`, which no export knows yet"
        in export(format_, Later(**fields, steps_back=2))[1]
    )
    assert not any("steps_back" in what for what in export(format_, Later(**fields))[1])


@pytest.mark.parametrize("format_", OF_AN_LMS)
def test_how_a_key_is_verified_is_said_to_be_lost(format_, export, question):
    _, lost = export(format_, question("shape", verify={"kind": "predicate", "claim": "shape"}))
    assert "lost: how the key is verified" in lost


@pytest.mark.parametrize("format_", OF_AN_LMS)
def test_an_image_is_said_to_be_missing(format_, export, question):
    _, lost = export(format_, question("shape", explanation="See ![flow](flow.png)."))
    assert "the image flow.png is named and not packed: add it in the LMS" in lost
