"""The claims by name: pure functions that run what a question says.

A claim takes a seed and returns the truth of the question's statements in that run:

- for `choice` and `choices` a mapping from the id of each option to whether it is true,
- for `true_false` and `text` a bool,
- for `numeric` a number, or a mapping with the number as `answer` and, by misconception, what
  takers compute who have it: a number, or several,
- for `short` the same with texts.

Its parameters that are given by name are the numbers of the question, with their usual values. Its
docstring says in words what is run; a line `id: ...` below says what is true if that option is.
"""

import inspect
import re
from collections.abc import Callable, Iterable, Mapping
from types import ModuleType
from typing import Any, TypeVar

Truths = Mapping[str, Any] | bool | float | int
Claim = Callable[..., Truths]
Printed = Callable[..., Mapping[str, Any]]
AnyClaim = TypeVar("AnyClaim", bound=Callable[..., Truths])

_MARK = "_grader_is_claim"
_PRINTS = "_grader_claim_prints"
_OPTION = re.compile(r"([a-z0-9]+(?:-[a-z0-9]+)*): (.+)")


def claim(function: AnyClaim) -> AnyClaim:
    """Mark a claim, which a question names by the name of the function."""
    setattr(function, _MARK, True)
    return function


def prints(printed: Printed) -> Callable[[AnyClaim], AnyClaim]:
    """Give a claim the figures that its stem prints, by name, as they are computed.

    Args:
        printed: takes the parameters of the claim.
    """

    def given(function: AnyClaim) -> AnyClaim:
        setattr(function, _PRINTS, printed)
        return function

    return given


def printed_by(claim: Claim) -> Printed:
    """What computes the figures of a claim; nothing is printed without."""
    found: Printed = getattr(claim, _PRINTS, lambda **_: {})
    return found


def parameters(claim: Claim) -> dict[str, Any]:
    """The numbers that a claim is usually run with, by name."""
    given = inspect.signature(claim).parameters.values()
    return {each.name: each.default for each in given if each.kind is each.KEYWORD_ONLY}


def said_of_all(claim: Claim) -> str:
    """What is run, in words."""
    lines = (inspect.getdoc(claim) or "").splitlines()
    options = [number for number, line in enumerate(lines) if _OPTION.fullmatch(line)]
    return " ".join(" ".join(lines[: options[0] if options else None]).split())


def said_of(claim: Claim) -> dict[str, str]:
    """What is true of the run if an option is, by its id."""
    said: dict[str, str] = {}
    name = ""
    for line in (inspect.getdoc(claim) or "").splitlines():
        if found := _OPTION.fullmatch(line):
            name, said[found[1]] = found[1], found[2]
        elif name:
            said[name] = f"{said[name]} {line.strip()}".strip()
    return said


def marked(modules: Iterable[ModuleType]) -> dict[str, Claim]:
    """The claims that these modules define, by name.

    Raises:
        ValueError: two claims have one name.
    """
    found: dict[str, Claim] = {}
    for module in modules:
        for value in vars(module).values():
            if not hasattr(value, _MARK) or value.__module__ != module.__name__:
                continue
            name = value.__name__
            if name in found:
                raise ValueError(
                    f"{name}: two claims have this name, one in {found[name].__module__}"
                    f" and one in {module.__name__}"
                )
            found[name] = value
    return found
