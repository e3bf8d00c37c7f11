"""What `grader quiz verify` does."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import click

from grader.cli.quiz.assent_conversation import agreed
from grader.cli.quiz.bank_mutation import mutate_bank
from grader.durable_files import write_whole
from grader.errors import CourseError, GraderError, GraderFault, did_you_mean
from grader.keys.bank_check import TopicCheck, check_bank, drift, merged
from grader.keys.key_outcome import KeyOutcome
from grader.keys.subject_keys import keys_of_bank
from grader.quiz.bank.assents import ASSENTS_FILE, Assents, assents_bytes, read_assents
from grader.quiz.bank.stored_results import VERIFIED_FILE, Stored, read_stored, stored_bytes
from grader.quiz.bank.topics import read_topic, topic_paths
from grader.settings import question_folder
from grader.text import counted

__all__ = ["mutate_bank", "verify_bank"]

ALL = "all"


def verify_bank(
    named: Path | None, *, topic: str | None, write: bool, assent: Sequence[str] = ()
) -> int:
    """Print what verifying gave; the exit code is 2 where a key does not hold."""
    folder = question_folder(named)
    stored, assents = read_stored(folder), read_assents(folder)
    bank = keys_of_bank(folder)
    known = _known(folder) if write else ()
    _check_ids(assent, known)
    checks: list[TopicCheck] = []
    red = 0
    for check in check_bank(bank.keys, folder, topic):
        checks.append(check)
        lines = _red_lines(check.outcomes, None if write else stored, None if write else assents)
        red += len(lines)
        click.echo(_topic_line(check, len(lines)))
        _print(lines)
    outcomes = [outcome for check in checks for outcome in check.outcomes]
    if write:
        assents = agreed(outcomes, assents, without_asking=None if ALL in assent else assent)
        results = merged(stored, outcomes, known=known, reference=bank.digest)
        _store(folder / VERIFIED_FILE, stored_bytes(results))
        _store_assents(folder, assents, known)
        sound = [outcome for outcome in outcomes if outcome.is_sound]
        unread = _red_lines(sound, None, assents)
        _print(unread)
        red += len(unread)
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


def _print(lines: Iterable[str]) -> None:
    for line in lines:
        click.echo(f"  {line}")


def _topic_line(check: TopicCheck, red: int) -> str:
    total = len(check.topic.items)
    marks = f", {red} red" if red else ""
    return f"{check.topic.name}: {len(check.outcomes)} of {counted(total, 'question')} run{marks}"


def _red_lines(
    outcomes: Iterable[KeyOutcome], stored: Stored | None, assents: Assents | None
) -> list[str]:
    """A sentence for each key that does not hold, came out otherwise than is stored, or is unread.

    Args:
        stored: None leaves out the comparison.
        assents: None leaves out whether somebody has agreed to the words.
    """
    said = ((outcome, _problem(outcome, stored, assents)) for outcome in outcomes)
    return [
        f"red: {outcome.path}#{outcome.item} ({outcome.result.kind} {outcome.result.ran}):"
        f" {problem}."
        for outcome, problem in said
        if problem
    ]


def _problem(outcome: KeyOutcome, stored: Stored | None, assents: Assents | None) -> str:
    if outcome.problems:
        return "; ".join(problem.rstrip(".") for problem in outcome.problems)
    if stored and (changed := drift(outcome, stored)):
        return f"{changed}. Look at the question, then store with `--write`"
    if assents and (lacking := assents.lacking(outcome.item, outcome.words)):
        return (
            f"nobody has agreed that {_listed(list(lacking))} says what was run."
            " Read it with `--write`"
        )
    return ""


def _listed(places: Sequence[str]) -> str:
    first, *others = places
    return f"{first} (and {counted(len(others), 'other text')})" if others else first


def _known(folder: Path) -> tuple[str, ...]:
    """The ids of all questions with a `verify:`."""
    topics = (read_topic(path, with_evidence=False).topic for path in topic_paths(folder))
    return tuple(item.id for topic in topics for item in topic.items if item.verify is not None)


def _check_ids(assent: Iterable[str], known: Iterable[str]) -> None:
    for name in assent:
        if name != ALL and name not in known:
            raise CourseError(
                f"--assent: there is no question {name!r} with `verify:`",
                fix=did_you_mean(name, known),
            )


def _store_assents(folder: Path, assents: Assents, known: Iterable[str]) -> None:
    kept = Assents(questions={n: assents.questions[n] for n in known if n in assents.questions})
    path = folder / ASSENTS_FILE
    if kept.questions or path.exists():
        _store(path, assents_bytes(kept))


def _store(path: Path, data: bytes) -> None:
    try:
        write_whole(path, data)
    except GraderFault as fault:
        reason = getattr(fault.__cause__, "strerror", "") or "the disk refuses it"
        raise GraderError(
            f"cannot be written ({reason})",
            at=str(path),
            fix="Make the folder writable, or verify a copy of it.",
        ) from fault
    click.echo(f"Stored in {path}.")
