import click

from grader.cli.options import LEVELS, assignment_option
from grader.sandbox.levels import Level
from grader.settings import DEFAULT_ASSIGNMENT


def test_the_levels_to_choose_from_are_those_of_the_sandbox():
    assert set(LEVELS) == {str(level) for level in Level}
    assert len(LEVELS) == len(Level)


def test_commands_take_the_default_assignment_where_none_is_named():
    (option,) = click.command()(assignment_option(lambda: None)).params
    assert option.default == DEFAULT_ASSIGNMENT
