"""Ready-made functions that an assignment forbids: found by their names, and watched.

They are watched at the thing itself and not at its name, in this process only and before the
submission is read. So it does not matter by which name or from where the student's code has them.
"""

import contextlib
import functools
import importlib.abc
import importlib.machinery
import inspect
import sys
from collections.abc import Callable, Iterator, Sequence
from types import BuiltinFunctionType, ModuleType
from typing import Any

from grader.sandbox.child.observer import Observer

_IMMUTABLE_TYPE = 1 << 8  # flag of a class whose attributes cannot be set
_CREATED_ON_HEAP = 1 << 9


class Watch(importlib.abc.MetaPathFinder):
    """Watches names; those whose package is not there yet, as soon as it has been imported."""

    def __init__(self, names: Sequence[str], observer: Observer) -> None:
        self._observer = observer
        self._missing = dict(enumerate(names))
        self._kernels: Any = None
        self._operations: set[str] = set()
        self._done: set[int] = set()

    def install(self) -> None:
        """Watch what is there, and wait for the rest."""
        self._try()
        if self._missing:
            sys.meta_path.insert(0, self)

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        """The module as others find it, with a look at it after its import."""
        if not any(_belongs(name, missing) for missing in self._missing.values()):
            return None
        others = [finder for finder in sys.meta_path if finder is not self]
        specs = (f.find_spec(name, path, target) for f in others if hasattr(f, "find_spec"))
        spec = next((spec for spec in specs if spec is not None), None)
        if spec is not None and spec.loader is not None:
            self._look_after(spec.loader)
        return spec

    def _look_after(self, loader: Any) -> None:
        run = loader.exec_module

        def exec_module(module: ModuleType) -> None:
            run(module)
            self._try(just_imported=module)

        with contextlib.suppress(AttributeError):  # a loader that takes no attributes
            loader.exec_module = exec_module

    def _try(self, just_imported: ModuleType | None = None) -> None:
        for number, name in list(self._missing.items()):
            top = sys.modules.get(name.partition(".")[0])
            if top is None or (top is not just_imported and _is_being_imported(top)):
                continue
            # Whatever a library does when it is looked at must not become the student's error.
            with contextlib.suppress(Exception):
                self._try_one(number, name, None if just_imported is top else just_imported)

    def _try_one(self, number: int, name: str, just_imported: ModuleType | None) -> None:
        found = locate(name)
        if found is None:
            return
        if not isinstance(found[2], ModuleType):
            self._watch(number, *found)
            del self._missing[number]
        elif just_imported is None:
            self._watch_package(number, name)
        elif _is_inside(just_imported.__name__, name):
            self._watch_members(number, just_imported, name)

    def _watch(self, number: int, owner: Any, attribute: str, value: Any) -> None:
        if id(value) in self._done:
            return
        if isinstance(value, type):
            self._watch_class(number, value)
        elif not self._watch_kernels(number, value):
            watched = self._observer.seen(number, value)
            self._done |= {id(value), id(watched)}
            for place in _places(owner, attribute, value):
                with contextlib.suppress(TypeError, AttributeError):
                    setattr(place, attribute, watched)

    def _watch_class(self, number: int, class_: type) -> None:
        """A network layer is used when it computes, anything else when it is made."""
        self._done.add(id(class_))
        method = "forward" if hasattr(class_, "forward") else "__init__"
        original = getattr(class_, method)
        if original is object.__init__:  # it refuses the arguments that `__new__` takes

            def original(*_: Any, **__: Any) -> None:
                return None

        with contextlib.suppress(TypeError):
            setattr(class_, method, self._observer.seen(number, original))

    def _watch_package(self, number: int, package: str) -> None:
        """The package as far as it is there; modules of it may still be imported later."""
        for name, module in list(sys.modules.items()):
            if _is_inside(name, package):
                self._watch_members(number, module, package)

    def _watch_members(self, number: int, module: ModuleType, package: str) -> None:
        """Everything public in a module that its package defines."""
        for attribute, value in list(vars(module).items()):
            if not attribute.startswith("_") and _is_of(value, package):
                self._watch(number, module, attribute, value)

    def _watch_kernels(self, number: int, value: Any) -> bool:
        """Watch below Python what torch composes of other operations; False if it is not such.

        There it is seen whichever way it is called: as a method, by `torch.ops`, from a script.
        """
        torch = sys.modules.get("torch")
        if torch is None or not isinstance(value, BuiltinFunctionType):
            return False
        operations = _composed(torch, value.__name__)
        if operations:
            self._done.add(id(value))
            self._kernels = self._kernels or _kernels(torch)
        for operation in [name for name in operations if name not in self._operations]:
            self._operations.add(operation)
            watched = self._observer.seen(number, _original(torch, operation))
            for place in ("CPU", "AutogradCPU"):  # without and with gradients
                self._kernels.impl(operation, watched, place)
        return bool(operations)


def locate(name: str) -> tuple[Any, str, Any] | None:
    """What a dotted name stands for, and its owner; only in modules that are imported already."""
    parts = name.split(".")
    for n in range(len(parts), 0, -1):
        owner: Any = sys.modules.get(".".join(parts[:n]))
        if owner is None:
            continue
        if n == len(parts):
            return None, "", owner
        for part in parts[n:-1]:
            owner = getattr(owner, part, None)
        value = getattr(owner, parts[-1], None)
        return None if value is None else (owner, parts[-1], value)
    return None


def is_watchable(owner: Any, value: Any) -> bool:
    """Whether its calls can be seen: neither it nor its owner is built into a compiled library."""
    if isinstance(value, ModuleType):
        return True
    if isinstance(value, type):
        return _takes_attributes(value)
    is_function = inspect.isroutine(value) or hasattr(value, "__wrapped__")
    return is_function and (not isinstance(owner, type) or _takes_attributes(owner))


def _takes_attributes(class_: type) -> bool:
    return bool(class_.__flags__ & _CREATED_ON_HEAP) and not class_.__flags__ & _IMMUTABLE_TYPE


def _belongs(module: str, name: str) -> bool:
    """Whether a name may be there once a module is: its package, its own module, or a part."""
    return _is_inside(name, module) or _is_inside(module, name)


def _is_inside(name: str, package: str) -> bool:
    return f"{name}.".startswith(f"{package}.")


def _is_being_imported(module: ModuleType) -> bool:
    return bool(getattr(getattr(module, "__spec__", None), "_initializing", False))


def _is_of(value: Any, package: str) -> bool:
    home = getattr(value, "__module__", None) or ""
    return is_watchable(None, value) and _is_inside(home, package)


def _places(owner: Any, attribute: str, value: Any) -> Iterator[Any]:
    """Where the same function lies: its owner and its home."""
    yield owner
    home = getattr(value, "__self__", None)
    for other in (home, sys.modules.get(getattr(value, "__module__", None) or "")):
        is_another = isinstance(other, ModuleType) and other is not owner
        if is_another and vars(other).get(attribute) is value:
            yield other


@functools.cache
def _kernels(torch: Any) -> Any:
    """Where kernels can be added to torch's own operations; nothing is added yet."""
    return torch.library.Library("aten", "IMPL")


def warm_up(torch: Any) -> None:
    """Looked up once, in the warm process: after a fork each page that is touched costs 3 us."""
    _kernels(torch)
    _composed(torch, "scaled_dot_product_attention")


@functools.cache
def _composed(torch: Any, name: str) -> list[str]:
    """The operations behind a function that torch composes of others, by their names."""
    try:
        _, overloads = torch._C._jit_get_operation(f"aten::{name}")
    except (AttributeError, RuntimeError):  # none of torch's, or a torch without these
        return []
    names = [f"{name}.{overload}" if overload else name for overload in overloads or ()]
    has_kernel = torch._C._dispatch_has_kernel_for_dispatch_key
    return [n for n in names if has_kernel(f"aten::{n}", "CompositeImplicitAutograd")]


def _original(torch: Any, name: str) -> Callable[..., Any]:
    """The operation as torch composes it. It is looked up when it is called: few submissions do."""

    def composed(*args: Any, **kwargs: Any) -> Any:
        base, _, overload = name.partition(".")
        operation = getattr(getattr(torch.ops.aten, base), overload or "default")
        key = torch._C.DispatchKey.CompositeImplicitAutograd
        return operation._op_dk(key, *args, **kwargs)

    return composed
