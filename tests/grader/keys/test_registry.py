from types import ModuleType

import pytest

from grader.keys.registry import claim, marked
from reference.decoder.answers.claims import claims


def test_every_claim_says_what_is_run():
    assert len(claims()) > 80
    assert [name for name, function in claims().items() if not function.__doc__] == []


def defined_in(module, name):
    def function(seed):
        return True

    function.__name__, function.__module__ = name, module.__name__
    return function


def test_a_name_that_stands_twice_is_refused():
    first, second = ModuleType("first"), ModuleType("second")
    for module in (first, second):
        module.twin = claim(defined_in(module, "twin"))
    assert marked([first]) == {"twin": first.twin}
    with pytest.raises(ValueError, match=r"twin: two claims .* one in first and one in second"):
        marked([first, second])


def test_a_claim_belongs_to_the_module_that_defines_it():
    here, there = ModuleType("here"), ModuleType("there")
    there.borrowed = here.own = claim(defined_in(here, "own"))
    assert marked([here]) == {"own": here.own}
    assert marked([there]) == {}
