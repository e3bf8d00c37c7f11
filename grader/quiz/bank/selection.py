"""Single questions of a bank, as a topic of their own."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

import msgspec

from grader.errors import CourseError, did_you_mean
from grader.quiz.bank.topics import Topic, concepts_of
from grader.text import counted

_LONGEST_NAME = 200  # as stores keep it


def is_question_id(word: str) -> bool:
    """Whether a word is made as the id of a question is: a topic, a dot and a name."""
    topic, dot, name = word.partition(".")
    return bool(topic and dot and name) and not word.endswith((".yaml", ".yml"))


def selection(topics: Iterable[Topic], ids: Iterable[str], *, name: str = "") -> Topic:
    """The questions with these ids, each once, in this order.

    Args:
        name: of the topic that they make; by default their ids.

    Raises:
        CourseError: there is no such question, or there are too many for one name.
    """
    names = tuple(dict.fromkeys(ids))
    homes = {item.id: topic for topic in topics for item in topic.items}
    for one in names:
        if one not in homes:
            raise CourseError(f"there is no question {one!r}", fix=did_you_mean(one, homes))
    title, name = counted(len(names), "question"), name or " ".join(names)
    if len(name) > _LONGEST_NAME:
        raise CourseError(
            f"these are {title} with {len(name)} characters in their ids",
            fix="Take fewer at once, or write a quiz file with `questions`.",
        )
    titles = ", ".join(dict.fromkeys(homes[one].title for one in names))
    path = homes[names[0]].path
    return gathered(homes.values(), names, name=name, title=f"{title} from: {titles}", path=path)


def gathered(
    topics: Iterable[Topic], ids: Iterable[str], *, name: str, title: str, path: Path
) -> Topic:
    """A topic of the questions with these ids; one that is not there is left out."""
    homes = {item.id: (topic, item) for topic in topics for item in topic.items}
    found = [homes[one] for one in ids if one in homes]
    items = tuple(item for _, item in found)
    return Topic(
        name=name,
        title=title,
        concepts=concepts_of(items),
        items=items,
        path=path,
        digest=hashlib.sha256(msgspec.json.encode([title, items])).hexdigest(),
        digests={item.id: topic.digests[item.id] for topic, item in found},
        stems={item.id: topic.stems[item.id] for topic, item in found if item.id in topic.stems},
    )
