from grader.cli.options import LEVELS
from grader.sandbox.levels import Level


def test_the_levels_to_choose_from_are_those_of_the_sandbox():
    assert set(LEVELS) == {str(level) for level in Level}
    assert len(LEVELS) == len(Level)
