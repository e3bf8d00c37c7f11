"""Functions of a check, handed to a student's function as one table: each call is recorded.

They belong to the grader, as the stages of a generation do. What the student's code does with them
is so observed and not reported, in its order and with its real arguments.
"""

import inspect
from collections.abc import Callable, Mapping
from typing import Any

from grader.harness.comparison import kind_of
from grader.observed_calls import StageCall, TooLarge, is_larger
from grader.sandbox.child.wire import Remote
from grader.sandbox.contract import Refused, Stop

_MOST_ENTRIES = 1 << 14  # of the arguments of one call


class ScriptedFunctions:
    """A table of functions that a stage is handed, and what was asked of them. Since 0.5.

    `calls` has of each call its name as the student writes it, such as `stages.loss`, the list of
    arguments, and what went back: True where that is None, and None where the call was refused.

    Args:
        name: what the student's function calls the table.
        functions: by their names in it. Each gets plain values: arrays, numbers, lists. It raises
            ValueError to refuse what it gets, with what it takes as the text: `takes one number`.
        most_calls: more calls end the student's function.
    """

    def __init__(
        self, name: str, functions: Mapping[str, Callable[..., Any]], *, most_calls: int
    ) -> None:
        self._name = name
        self._functions = {f"{name}.{called}": f for called, f in functions.items()}
        self._most_calls = most_calls
        self._asked = 0
        self.calls: list[StageCall] = []

    def table(self) -> dict[str, Any]:
        """The functions by name, for the other side."""
        return {full.partition(".")[2]: Remote(full) for full in self._functions}

    def restart(self) -> None:
        """Forget what was recorded: the same call is made again."""
        self._asked = 0
        self.calls.clear()

    def answer(self, name: str, arguments: list[Any]) -> Any:
        """Record one call of the student's code and answer it.

        Raises:
            Refused: the arguments are not what the function takes; the student's code sees why.
            Stop: far more calls were made than any right code makes.
        """
        self._asked += 1
        if self._asked > self._most_calls:
            raise Stop
        function = self._functions.get(name)
        if function is None:
            # Not recorded: the name itself is the student's, and would stand in a report.
            raise Refused(f"{self._name} has no such function")
        taken = len(inspect.signature(function).parameters)
        if len(arguments) != taken:
            raise self._refuse(name, arguments, f"takes {_arguments(taken)}, not {len(arguments)}")
        if is_larger(arguments, _MOST_ENTRIES):
            raise self._refuse(name, arguments, "got far more numbers than there are")
        try:
            returned = function(*arguments)
        except ValueError as error:
            raise self._refuse(name, arguments, str(error)) from error
        self.calls.append(StageCall(name, arguments, True if returned is None else returned))
        return returned

    def _refuse(self, name: str, arguments: list[Any], problem: str) -> Refused:
        kept: Any = [TooLarge(kind_of(a)) if is_larger(a, _MOST_ENTRIES) else a for a in arguments]
        if len(kept) > len(self._functions):
            kept = TooLarge(f"{len(kept)} arguments")
        self.calls.append(StageCall(name, kept, None))
        return Refused(f"{name} {problem}")


def _arguments(number: int) -> str:
    return ("no argument", "one argument")[number] if number < 2 else f"{number} arguments"
