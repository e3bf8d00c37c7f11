"""The fields of an answer in a form that was sent; those of buttons and pages are no part of it."""

from starlette.datastructures import FormData

from grader.quiz.items.form import ANSWER


def answer_fields(form: FormData) -> dict[str, list[str]]:
    """The values of each field, in the order of the page."""
    found: dict[str, list[str]] = {}
    for name, value in form.multi_items():
        if isinstance(value, str) and (name == ANSWER or name.startswith(f"{ANSWER}-")):
            found.setdefault(name, []).append(value)
    return found
