"""What `grader quiz verify` does."""

from collections.abc import Iterable
from pathlib import Path

import click

from grader.errors import GraderError
from grader.keys.bank_check import TopicCheck, check_bank, drift, merged
from grader.keys.key_outcome import KeyOutcome
from grader.keys.subject_keys import keys_of_bank
from grader.quiz.bank.stored_results import VERIFIED_FILE, Stored, read_stored, stored_bytes
from grader.quiz.bank.topics import read_topic, topic_paths
from grader.settings import question_folder
from grader.text import counted


def verify_bank(named: Path | None, *, topic: str | None, write: bool) -> int:
    """Print what verifying gave; the exit code is 2 where a key does not hold."""
    folder = question_folder(named)
    stored = read_stored(folder)
    bank = keys_of_bank(folder)
    checks: list[TopicCheck] = []
    red = 0
    for check in check_bank(bank.keys, folder, topic):
        checks.append(check)
        lines = list(_red_lines(check.outcomes, None if write else stored))
        red += len(lines)
        click.echo(_topic_line(check, len(lines)))
        for line in lines:
            click.echo(f"  {line}")
    outcomes = [outcome for check in checks for outcome in check.outcomes]
    if write:
        _write(folder, stored, outcomes, reference=bank.digest)
    elif stored is None:
        click.echo("No results are stored beside the questions: store them with `--write`.")
    elif stored.reference != bank.digest and not red:
        click.echo("The reference has changed since the results were stored; they are the same.")
    unbacked = sum(check.unbacked for check in checks)
    click.echo(
        f"{counted(len(outcomes), 'key')} verified, {red} red; "
        f"{counted(unbacked, 'question')} without `verify:`."
    )
    return 2 if red else 0


def _topic_line(check: TopicCheck, red: int) -> str:
    total = len(check.topic.items)
    marks = f", {red} red" if red else ""
    return f"{check.topic.name}: {len(check.outcomes)} of {counted(total, 'question')} run{marks}"


def _red_lines(outcomes: Iterable[KeyOutcome], stored: Stored | None) -> Iterable[str]:
    for outcome in outcomes:
        problems = outcome.problems
        if not problems and stored and (changed := drift(outcome, stored)):
            problems = (f"{changed}. Look at the question, then store with `--write`",)
        if problems:
            ran = f"{outcome.result.kind} {outcome.result.ran}"
            said = "; ".join(problem.rstrip(".") for problem in problems)
            yield f"red: {outcome.path}#{outcome.item} ({ran}): {said}."


def _write(
    folder: Path, stored: Stored | None, outcomes: list[KeyOutcome], *, reference: str
) -> None:
    topics = [read_topic(path, with_evidence=False).topic for path in topic_paths(folder)]
    known = [item.id for topic in topics for item in topic.items if item.verify is not None]
    path = folder / VERIFIED_FILE
    results = merged(stored, outcomes, known=known, reference=reference)
    try:
        path.write_bytes(stored_bytes(results))
    except OSError as error:
        raise GraderError(
            f"cannot be written ({error.strerror})",
            at=str(path),
            fix="Make the folder writable, or verify a copy of it.",
        ) from error
    click.echo(f"Stored in {path}.")
