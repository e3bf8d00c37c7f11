"""A question to begin with: the example of its kind, in a file of questions, new or there."""

from pathlib import Path
from textwrap import dedent, indent

from grader.errors import CourseError, did_you_mean
from grader.quiz.bank.topics import read_topic
from grader.quiz.items import kinds

_HEAD = """\
topic: {topic}
title: {title}
questions:
"""


def new_question(kind: str, path: Path) -> tuple[str, str]:
    """The id of the new question, and the text that the file then has.

    Raises:
        CourseError: there is no such kind, or the file cannot be gone on with.
    """
    if kind not in kinds():
        raise CourseError(f"there is no kind {kind!r}", fix=did_you_mean(kind, kinds()))
    topic = path.stem
    taken, before = set(), _HEAD.format(topic=topic, title=topic.replace("-", " ").capitalize())
    if path.exists():
        taken = {item.id for item in read_topic(path, with_evidence=False).topic.items}
        before = path.read_text(encoding="utf-8").rstrip() + "\n\n"
    id_ = _free(f"{topic}.{kind.replace('_', '-')}", taken)
    lines = dedent(kinds()[kind].example).strip().splitlines()
    lines[0] = f"- id: {id_}"
    lines[1:] = indent("\n".join(lines[1:]), "  ").splitlines()
    return id_, before + indent("\n".join(lines), "  ") + "\n"


def _free(id_: str, taken: set[str]) -> str:
    number, free = 1, id_
    while free in taken:
        number += 1
        free = f"{id_}-{number}"
    return free
