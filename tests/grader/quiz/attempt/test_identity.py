"""Which changes make another quiz of a quiz."""

from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from grader.quiz.attempt.identity import digest_of, fits, is_same_quiz, path_of, questions_of
from grader.quiz.attempt.quiz import Pool, Quiz, practice
from grader.quiz.attempt.rules import Rules
from grader.quiz.bank.topics import load_topic
from grader.settings import Course

TOPIC = load_topic(Path(__file__).parents[1] / "sample_bank", "sample")
ITEMS = {item.id.removeprefix("sample."): item for item in TOPIC.items}
SHAPE, LOSS, WHY, GREEDY = (ITEMS[name] for name in ("shape", "loss", "why", "greedy"))
EDITED = replace(TOPIC, digests={name: f"edited {name}" for name in TOPIC.digests})
WEEK = Quiz(
    name="week-3.yaml",
    title="Week 3",
    path=Path("/a/week-3.yaml"),
    items=(SHAPE, LOSS),
    pools=(Pool(1, (WHY, GREEDY)),),
    bank=(TOPIC,),
)
PRACTICE = practice(TOPIC)
ELSEWHERE = Path("/b/week-3.yaml")
HERE = WEEK.path


@dataclass(frozen=True)
class Stored:
    title: str
    path: str
    digest: str
    questions: dict


def stored(quiz):
    return Stored(quiz.title, path_of(quiz), digest_of(quiz), questions_of(quiz))


@pytest.mark.parametrize(
    ("is_same", "change"),
    [
        (True, {}),
        (True, {"path": ELSEWHERE}),  # a copy
        (True, {"rules": Rules(attempts=1), "path": ELSEWHERE}),
        (True, {"title": "Other"}),
        (True, {"items": (SHAPE,), "pools": ()}),
        (True, {"items": (GREEDY,), "pools": ()}),
        (True, {"bank": (EDITED,)}),
        (True, {"items": (ITEMS["flow"],), "pools": ()}),  # all others, and the title stays
        (False, {"items": (ITEMS["flow"],), "pools": (), "title": "Other"}),
        (False, {"title": "Other", "path": ELSEWHERE}),
        (False, {"items": (SHAPE,), "path": ELSEWHERE}),
        (False, {"bank": (EDITED,), "path": ELSEWHERE}),
    ],
)
def test_without_an_id_a_quiz_is_its_file_or_its_copy(is_same, change):
    assert is_same_quiz(replace(WEEK, **change), stored(WEEK)) is is_same


@pytest.mark.parametrize("given", [{"has_id": True}, {"course": Course(name="A")}])
@pytest.mark.parametrize(
    ("is_same", "change"),
    [
        (True, {"title": "Other"}),
        (True, {"items": (SHAPE,), "pools": ()}),
        (True, {"bank": (EDITED,)}),  # each question was edited, and the title stays
        (False, {"bank": (EDITED,), "title": "Other"}),
        (False, {"items": (ITEMS["flow"],), "pools": ()}),
    ],
)
def test_with_an_id_it_may_lie_elsewhere(is_same, change, given):
    moved = replace(WEEK, path=ELSEWHERE, **change, **given)
    assert is_same_quiz(moved, stored(WEEK)) is is_same


def test_a_topic_is_the_same_wherever_it_lies_if_a_question_has_stayed():
    moved = replace(PRACTICE, path=ELSEWHERE)
    edited = replace(moved, practice=EDITED)
    one_stayed = replace(EDITED, digests={**EDITED.digests, SHAPE.id: TOPIC.digests[SHAPE.id]})
    assert is_same_quiz(moved, stored(PRACTICE))
    assert is_same_quiz(replace(moved, practice=one_stayed), stored(PRACTICE))
    assert not is_same_quiz(edited, stored(PRACTICE))
    assert is_same_quiz(replace(edited, path=PRACTICE.path), stored(PRACTICE))


def test_the_path_is_that_of_the_file_however_it_was_named(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "week-3.yaml"
    path.touch()
    (tmp_path / "link.yaml").symlink_to(path)
    named = [Path("week-3.yaml"), path, tmp_path / "link.yaml"]
    assert {path_of(replace(WEEK, path=name)) for name in named} == {str(path.resolve())}


def test_an_attempt_of_which_only_the_questions_are_known_fits_or_not():
    ids = [SHAPE.id, LOSS.id, WHY.id]
    digest = WEEK.paper(ids).digest
    assert fits(WEEK, digest="", items=ids)
    assert fits(WEEK, digest="", items=[SHAPE.id, LOSS.id, "gone.one"])
    assert not fits(WEEK, digest="", items=[SHAPE.id, "gone.one"])
    assert not fits(WEEK, digest="", items=["gone.one"])
    assert fits(replace(WEEK, items=(), pools=()), digest=digest, items=ids)
    assert fits(WEEK, digest="", items=())
