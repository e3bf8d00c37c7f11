"""What can I type? The commands, loaded only when they are used.

`grader --help` must answer at once, so this module knows the commands' names and one line on
each; their modules, and with them torch and numpy, are imported when a command runs.
"""

import importlib
import sys
from pathlib import Path

import click

from grader.cli.edge import flush_output, sentence_of, show
from grader.cli.suggesting import SuggestingGroup
from grader.errors import GraderError

_COMMANDS = {
    "assignments": ("grader.cli.assignments:assignments", "List the assignments."),
    "start": ("grader.cli.assignments:start", "Copy an assignment's handout and starter here."),
    "check": ("grader.cli.check:check", "Check one submission with the visible checks."),
    "debug": ("grader.cli.debug:debug", "Write a failing input as a script for a debugger."),
    "new": ("grader.cli.new:new", "Begin an assignment of your own, with one that runs."),
    "release": ("grader.cli.release:release", "Make what students get of an assignment."),
    "batch": ("grader.cli.batch:batch", "Grade a folder of submissions."),
    "merge": ("grader.cli.merge:merge", "Join what the shards of a class have graded."),
    "report": ("grader.cli.report:report", "Write finished reports as pages."),
    "analyze": ("grader.cli.analyze:analyze", "Show what a class gets right and wrong."),
    "name": ("grader.cli.name:name", "Begin a name for wrong answers of several students."),
    "secret": ("grader.cli.secret:secret", "Make a secret for a course."),
    "decide": ("grader.cli.decide:decide", "Decide about grades of a class by hand."),
    "regrade": ("grader.cli.regrade:regrade", "Grade again what a change touches, and compare."),
    "diff": ("grader.cli.diff:diff", "Compare two results folders."),
    "gradebook": ("grader.cli.gradebook:gradebook", "Put all results of a course together."),
    "export": ("grader.cli.export:export", "Write grades for Canvas, Moodle, Gradescope, ..."),
    "gradescope": ("grader.cli.gradescope:gradescope", "Make an autograder for Gradescope."),
    "similarity": ("grader.cli.similarity:similarity", "Rank submissions by how alike they are."),
    "audit": ("grader.cli.audit:audit", "Show whether an assignment is fair."),
    "examples": ("grader.cli.examples:examples", "Grade an assignment's examples and compare."),
    "quiz": ("grader.cli.quiz.group:quiz", "Take, check and grade concept quizzes."),
    "serve": ("grader.cli.serve:serve", "Serve a course as a web site."),
    "work": ("grader.cli.work:work", "Grade what is handed in to a site."),
    "backup": ("grader.cli.backup:backup", "Write a course and its store to one file."),
    "restore": ("grader.cli.backup:restore", "Make a course from such a file."),
    "lti": ("grader.cli.lti:lti", "Show a course within Canvas, Moodle or Brightspace."),
    "doctor": ("grader.cli.doctor:doctor", "Say what this machine offers."),
}


def _here() -> dict[str, str]:
    """What each command does; the grader for students has few of them."""
    return {
        name: summary
        for name, (place, summary) in _COMMANDS.items()
        if _file(place.partition(":")[0]).is_file()
    }


def _file(module: str) -> Path:
    return Path(__file__).parents[1].joinpath(*module.split(".")[1:]).with_suffix(".py")


class Commands(SuggestingGroup):
    """Imports a command when it is used; our errors become one line and an exit code."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_here())

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        module, _, name = _COMMANDS[cmd_name][0].partition(":")
        command: click.Command = getattr(importlib.import_module(module), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(_here().items()))

    def invoke(self, ctx: click.Context) -> object:
        try:
            done = super().invoke(ctx)
            flush_output()
            return done
        except (GraderError, ModuleNotFoundError, OSError) as error:
            said = sentence_of(error)
            if said is None:
                raise
            ctx.exit(show(said))


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="decoder-grader", prog_name="grader")
def main() -> None:
    """Grade implementations of decoder-only text generation, and quizzes about it."""


if __name__ == "__main__":
    sys.exit(main())
