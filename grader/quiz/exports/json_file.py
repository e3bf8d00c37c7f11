"""JSON: what a taker sees of each question; or, with keys, all that the YAML says."""

from collections.abc import Sequence
from typing import Any

import msgspec

from grader.quiz.bank.topics import Topic
from grader.quiz.exports.export_job import ExportJob
from grader.quiz.items.item import Item, Presentation


def write(topics: Sequence[Topic], job: ExportJob) -> bytes:
    """All topics as one object."""
    record = {
        "keys": job.with_keys,
        "seed": None if job.with_keys else job.seed,
        "topics": [_topic(topic, job) for topic in topics],
    }
    return msgspec.json.format(msgspec.json.encode(record), indent=2) + b"\n"


def _topic(topic: Topic, job: ExportJob) -> dict[str, Any]:
    job.written.extend(item.id for item in topic.items)
    questions = [
        _with_key(item) if job.with_keys else _seen(item.present(job.seed)) for item in topic.items
    ]
    record: dict[str, Any] = {"topic": topic.name, "title": topic.title}
    if job.with_keys:
        record["concepts"] = topic.concepts
    return {**record, "questions": questions}


def _with_key(item: Item) -> dict[str, Any]:
    record: dict[str, Any] = msgspec.to_builtins(item)
    return record


def _seen(presentation: Presentation) -> dict[str, Any]:
    record: dict[str, Any] = msgspec.to_builtins(presentation)
    return record
