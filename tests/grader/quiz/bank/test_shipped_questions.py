"""The questions that come with the grader, as far as a program can judge them."""

import dataclasses
import random
from collections import Counter
from fractions import Fraction
from itertools import combinations, permutations
from statistics import mean

import pytest

from grader.quiz.bank.lint import lint
from grader.quiz.bank.topics import load
from grader.quiz.items import kinds
from grader.quiz.items.choice import Choice, Choices, TrueFalse
from grader.quiz.items.fill import Fill
from grader.quiz.items.item import Severity
from grader.quiz.items.marks import Standing
from grader.quiz.items.matching import Matching
from grader.quiz.items.ordering import Ordering
from grader.settings import shipped

BANK = load(shipped("questions"))
ITEMS = [item for topic in BANK.topics for item in topic.items]


def test_lint_finds_nothing_to_mend():
    assert [f for f in lint(shipped("questions")) if f.severity != Severity.INFO] == []


def test_every_key_that_can_be_run_is_and_its_stored_result_is_todays():
    findings = lint(shipped("questions"))
    assert [f for f in findings if f.where.endswith((" verify", " stem"))] == []


def test_every_concept_and_every_kind_is_asked():
    assert {item.concept for item in ITEMS} == set(range(1, 18))
    assert {item.kind() for item in ITEMS} == {*kinds()}
    purposes = Counter(item.purpose for item in ITEMS)
    assert all(purposes[purpose] for purpose in ("ordering", "ablation", "diagnosis"))
    assert len(ITEMS) >= 24


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item.id)
def test_the_key_earns_all_points_and_is_not_shown(item):
    mark = item.mark(item.key())
    assert mark.standing in (Standing.RIGHT, Standing.WAITING)
    assert item.read(item.key()) == item.key()
    shown = str(dataclasses.asdict(item.present(seed=1)))
    assert item.explanation not in shown
    assert not [text for text in mark.feedback if text in shown]


def blind_matches(item):
    """Every pattern of letters, over all ways in which letters may stand for right items."""
    rights = [part.id for part in item.right]
    lefts = [part.id for part in item.left]
    patterns = {(0,) * len(lefts), tuple(n % len(rights) for n in range(len(lefts)))}
    patterns |= {tuple(n // 2 % len(rights) for n in range(len(lefts))), (0,), (0, 1)}
    for pattern in patterns:
        yield [
            tuple(f"{left}={order[n]}" for left, n in zip(lefts, pattern, strict=False))
            for order in permutations(rights)
        ]


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item.id)
def test_no_blind_answer_earns_more_than_the_guess_level(item):
    """Tried: every number of options; up to three steps, and all of a right order's."""
    match item:
        case Choice() | Choices():
            parts = [option.id for option in item.options]
            lengths = range(1, 2 if isinstance(item, Choice) else len(parts) + 1)
            tried = [list(combinations(parts, length)) for length in lengths]
        case Ordering():
            parts = [step.id for step in (*item.steps, *item.distractors)]
            drawn = [random.Random(n).sample(parts, len(item.steps)) for n in range(400)]
            tried = [*(list(permutations(parts, length)) for length in (1, 2, 3)), drawn]
        case TrueFalse():
            tried = [["true", "false"]]
        case Matching():
            tried = list(blind_matches(item))
        case Fill():
            tried = [[(f"{gap.id}={o.id}",) for o in gap.options] for gap in item.gaps]
            means = [mean(item.mark(one).points / item.points for one in t) for t in tried if t]
            assert sum(means) <= item.guess_level()
            return
        case _:
            assert not item.guess_level()
            return
    means = [mean(item.mark(answer).points / item.points for answer in group) for group in tried]
    assert max(means) <= item.guess_level() + Fraction(1, 100)
