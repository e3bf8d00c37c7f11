"""The questions that words name for a file of another system: topics, questions, a quiz's file."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from grader.quiz.attempt.quiz import Quiz
from grader.quiz.attempt.quiz_file import is_quiz_file, load_quiz
from grader.quiz.bank.selection import is_question_id, selection
from grader.quiz.bank.topics import Topic, load, load_topic, topic_paths
from grader.quiz.marking.sheets import topic_of


def exported_questions(folder: Path, words: Iterable[str]) -> tuple[Topic, ...]:
    """Topics to write: all of a folder without words.

    Ids of questions make a topic for each that they are of; the file of a quiz makes one of its
    fixed questions and one of each pool, from which the other system may draw.

    Raises:
        CourseError: there is no such topic or question, or a file is wrong.
    """
    named = tuple(dict.fromkeys(words))
    if not named:
        return load(folder).topics
    topics = {path.stem for path in topic_paths(folder)}
    ids = [word for word in named if word not in topics and is_question_id(word)]
    found: list[Topic] = []
    for word in named:
        if word in topics or not (is_quiz_file(word) or word in ids):
            found.append(load_topic(folder, word))
        elif is_quiz_file(word):
            found += _of_quiz(load_quiz(Path(word), load(folder)))
    return (*found, *_of_ids(folder, ids))


def _of_ids(folder: Path, ids: list[str]) -> Iterator[Topic]:
    bank = load(folder).topics if ids else ()
    for name in dict.fromkeys(map(topic_of, ids)):
        yield selection(bank, [one for one in ids if topic_of(one) == name], name=name)


def _of_quiz(quiz: Quiz) -> Iterator[Topic]:
    name = quiz.path.stem
    if quiz.items:
        fixed = selection(quiz.bank, [item.id for item in quiz.items], name=name)
        yield replace(fixed, title=quiz.title)
    for number, pool in enumerate(quiz.pools, start=1):
        drawn = selection(quiz.bank, [item.id for item in pool.items], name=f"{name}-pool-{number}")
        yield replace(drawn, title=f"{quiz.title}: {pool.pick} of these {len(pool.items)}")
