import pytest

from grader.keys.claims import claims
from grader.keys.registry import claim, noted


def test_every_claim_says_what_is_run():
    assert len(claims()) > 80
    assert [name for name, function in claims().items() if not function.__doc__] == []


def test_a_name_that_stands_twice_is_refused():
    name = next(iter(claims()))

    def twin(seed):
        return True

    twin.__name__ = name
    with pytest.raises(ValueError, match=f"{name}: two claims have this name"):
        claim(twin)
    assert noted()[name] is not twin
