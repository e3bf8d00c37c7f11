"""How many changes of a bank its verification notices, for `grader quiz verify --mutate`."""

from collections.abc import Mapping
from pathlib import Path

import click

from grader.errors import CourseError, did_you_mean
from grader.keys.mutation import Mutation, Share, backed_questions, sampled
from grader.keys.subject_keys import keys_of_bank
from grader.quiz.bank.assents import read_assents
from grader.quiz.bank.topics import topic_paths
from grader.settings import question_folder
from grader.text import counted


def mutate_bank(named: Path | None, *, topic: str | None, sample: int | None) -> int:
    """Print the share of changes that are noticed, by kind; the exit code is 2 below all."""
    folder = question_folder(named)
    mutation = Mutation(keys_of_bank(folder).keys, read_assents(folder))
    questions = sampled(list(backed_questions(_paths(folder, topic))), sample)
    shares: dict[str, Share] = {}
    red = 0
    for question in questions:
        if mutation.is_noticed(question):
            red += 1
            click.echo(f"left out: {question.where} is red as it stands. Verify it first.")
        else:
            mutation.count(question, shares)
    _print_shares(shares)
    survivors = [each for share in shares.values() for each in share.survivors]
    for survivor in survivors:
        click.echo(f"not noticed: {survivor}")
    changed = sum(share.changed for share in shares.values())
    click.echo(
        f"{counted(len(questions) - red, 'question')} changed in {counted(changed, 'way')},"
        f" {len(survivors)} not noticed."
    )
    return 2 if survivors or red else 0


def _paths(folder: Path, topic: str | None) -> tuple[Path, ...]:
    paths = {path.stem: path for path in topic_paths(folder)}
    if topic is None:
        return tuple(paths.values())
    if topic not in paths:
        raise CourseError(f"there is no topic {topic!r}", fix=did_you_mean(topic, paths))
    return (paths[topic],)


def _print_shares(shares: Mapping[str, Share]) -> None:
    widest = max(map(len, shares), default=0)
    for kind, share in shares.items():
        percent = 100 * share.noticed // share.changed
        click.echo(f"{kind:{widest}}  {share.noticed:5} of {share.changed:5} noticed, {percent} %")
