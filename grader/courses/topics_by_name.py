"""The topics of a folder of questions, each loaded when it is first asked for."""

from collections.abc import Collection
from pathlib import Path

from grader.quiz.bank.selection import selection
from grader.quiz.bank.topics import Topic, load_topic, topic_paths
from grader.quiz.items.item import Item
from grader.quiz.marking.sheets import topic_of


class Topics:
    """The topics of a folder. One that is wrong harms only those who need it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._names = [path.stem for path in topic_paths(folder)]
        self._loaded: dict[str, Topic] = {}

    def get(self, name: str) -> Topic | None:
        """The topic, or None if there is none of this name. Raises CourseError if it is wrong."""
        if name not in self._names:
            return None
        if name not in self._loaded:
            self._loaded[name] = load_topic(self._folder, name)
        return self._loaded[name]

    def asked(self, name: str, ids: Collection[str]) -> Topic:
        """Questions of one or more topics as one topic of this name.

        Raises:
            CourseError: a question is not there, or its topic is wrong.
        """
        topics = (self.get(topic) for topic in dict.fromkeys(map(topic_of, ids)))
        return selection(filter(None, topics), ids, name=name)

    def items(self, names: Collection[str]) -> dict[str, Item]:
        """The questions of these topics by id; a topic that is gone has none."""
        topics = (self.get(name) for name in names)
        return {item.id: item for topic in topics if topic for item in topic.items}

    @property
    def names(self) -> list[str]:
        return self._names
