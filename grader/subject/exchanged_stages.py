"""The functions of a subject with other functions in the place of inner stages.

They are copies. The functions of the subject stay as they are, whoever calls them meanwhile: what
they compute is remembered from one submission to the next.
"""

import sys
from collections.abc import Callable, Mapping, Sequence
from types import FunctionType
from typing import Any

AnyFunction = Callable[..., Any]


class ExchangedStages:
    """Copies of the functions of some packages, which call each other and no original.

    Args:
        packages: where a subject is written.
        stages: its right functions by stage, as the package's modules know them.
    """

    def __init__(self, packages: Sequence[str], stages: Mapping[str, AnyFunction]) -> None:
        self._stages = {id(function): name for name, function in stages.items()}
        self._namespaces = {
            name: dict(vars(module))
            for name, module in list(sys.modules.items())
            if module is not None and any(f"{name}.".startswith(f"{p}.") for p in packages)
        }
        self._copies: dict[int, AnyFunction] = {}
        self._instead: Mapping[str, AnyFunction] = {}
        for namespace in self._namespaces.values():
            for key, value in namespace.items():
                namespace[key] = self._as_called(value)

    def call(
        self, function: AnyFunction, arguments: list[Any], instead: Mapping[str, AnyFunction]
    ) -> Any:
        """Call a function of the packages, with other functions for stages that it calls.

        Args:
            instead: by the name of the stage; they take what the stage takes.
        """
        before, self._instead = self._instead, instead
        try:
            return self._copy(function)(*arguments)
        finally:
            self._instead = before

    def _as_called(self, value: Any) -> Any:
        """What a name in a module stands for: a stage is looked up when it is called."""
        if not self._is_own(value):
            return value
        copy = self._copy(value)
        stage = self._stages.get(id(value))
        if stage is None:
            return copy
        return lambda *args, **kwargs: self._instead.get(stage, copy)(*args, **kwargs)

    def _is_own(self, value: Any) -> bool:
        return isinstance(value, FunctionType) and value.__module__ in self._namespaces

    def _copy(self, function: AnyFunction) -> AnyFunction:
        if not isinstance(function, FunctionType) or not self._is_own(function):
            return function
        if id(function) not in self._copies:
            copy = FunctionType(
                function.__code__,
                self._namespaces[function.__module__],
                function.__name__,
                function.__defaults__,
                function.__closure__,
            )
            copy.__kwdefaults__ = function.__kwdefaults__
            self._copies[id(function)] = copy
        return self._copies[id(function)]
