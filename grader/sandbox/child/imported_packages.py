"""Which packages a submission imports that are neither Python's own nor its own; are they here?"""

import contextlib
import importlib.util
import opcode
import sys
from collections.abc import Collection, Iterable, Iterator
from types import CodeType

_IMPORT, _EXTENDED = opcode.opmap["IMPORT_NAME"], opcode.opmap["EXTENDED_ARG"]
_ALWAYS = ("numpy", "torch", "grader")
_MOST = 40


def imported_modules(code: CodeType) -> Iterator[str]:
    """The names of all modules that code imports, also inside its functions.

    What is imported relatively, as in `from .inputs import embed`, is the submission's own and left
    out. They are read off the compiled code, which is there already; a syntax tree would take 3 ms.
    """
    extended = 0
    level, names = (0, 0), (0, 0)  # what was loaded before an import: its level, and its names
    for operation, low in zip(code.co_code[::2], code.co_code[1::2], strict=True):
        argument = extended << 8 | low
        extended = argument if operation == _EXTENDED else 0
        if operation == _IMPORT and not _number(code, *level):
            yield code.co_names[argument]
        if operation != _EXTENDED:
            level, names = names, (operation, argument)
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from imported_modules(constant)


def _number(code: CodeType, operation: int, argument: int) -> int:
    """The number that an instruction loads: newer Pythons have one for small numbers."""
    if operation == opcode.opmap["LOAD_CONST"]:
        value = code.co_consts[argument]
        return value if isinstance(value, int) else 0
    return argument if operation == opcode.opmap.get("LOAD_SMALL_INT") else 0


def foreign_packages(
    codes: Iterable[CodeType], *, own: Collection[str], stood_in: Collection[str]
) -> list[tuple[str, bool]]:
    """The packages by name, each with whether it is installed here.

    Args:
        own: the names of the submission's own modules.
        stood_in: packages in whose place something harmless stands where they are missing.
    """
    tops = {name.partition(".")[0] for code in codes for name in imported_modules(code)}
    tops -= {*own, *_ALWAYS, *sys.stdlib_module_names, ""}
    found = [(name, _is_here(name)) for name in sorted(tops)]
    return [(name, here) for name, here in found if here or name not in stood_in][:_MOST]


def _is_here(name: str) -> bool:
    with contextlib.suppress(Exception):  # a finder or a module of the student's may do anything
        return importlib.util.find_spec(name) is not None
    return False
