"""What `grader.checks` gives to authors of checks says what it raises."""

import ast
import inspect
import textwrap

import pytest

from grader import checks
from grader.sandbox import contract


def functions(module, names):
    """Functions, and public methods of classes, by a name that is told when a test fails."""
    for name in names:
        found = getattr(module, name)
        if inspect.isfunction(found):
            yield name, found
        elif inspect.isclass(found) and not issubclass(found, BaseException):
            for method, value in vars(found).items():
                if inspect.isfunction(value) and not method.startswith("_"):
                    yield f"{name}.{method}", value


def raises(function):
    """Whether it raises itself; what a judge calls `assert_` or `as_` does so somewhere below."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    judges = function.__name__.startswith(("assert_", "as_"))
    return judges or any(isinstance(node, ast.Raise) for node in ast.walk(tree))


PUBLIC = dict(functions(checks, checks.__all__))


@pytest.mark.parametrize("name", [name for name, function in PUBLIC.items() if raises(function)])
def test_a_public_function_that_raises_says_so(name):
    assert "\nRaises:\n" in inspect.cleandoc(PUBLIC[name].__doc__)


def test_some_are_looked_at():
    assert {"assert_close", "assert_step_inputs", "as_tokens", "Student.once"} <= set(PUBLIC)
    assert raises(PUBLIC["Student.once"])
    assert not raises(PUBLIC["ScriptedStages.table"])


@pytest.mark.parametrize(
    "name", ["Sandbox.prove", "Sandbox.open", "Sandbox.ahead", "StudentSession.call"]
)
def test_the_contract_of_a_sandbox_says_what_it_raises(name):
    found = dict(functions(contract, ["Sandbox", "StudentSession"]))
    assert "Raises:" in found[name].__doc__
