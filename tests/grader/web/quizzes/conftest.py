"""A course with a question of every kind, and a student who takes its quizzes by plain forms."""

import re
from dataclasses import dataclass
from typing import Any

import pytest
import yaml
from lxml import html

from grader.quiz.items import kinds

KINDS = tuple(kinds())
TOPIC = {"topic": "all", "title": "Every kind", "questions": []}
QUIZ = {"title": "Week 3", "id": "week-3", "questions": ["all"], "shuffle": False}


def example(kind):
    """The YAML of a question of this kind, in the topic `all`."""
    return {**yaml.safe_load(kinds()[kind].example), "id": f"all.{kind}"}


def write_bank(folder, questions, **topic):
    """The course's own questions."""
    (folder / "questions").mkdir(exist_ok=True)
    text = yaml.safe_dump({**TOPIC, "questions": questions, **topic}, sort_keys=False)
    (folder / "questions" / "all.yaml").write_text(text)
    ids = sorted(set(re.findall(r"misconception: ([\w.]+)", text)))
    ids += [name for one in questions for name in one.get("misconceptions", ())]
    sentences = {"misconceptions": {name: f"The idea {name}." for name in ids}}
    (folder / "questions" / "misconceptions.yaml").write_text(yaml.safe_dump(sentences))


def write_quiz(folder, name="week-3.yaml", **changes):
    (folder / "quizzes").mkdir(exist_ok=True)
    text = yaml.safe_dump({**QUIZ, "feedback": "end", **changes}, sort_keys=False)
    (folder / "quizzes" / name).write_text(text)


@pytest.fixture
def quizzes(course_folder):
    """Writes quizzes into the course; there is one of every kind of question from the start."""
    write_bank(course_folder, [example(kind) for kind in KINDS])
    write_quiz(course_folder)

    def written(name="week-3.yaml", **changes):
        write_quiz(course_folder, name, **changes)

    return written


@dataclass
class Page:
    """An answer of the site, and what stands in it."""

    answer: Any

    @property
    def status(self):
        return self.answer.status_code

    @property
    def text(self):
        return self.answer.text

    @property
    def tree(self):
        return html.fromstring(self.text)

    @property
    def says(self):
        """The text that people read, without what is hidden from all."""
        tree = self.tree
        for gone in tree.xpath("//script|//style"):
            gone.drop_tree()
        return " ".join(tree.text_content().split())

    def form(self):
        """The fields of the question's form as a browser would send them without a press."""
        found = []
        for field in self.tree.xpath("//form[@id='question']//*[@name and not(self::button)]"):
            kind = field.get("type", "text")
            if field.xpath("ancestor::fieldset[@disabled]"):
                continue
            if field.tag == "select":
                chosen = field.xpath("option[@selected]") or field.xpath("option[1]")
                found.append((field.get("name"), chosen[0].get("value")))
            elif field.tag == "textarea":
                found.append((field.get("name"), (field.text or "").removeprefix("\n")))
            elif kind not in ("radio", "checkbox") or field.get("checked") is not None:
                found.append((field.get("name"), field.get("value", "on")))
        return found


class Taker:
    """A student with a browser that runs no script."""

    def __init__(self, client, base="/quizzes/week-3/"):
        self.client, self.base = client, base
        self.traffic = []

    def get(self, path):
        answer = self.client.get(path)
        return self._seen(answer)

    def post(self, path, fields=(), **headers):
        body = "&".join(f"{quoted(name)}={quoted(value)}" for name, value in fields)
        kind = {"Content-Type": "application/x-www-form-urlencoded", **headers}
        return self._seen(self.client.post(path, content=body, headers=kind))

    def begin(self):
        number = re.search(r'name="number" value="(\d+)"', self.get(self.base).text)
        answer = self.post(f"{self.base}begin", [("number", number[1])])
        assert answer.status == 303
        return answer.answer.headers["location"]

    def question(self, place, attempt=1):
        return f"{self.base}attempts/{attempt}/questions/{place}"

    def answer(self, place, changes=(), *, go="next", attempt=1, drop=(), **headers):
        """Open a question, fill in its form, press a button."""
        path = self.question(place, attempt)
        fields = [one for one in self.get(path).form() if one[0] not in {n for n, _ in changes}]
        fields = [one for one in fields if one[0] not in drop] + list(changes)
        return self.post(path, [*fields, ("go", go)], **headers)

    def hand_in(self, attempt=1):
        return self.post(f"{self.base}attempts/{attempt}/hand-in")

    def _seen(self, answer):
        self.traffic.append(answer)
        return Page(answer)


def quoted(text):
    from urllib.parse import quote_plus

    return quote_plus(str(text))


@pytest.fixture
def taker(quizzes, browser):
    return Taker(browser("ada"))


@pytest.fixture
def stored(site):
    """The answers that the store has of an attempt, the last of each question."""

    def found(student="ada", number=1):
        store = site.store.quizzes
        [attempt] = [one for one in store.attempts(student=student) if one.number == number]
        return {a.item.removeprefix("all."): a.response for a in store.answers(attempt.id)}

    return found
