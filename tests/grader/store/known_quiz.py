"""A quiz that a store knows, for tests of attempts at it."""

from grader.store.quiz_rows import QuizFacts


def known_quiz(store, name="sample", *, course="", is_same=True, **facts):
    given = {"is_practice": False, "title": name, "path": f"/{name}", "digest": "", "questions": {}}
    made = QuizFacts(name=name, course=course, **given | facts)
    return store.enter_quiz(made, is_same=lambda _: is_same)
