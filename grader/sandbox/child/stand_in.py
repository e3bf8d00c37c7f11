"""Inner stages that the grader answers while an outer one is checked.

A mistake in `softmax` would otherwise be paid again in every stage that calls it. While the
outer function runs, each of the student's modules sees a stand-in under the inner name.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

from grader.sandbox.child.agreed_arguments import agreed_arguments
from grader.sandbox.child.student_modules import StudentModules

OWN = object()  # the answer that says: use the student's own function

AskGrader = Callable[[str, list[Any]], Any]


def stand_ins(
    submission: StudentModules, inner: Mapping[str, Sequence[str]], ask: AskGrader
) -> AbstractContextManager[None]:
    """Replace the named functions in all of the student's modules, and put them back."""
    replacements = [
        (own, _stand_in(own, name, parameters, ask))
        for name, parameters in inner.items()
        if (own := submission.function(name)) is not None
    ]
    return put_in_place(submission, replacements) if replacements else nullcontext()


@contextmanager
def put_in_place(
    submission: StudentModules, pairs: Iterable[tuple[Callable[..., Any], Callable[..., Any]]]
) -> Iterator[None]:
    """Have all of the student's modules see the second of each pair for the first."""
    replaced: list[tuple[dict[str, Any], str, Any]] = []
    for own, replacement in pairs:
        for module in submission.modules():
            for key, value in list(vars(module).items()):
                if value is own:
                    replaced.append((vars(module), key, own))
                    vars(module)[key] = replacement
    try:
        yield
    finally:
        for variables, key, own in replaced:
            variables[key] = own


def _stand_in(
    own: Callable[..., Any], name: str, parameters: Sequence[str], ask: AskGrader
) -> Callable[..., Any]:
    def stand_in(*args: Any, **kwargs: Any) -> Any:
        found = agreed_arguments(own, parameters, args=args, kwargs=kwargs)
        answer = OWN if found is None else ask(name, found)
        return own(*args, **kwargs) if answer is OWN else answer

    return stand_in
