"""`grader quiz`: list, take, check, mark and exchange quizzes."""

import click

from grader.cli.quiz.analyze import analyze
from grader.cli.quiz.draw import draw
from grader.cli.quiz.exchange import export_questions, import_questions
from grader.cli.quiz.export_answers import export_answers
from grader.cli.quiz.grade import grade
from grader.cli.quiz.lint import lint_questions
from grader.cli.quiz.list import list_topics
from grader.cli.quiz.mark import mark
from grader.cli.quiz.new import new
from grader.cli.quiz.repair import repair
from grader.cli.quiz.results import results
from grader.cli.quiz.review import review
from grader.cli.quiz.take import take
from grader.cli.quiz.verify import verify
from grader.cli.suggesting import SuggestingGroup


@click.group(cls=SuggestingGroup)
def quiz() -> None:
    """List, take, check and mark quizzes."""


quiz.add_command(list_topics)
quiz.add_command(take)
quiz.add_command(review)
quiz.add_command(export_answers)
quiz.add_command(results)
quiz.add_command(new)
quiz.add_command(lint_questions)
quiz.add_command(verify)
quiz.add_command(grade)
quiz.add_command(mark)
quiz.add_command(repair)
quiz.add_command(export_questions)
quiz.add_command(import_questions)
quiz.add_command(analyze)
quiz.add_command(draw)
