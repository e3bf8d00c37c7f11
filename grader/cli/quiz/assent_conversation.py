"""Asks a person whether the words of questions say what was run for them."""

import sys
from collections.abc import Collection, Iterable

import click

from grader.keys.key_outcome import KeyOutcome
from grader.quiz.bank.assents import Assents, Said


def agreed(
    outcomes: Iterable[KeyOutcome], assents: Assents, *, without_asking: Collection[str] | None
) -> Assents:
    """What is agreed to, after a person has seen each new text beside its statement.

    Nobody is asked where there is no terminal: then only what is named counts.

    Args:
        without_asking: the questions whose words are agreed to already; None for all.
    """
    for outcome in outcomes:
        lacking = assents.lacking(outcome.item, outcome.words) if outcome.is_sound else {}
        if not lacking:
            continue
        for place, before in lacking.items():
            _show(outcome.item, place, before=before, now=outcome.words[place])
        named = without_asking is None or outcome.item in without_asking
        if named or _asks():
            assents = assents.given(outcome.item, outcome.words)
    return assents


def _show(item: str, place: str, *, before: Said | None, now: Said) -> None:
    click.echo(f"{item}, {place}")
    if before and before.text != now.text:
        click.echo(f"  before:   {before.text}")
    click.echo(f"  text:     {now.text}")
    if before and before.statement != now.statement:
        click.echo(f"  ran then: {before.statement}")
    click.echo(f"  was run:  {now.statement}")


def _asks() -> bool:
    if not sys.stdin.isatty():
        return False
    return click.confirm("Do these words say what was run?")
