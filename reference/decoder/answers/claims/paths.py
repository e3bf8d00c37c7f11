"""Claims about paths through a table of next-token probabilities: greedy selection and beams."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import product
from math import prod

import torch

from grader.keys.registry import claim, prints
from reference.decoder import generation, selection
from reference.decoder.answers.table_model import Table, ids_as_text, random_table, table_stages
from reference.decoder.answers.trials import Loop, run, wrong
from reference.decoder.generation import Stages

PATH_TABLE = (
    (0.1, 0.2, 0.4, 0.3),
    (0.5, 0.2, 0.2, 0.1),
    (0.3, 0.1, 0.2, 0.4),
    (0.2, 0.6, 0.1, 0.1),
)
Beam = tuple[tuple[int, ...], float]  # ids and log-probability


def _path(loop: Loop, stages: Stages, prompt: Sequence[int], tokens: int) -> list[int]:
    return run(loop, stages, prompt, tokens=tokens).tokens


def _table_printed(*, table: Table, **_: object) -> Mapping[str, list[list[float]]]:
    """The rows of the table, each behind its token."""
    return {
        "ids": [[float(token) for token in range(len(table))]],
        "rows": [[token, *row] for token, row in enumerate(table)],
    }


@prints(_table_printed)
@claim
def greedy_path(
    seed: int, *, table: Table = PATH_TABLE, prompt: Sequence[int] = (0,), steps: int = 4
) -> Mapping[str, str | list[str]]:
    """The loop follows the table greedily, from the prompt, for so many steps."""
    stages = table_stages(table)
    columns = table_stages(torch.tensor(table).T.tolist())
    with_prompt = _path(generation.generate, stages, prompt, steps - 1)
    return {
        "answer": ids_as_text(_path(generation.generate, stages, prompt, steps)),
        "generate.prompt_only": ids_as_text(
            _path(wrong("generate.prompt_only"), stages, prompt, steps)
        ),
        "generate.returns_prompt": ids_as_text([*prompt, *with_prompt]),
        "table.columns_are_distributions": ids_as_text(
            _path(generation.generate, columns, prompt, steps)
        ),
    }


def _chance(table: Table, start: int, path: Sequence[int]) -> float:
    """How probable a path is from a token."""
    return prod(table[before][token] for before, token in zip([start, *path], path, strict=False))


TWO_STEPS = ((0.5, 0.4, 0.1), (0.4, 0.3, 0.3), (0.05, 0.9, 0.05), (0.3, 0.3, 0.4))


@claim
def best_pair(seed: int, *, rows: Table = TWO_STEPS) -> Mapping[str, float | list[float]]:
    """The probability of the most probable pair of tokens, over all pairs.

    The first row is the first token's distribution, and the others those that follow each token.
    """
    first, *after = rows
    pairs = {(a, b): first[a] * after[a][b] for a, b in product(range(len(first)), repeat=2)}
    greedy = selection.select_token(torch.tensor(first))
    then = selection.select_token(torch.tensor(after[greedy]))
    best, follows = max(pairs, key=lambda pair: pairs[pair])
    return {
        "answer": pairs[best, follows],
        "greedy.finds_most_probable": pairs[greedy, then],
        "sequence_log_probability.adds_probabilities": first[best] + after[best][follows],
        "sequence_log_probability.last_token_only": after[best][follows],
        "sequence_log_probability.mean": (first[best] + after[best][follows]) / 2,
    }


@claim
def greedy_on_tables(seed: int) -> Mapping[str, bool]:
    """Greedy runs of three steps on a random table, compared with all paths of this length.

    own: Each selected token is the most probable one of the distribution of its own step.
    again: A second run selects the same tokens as the first one.
    whole: No path of three tokens is more probable than the selected one.
    other: The selected tokens of a run are all different.
    """
    table = random_table(seed)
    stages = table_stages(table)
    seen = run(generation.generate, stages, [0], tokens=3)
    best = max(product(range(4), repeat=3), key=lambda path: _chance(table, 0, path))
    return {
        "own": all(
            float(chances[token]) == float(chances.max())
            for token, chances in zip(seen.tokens, seen.distributions, strict=True)
        ),
        "again": _path(generation.generate, stages, [0], 3) == seen.tokens,
        "whole": _chance(table, 0, best) <= _chance(table, 0, seen.tokens) + 1e-12,
        "other": len(set(seen.tokens)) == 3,
    }


def _beam_step(beams: Sequence[Beam], scores: Table, width: int) -> list[tuple[int, ...]]:
    """The ids of the best continuations of all beams together, best first."""
    grown = [
        ((*ids, token), total + score)
        for (ids, total), row in zip(beams, scores, strict=True)
        for token, score in enumerate(row)
    ]
    return [ids for ids, _ in sorted(grown, key=lambda beam: -beam[1])[:width]]


@claim
def beam_step(
    seed: int,
    *,
    width: int = 2,
    totals: Sequence[float] = (-0.5, -2.0),
    scores: Table = ((-0.9, -1.0, -2.2), (-0.8, -0.3, -2.6)),
) -> Mapping[str, bool]:
    """One step of a beam search over two beams, A and B, and a vocabulary of the tokens x, y, z.

    sums: The two paths of the largest sums of log-probabilities are A x and A y.
    each: The two paths of the largest sums of log-probabilities are A x and B y.
    last: The two paths of the largest sums of log-probabilities are B x and B y.
    worst: The two paths of the largest sums of log-probabilities are B x and B z.
    """
    beams = [((number,), total) for number, total in enumerate(totals)]
    kept = set(_beam_step(beams, scores, width))
    x, y, z = range(3)
    return {
        "sums": kept == {(0, x), (0, y)},
        "each": kept == {(0, x), (1, y)},
        "last": kept == {(1, x), (1, y)},
        "worst": kept == {(1, x), (1, z)},
    }


@claim
def beam_sum(
    seed: int,
    *,
    totals: Sequence[float] = (-0.4, -1.1),
    scores: Table = ((-1.6, -2.3), (-0.2, -3.0)),
) -> Mapping[str, float]:
    """The sum of log-probabilities of the best path after one step of a beam search."""
    beams = [((number,), total) for number, total in enumerate(totals)]
    [(beam, token)] = _beam_step(beams, scores, 1)
    first = max(range(len(totals)), key=lambda number: totals[number])
    return {
        "answer": totals[beam] + scores[beam][token],
        "beam.extends_only_the_best": totals[first] + max(scores[first]),
        "beam.last_step_decides": max(score for row in scores for score in row),
        "beam.multiplies_log_probabilities": totals[beam] * scores[beam][token],
    }


@claim
def beam_of_one(seed: int, *, width: int = 1) -> bool:
    """Three steps of a beam search of width 1 on random tables: are they the greedy tokens?"""
    table = random_table(seed)
    logs = torch.tensor(table, dtype=torch.float64).log()
    path: tuple[int, ...] = (0,)
    total = 0.0
    for _ in range(3):
        rows = [logs[path[-1]].tolist()]
        [path] = _beam_step([(path, total)], rows, width)
        total += rows[0][path[-1]]
    return list(path[1:]) == _path(generation.generate, table_stages(table), [0], 3)


@prints(_table_printed)
@claim
def scripted_draws(
    seed: int,
    *,
    table: Table = ((0.2, 0.5, 0.3), (0.6, 0.3, 0.1), (0.1, 0.2, 0.7)),
    start: int = 0,
    us: Sequence[float] = (0.75, 0.15, 0.4),
) -> Mapping[str, str]:
    """The loop follows the table from a token, with given numbers for the draws."""

    def path(draw: Callable[..., int]) -> str:
        given = iter(us)
        stages = replace(table_stages(table), select=lambda chances: draw(chances, next(given)))
        return ids_as_text(_path(generation.generate, stages, [start], len(us)))

    same_row = [selection.select_token(torch.tensor(table[start]), u) for u in us]
    return {
        "answer": path(selection.select_token),
        "select_token.always_argmax": path(wrong("select_token.always_argmax")),
        "select_token.sorted_order": path(wrong("select_token.sorted_order")),
        "generate.prompt_only": ids_as_text(same_row),
    }
