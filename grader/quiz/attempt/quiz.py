"""What one student is asked: the questions of a quiz, with those that a seed draws from pools."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta
from fractions import Fraction
from pathlib import Path

from grader.course_secret import stretched
from grader.quiz.attempt.rules import PRACTICE, Feedback, Rules
from grader.quiz.bank.selection import gathered
from grader.quiz.bank.topics import Topic
from grader.quiz.items.item import Item
from grader.quiz.items.shuffle import derived_seed, shuffled
from grader.settings import Course

_NO_COURSE = Course()


@dataclass(frozen=True, slots=True)
class Pool:
    """Questions of which each student gets a few."""

    pick: int
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Quiz:
    """The questions and rules of a quiz.

    `name` is the topic's name for practice. For a quiz of a course it is unique in the course: the
    `id` in its file, or the name of the file, with its ending.
    """

    name: str
    title: str
    path: Path
    items: tuple[Item, ...]
    pools: tuple[Pool, ...] = ()
    rules: Rules = PRACTICE
    bank: tuple[Topic, ...] = ()  # all topics from which questions may have been drawn
    practice: Topic | None = None
    course: Course = _NO_COURSE  # whose secret seeds the draw
    has_id: bool = False

    @property
    def is_named(self) -> bool:
        """Whether its identity was given by somebody, and does not follow from its file alone."""
        return self.has_id or self.course.key != ""

    @property
    def label(self) -> str:
        """The name for people, with the course if there is one."""
        return f"{self.course.key}: {self.name}" if self.course.key else self.name

    def rules_for(self, student: str) -> Rules:
        """The rules for one student: who has extra time in the course has it here, too."""
        given = {one.student for one in self.course.extra_time}
        if self.practice is not None or not given:
            return self.rules
        each = {name: self._stretched(name) for name in {*given, student}}
        ends = [rules.closes for rules in each.values() if rules.closes is not None]
        return replace(each[student], closes_for_all=max(ends, default=None))

    def _stretched(self, student: str) -> Rules:
        own = [one for one in self.course.extra_time if one.student == student]
        return self.rules.stretched(
            percent=max((Fraction(str(one.percent or 0)) for one in own), default=Fraction(0)),
            more=timedelta(hours=max((one.hours or 0 for one in own), default=0)),
        )

    def draw(self, seed: int) -> tuple[str, ...]:
        """The ids of the questions that the seed gives: all fixed ones, and those drawn."""
        ids = [item.id for item in self.items]
        for number, pool in enumerate(self.pools, start=1):
            names = [item.id for item in pool.items]
            drawn = set(shuffled(names, seed=seed, salt=f"pool {number}")[: pool.pick])
            ids += [name for name in names if name in drawn]
        return tuple(ids)

    def paper(self, ids: Iterable[str]) -> Topic:
        """The drawn questions as a topic; a question that is no longer there is left out.

        One that only the quiz has dropped since stays for those who were asked it.
        """
        if self.practice is not None:
            return self.practice
        return gathered(self.bank, ids, name=self.label, title=self.title, path=self.path)

    def seed(self, *, student: str, number: int) -> int:
        """The seed of a student's attempt: the same on every machine of the course."""
        return derived_seed(stretched(self.course.secret), self.name, student, number)


def practice(topic: Topic, feedback: Feedback = Feedback.NOW) -> Quiz:
    """A topic as a quiz without limits."""
    return Quiz(
        name=topic.name,
        title=topic.title,
        path=topic.path,
        items=topic.items,
        rules=Rules(feedback=feedback),
        practice=topic,
    )
