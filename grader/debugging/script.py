"""A small script that makes one call of the student's code again, for a debugger.

It needs NumPy, or PyTorch, and nothing of the grader. Arrays of more than a few numbers lie in a
file beside it.
"""

import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from grader.debugging.failing_call import FailingCall
from grader.debugging.object_call import object_call
from grader.sandbox.child.wire import Remote
from grader.settings import Stage

MARK = "# Written by `grader debug`; the next `grader debug` writes it anew.\n"
_INLINE = 60  # numbers of an array that stand in the script itself


@dataclass(frozen=True, slots=True, kw_only=True)
class DebugScript:
    """A script, and the arrays that it reads from the .npz of its own name."""

    text: str
    arrays: Mapping[str, np.ndarray] = field(default_factory=dict)

    def saved(self) -> bytes:
        """The arrays as the content of an .npz file."""
        content = io.BytesIO()
        with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, array in self.arrays.items():
                one = io.BytesIO()
                np.save(one, array, allow_pickle=False)
                archive.writestr(f"{name}.npy", one.getvalue())
        return content.getvalue()


def debug_script(call: FailingCall, stage: Stage, *, file: str, with_torch: bool) -> DebugScript:
    """The script for a call.

    Args:
        file: the name of the submission's main file, which lies beside the script.
        with_torch: whether the submission takes tensors.
    """
    written = _Literals()
    parameters = _parameters(stage, len(call.seen.arguments))
    lines = [
        f"{name} = {written.of(value)}"
        for name, value in zip(parameters, call.seen.arguments, strict=True)
    ]
    if call.seen.calls:
        answers = [(one.stage, one.returned) for one in call.seen.calls]
        lines.insert(0, f"ANSWERS = {written.of(answers)}  # of the grader's stages, in order")
    expected = written.of(call.expected) if call.has_expected else "None"
    parts = [
        _ARRAY_OF_TORCH if with_torch else _ARRAY_OF_NUMPY,
        _STAGES if call.seen.calls else "",
        _SAVED if written.saved else "",
        "\n".join(lines),
        f"expected = {expected}\n" if call.has_expected else "",
        _call(call, stage.name, parameters),
    ]
    body = "\n".join(part for part in parts if part)
    called = call.seen.makes or stage.name
    head = [MARK, _docstring(call, stage), _imports(file, called, body, with_torch=with_torch)]
    return DebugScript(text="\n".join([*head, body]), arrays=written.saved)


class _Literals:
    """Values as Python source; large arrays are put aside."""

    def __init__(self) -> None:
        self.saved: dict[str, np.ndarray] = {}

    def of(self, value: Any) -> str:
        match value:
            case np.ndarray():
                return self._array(value)
            case np.generic():
                return repr(value.item())
            case Remote():
                return f"stage({value.name!r})"
            case dict() if any(isinstance(one, Remote) for one in value.values()):
                inside = ", ".join(f"{key}={self.of(one)}" for key, one in value.items())
                return f"SimpleNamespace({inside})"
            case dict():
                inside = ", ".join(f"{key!r}: {self.of(one)}" for key, one in value.items())
                return f"{{{inside}}}"
            case list():
                return f"[{', '.join(map(self.of, value))}]"
            case tuple():
                return f"({', '.join(map(self.of, value))}{',' * (len(value) == 1)})"
            case _:
                return repr(value)

    def _array(self, array: np.ndarray) -> str:
        if array.size > _INLINE or not array.size:
            name = f"array_{len(self.saved)}"
            self.saved[name] = array
            return f"array(SAVED[{name!r}], {array.dtype.name!r})"
        numbers = np.array2string(
            array, separator=", ", threshold=array.size + 1, floatmode="unique", max_line_width=90
        )
        return f"array({numbers}, {array.dtype.name!r})"


def _parameters(stage: Stage, count: int) -> Sequence[str]:
    names = [*stage.parameters, *(f"argument_{n}" for n in range(count))]
    return names[:count]


def _docstring(call: FailingCall, stage: Stage) -> str:
    said = call.check.message.replace("\\", "\\\\").replace('"""', "'''")
    return (
        f'"""A call of {stage.name} by a check that it does not pass.\n\n{call.check.claim}\n\n'
        f"{said}\n\nWrite breakpoint() into your code, or set one in your editor, and run this"
        ' file.\n"""\n'
    )


def _imports(file: str, function: str, body: str, *, with_torch: bool) -> str:
    """The imports that the body needs, and the student's function."""
    stem = file.removesuffix(".py")
    by_name = stem.isidentifier()
    lines = ["import copy"]
    lines += [] if by_name else ["import importlib.util"]
    lines += ["from math import inf, nan"] if re.search(r"\b(inf|nan)\b", body) else []
    lines += ["from pathlib import Path"] if "Path(" in body or not by_name else []
    lines += ["from types import SimpleNamespace"] if "SimpleNamespace(" in body else []
    lines += ["", "import numpy as np"]
    lines += ["import torch"] if with_torch else []
    theirs = f"from {stem} import {function}\n"
    return "\n".join(
        [*lines, "", theirs if by_name else _BY_PATH.format(file=file, function=function)]
    )


def _call(call: FailingCall, function: str, parameters: Sequence[str]) -> str:
    names = ", ".join(parameters)
    compare = _COMPARE if call.has_expected else ""
    if call.seen.makes:
        return object_call(call.seen.makes, function, parameters) + compare
    names_of = [name for name in parameters if name != "stages"]
    kept = ", ".join(names_of)
    return (
        f"before = copy.deepcopy([{kept}])\n"
        f"answer = {function}({names})\n"
        f"print('answer', answer)\n{compare}"
        f"for name, was, now in zip({names_of!r}, before, [{kept}]):\n"
        "    if repr(was) != repr(now):\n        print('changed in place:', name)\n"
    )


_COMPARE = """\
print('expected', expected)
try:
    print('largest difference', np.abs(np.asarray(answer, float) - np.asarray(expected)).max())
except (TypeError, ValueError) as error:
    print('they cannot be compared:', error)
"""
_ARRAY_OF_TORCH = """
def array(numbers, dtype):
    return torch.from_numpy(np.array(numbers, dtype))

"""
_ARRAY_OF_NUMPY = """
def array(numbers, dtype):
    return np.array(numbers, dtype)

"""
_STAGES = '''
def stage(name):
    """A stage of the grader: it shows what it is given, and answers as it did in the check."""

    def call(*received):
        print(name, 'received', *received)
        for number, (called, answer) in enumerate(ANSWERS):
            if called == name:
                del ANSWERS[number]
                return answer
        raise SystemExit(f'{name}: the check saw no further call of it')

    return call

'''
_SAVED = """\
with np.load(Path(__file__).with_suffix('.npz')) as saved:
    SAVED = dict(saved)
"""
_BY_PATH = """\
spec = importlib.util.spec_from_file_location('submission', Path(__file__).with_name({file!r}))
submission = importlib.util.module_from_spec(spec)
spec.loader.exec_module(submission)
{function} = submission.{function}
"""
