"""Which code belongs to which stage, also where functions are wrapped."""

import functools

from grader.sandbox.child.observer import codes_of


def plain():
    pass


def undeclared(function):
    def wrapper(*arguments):
        return function(*arguments)

    return wrapper


def declared(function):
    return functools.wraps(function)(undeclared(function))


class Layer:
    def forward(self):
        pass

    def method(self):
        pass


def other():
    pass


def test_a_function_is_its_code():
    assert codes_of({"a": plain, "b": Layer().method}) == {
        plain.__code__: "a",
        Layer.method.__code__: "b",
    }


def test_partials_and_declared_wrappers_are_looked_through():
    assert codes_of({"a": functools.partial(declared(plain))}) == {plain.__code__: "a"}


def test_a_wrapper_that_two_functions_share_belongs_to_neither():
    found = codes_of({"a": undeclared(plain), "b": undeclared(other)})
    assert found == {plain.__code__: "a", other.__code__: "b"}


def test_a_stage_that_another_one_holds_stays_its_own():
    found = codes_of({"inner": plain, "outer": undeclared(plain)})
    assert found[plain.__code__] == "inner"
    assert "outer" in found.values()


def test_a_layer_is_its_forward():
    assert codes_of({"a": Layer()}) == {Layer.forward.__code__: "a"}


def test_what_has_no_code_is_left_out():
    assert codes_of({"a": len, "b": functools.partial(print)}) == {}
