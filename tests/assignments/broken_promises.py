"""Submissions that break one promise of a handout each, made of a right one and a table.

A mistake is `{old: ..., new: ...}`, some source of its stage for another, or `{body: ...}`, another
body of the stage, in which `right` is the right function, `given` the list of its arguments, and
`kept` a dict that outlives the call.
"""

import inspect
import textwrap
from pathlib import Path

import yaml

from tests.graded_sources import graded_sources

_OTHER_BODY = """

_right, _kept = {stage}, {{}}


def {stage}({names}):
    right, given, kept = _right, [{names}], _kept
{body}
"""


class Promises:
    """The promises of an assignment's handout.

    Args:
        table: the file that quotes them.
    """

    def __init__(self, assignment, functions, *, table):
        self.assignment, self.functions = assignment, functions
        folder = assignment.folder
        self.handout = " ".join((folder / "handout.md").read_text(encoding="utf-8").split())
        right = folder / "examples/submissions/right-torch.py"
        self.right = right.read_text(encoding="utf-8")
        self.table = yaml.safe_load(Path(table).read_text(encoding="utf-8"))
        self.mistakes = {n: how for one in self.table for n, how in one["mistakes"].items()}

    def stands(self, says):
        """Whether a promise is a part of the handout."""
        return " ".join(says.split()) in self.handout

    def broken(self, name):
        """The right submission with one mistake."""
        how, stage = self.mistakes[name], name.partition(".")[0]
        if body := how.get("body"):
            names = ", ".join(inspect.signature(self.functions[stage]).parameters)
            body = textwrap.indent(body, "    ")
            return self.right + _OTHER_BODY.format(stage=stage, names=names, body=body)
        begin = self.right.index(f"def {stage}(")
        end = self.right.find("\ndef ", begin) % (len(self.right) + 1)
        function = self.right[begin:end]
        assert function.count(how["old"]) == 1, name
        return self.right[:begin] + function.replace(how["old"], how["new"]) + self.right[end:]

    def reports(self):
        """The reports of the right submission and of all broken ones by the visible checks."""
        sources = {"right": self.right, **{name: self.broken(name) for name in self.mistakes}}
        return graded_sources(self.assignment, sources)
