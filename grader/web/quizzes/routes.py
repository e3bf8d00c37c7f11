"""The addresses of quizzes and practice. All three kinds of quiz have the same pages."""

from collections.abc import Iterator

from starlette.routing import BaseRoute, Route

from grader.web.quizzes.attempts import hand_in, show_attempt
from grader.web.quizzes.overview import begin_attempt, list_of_quizzes, one_quiz
from grader.web.quizzes.practice import practice_page
from grader.web.quizzes.questions import answer_question, saved_state, show_question

_BASES = ("/quizzes/{quiz}/", "/practice/topics/{topic}/", "/practice/ideas/{idea}/")


def _of_a_quiz(base: str) -> Iterator[BaseRoute]:
    attempt = f"{base}attempts/{{number:int}}/"
    question = f"{attempt}questions/{{question:int}}"
    yield Route(base, one_quiz, methods=["GET"])
    yield Route(f"{base}begin", begin_attempt, methods=["POST"])
    yield Route(attempt, show_attempt, methods=["GET"])
    yield Route(f"{attempt}hand-in", hand_in, methods=["POST"])
    yield Route(question, show_question, methods=["GET"])
    yield Route(question, answer_question, methods=["POST"])
    yield Route(f"{question}/saved", saved_state, methods=["GET"])


routes: tuple[BaseRoute, ...] = (
    Route("/quizzes/", list_of_quizzes, methods=["GET"]),
    Route("/practice/", practice_page, methods=["GET"]),
    *(route for base in _BASES for route in _of_a_quiz(base)),
)
