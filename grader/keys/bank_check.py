"""A whole bank: every `verify:` is run, and compared with what is stored."""

import math
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import torch
from msgspec.structs import replace

from grader.errors import CourseError, did_you_mean
from grader.keys.diagnosing import diagnosis
from grader.keys.key_outcome import KeyOutcome
from grader.keys.listings import listing_problems, without_listing
from grader.keys.orders import order_problems
from grader.keys.short_forms import form_problems
from grader.keys.stem_numbers import number_problems, parameters_of, program_numbers
from grader.keys.subject_keys import SubjectKeys
from grader.keys.truths import Broken, claimed, numeric_problems, truth_problems
from grader.keys.words import words
from grader.quiz.bank.assents import Words
from grader.quiz.bank.stored_results import PLACEHOLDER, Stored, StoredResult
from grader.quiz.bank.topics import Topic, read_topic, topic_paths
from grader.quiz.items.item import Item
from grader.quiz.items.numeric import Numeric
from grader.quiz.items.ordering import Ordering
from grader.quiz.items.short import Short
from grader.quiz.items.verify_keys import (
    FITS,
    AblationRun,
    Backing,
    DiagnosisRun,
    ListingRun,
    NumericRun,
    PredicateRun,
    TraceOrderRun,
    backing_kind,
)

CLOSE = 1e-5  # stored numbers have six digits


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicCheck:
    """What verifying one topic gave."""

    topic: Topic
    outcomes: tuple[KeyOutcome, ...]

    @property
    def unbacked(self) -> int:
        """How many questions have no `verify:`."""
        return len(self.topic.items) - len(self.outcomes)


def check_bank(keys: SubjectKeys, folder: Path, only: str | None = None) -> Iterator[TopicCheck]:
    """Verify topic by topic.

    Args:
        keys: what they are run on, see `keys_of_bank`.
        only: the one topic to verify; None takes all.

    Raises:
        CourseError: a file or a question does not fit its schema, or there is no such topic.
    """
    paths = {path.stem: path for path in topic_paths(folder)}
    if only is not None and only not in paths:
        raise CourseError(f"there is no topic {only!r}", fix=did_you_mean(only, paths))
    for name, path in paths.items():
        if only in (None, name):
            reading = read_topic(path, with_evidence=False)
            for error in reading.errors:
                raise error
            yield check_topic(keys, reading.topic)


def check_topic(keys: SubjectKeys, topic: Topic) -> TopicCheck:
    """Run every `verify:` of a topic whose stems are as their authors wrote them."""
    return TopicCheck(topic=topic, outcomes=verified(keys, topic))


def verified(keys: SubjectKeys, topic: Topic) -> tuple[KeyOutcome, ...]:
    """What came out for each question of a topic with a `verify:`."""
    with _one_thread():
        return tuple(
            _outcome(keys, topic, item, item.verify)
            for item in topic.items
            if item.verify is not None
        )


@contextmanager
def _one_thread() -> Iterator[None]:
    """More threads take longer for models of this size: they wait for each other."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def _outcome(keys: SubjectKeys, topic: Topic, item: Item, backing: Backing) -> KeyOutcome:
    kind = backing_kind(backing)
    result = StoredResult(
        digest=topic.key_digests.get(item.id, ""),
        kind=kind,
        ran=_ran(backing),
        seeds=getattr(backing, "seeds", ""),
    )
    problems: tuple[str, ...] = ()
    said: Words = {}
    try:
        if item.kind() not in FITS[kind]:
            raise Broken(f"`kind: {kind}` is for {' and '.join(FITS[kind])}, not {item.kind()}")
        if PLACEHOLDER in item.stem and not isinstance(backing, DiagnosisRun):
            raise Broken(f"only `kind: diagnosis` gives evidence for {PLACEHOLDER}")
        problems, result = _asked(keys, item, backing, result)
        said = words(keys, item, backing)
    except Broken as broken:
        problems = (str(broken),)
    return KeyOutcome(
        topic=topic.name,
        path=topic.path,
        item=item.id,
        result=result,
        problems=problems,
        words=said,
    )


def _asked(
    keys: SubjectKeys, item: Item, backing: Backing, result: StoredResult
) -> tuple[tuple[str, ...], StoredResult]:
    """What speaks against a key, and what came out."""
    try:
        problems, result = _run(keys, item, backing, result)
        return tuple(problems), result
    except Broken:
        raise
    # whatever a reference that is broken raises, the key that it was asked for is red
    except Exception as error:
        raise Broken(f"running it raised {type(error).__name__}: {error}") from error


def _ran(backing: Backing) -> str:
    match backing:
        case DiagnosisRun():
            return backing.misconception
        case TraceOrderRun():
            return backing.trace
        case _:
            return backing.claim


def _run(
    keys: SubjectKeys, item: Item, backing: Backing, result: StoredResult
) -> tuple[Iterable[str], StoredResult]:
    match backing:
        case NumericRun() | PredicateRun() | AblationRun():
            return _claim_run(keys, item, backing, result)
        case DiagnosisRun():
            problems, variants = diagnosis(keys, item, backing, stem=item.stem)
            problems += number_problems(item.stem, backing, run_with=program_numbers(backing))
            return problems, replace(result, variants=tuple(variants))
        case TraceOrderRun():
            if not isinstance(item, Ordering):
                raise Broken(f"a trace cannot decide a question of kind `{item.kind()}`")
            problems = number_problems(item.stem, backing, run_with={})
            return [*problems, *order_problems(keys.procedures, item, backing)], result
        case ListingRun():
            problems = number_problems(without_listing(item.stem), backing, run_with={})
            claim = claimed(backing.claim, keys.claims)
            return [*problems, *listing_problems(item, backing, claim)], result


def _claim_run(
    keys: SubjectKeys,
    item: Item,
    backing: NumericRun | PredicateRun | AblationRun,
    result: StoredResult,
) -> tuple[Iterable[str], StoredResult]:
    claim = claimed(backing.claim, keys.claims)
    run_with = parameters_of(claim, backing)
    problems = number_problems(item.stem, backing, claim=claim, run_with=run_with)
    if problems:
        return problems, result  # what the stem says was not run
    if not isinstance(backing, NumericRun):
        if isinstance(item, Short) and isinstance(backing, PredicateRun):
            return form_problems(item, backing, claim, run_with=run_with), result
        return truth_problems(item, backing, claim, run_with=run_with), result
    if not isinstance(item, Numeric):
        raise Broken(f"a number cannot decide a question of kind `{item.kind()}`")
    problems, value = numeric_problems(item, claim, run_with)
    return problems, replace(result, value=value)


def drift(outcome: KeyOutcome, stored: Stored) -> str:
    """How a sound result differs from the stored one, in a sentence; empty if it does not."""
    before = stored.questions.get(outcome.item)
    now = outcome.result
    if before is None:
        return "no result is stored"
    if before.digest != now.digest:
        return "the question has changed since its result was stored"
    if before.kind != now.kind or before.ran != now.ran or before.seeds != now.seeds:
        return f"{before.ran} was run for the stored result, and now {now.ran} is"
    if not _same_number(before.value, now.value):
        return f"the stored value is {before.value}, and the reference now computes {now.value}"
    for old, new in zip(before.variants, now.variants, strict=False):
        if old != new:
            return f"the evidence on seed {new.seed} differs from what is stored"
    if len(before.variants) != len(now.variants):
        return f"{len(before.variants)} variants are stored, and {len(now.variants)} are wanted"
    return ""


def _same_number(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one is other
    return math.isclose(one, other, rel_tol=CLOSE, abs_tol=CLOSE)


def merged(
    stored: Stored | None,
    outcomes: Iterable[KeyOutcome],
    *,
    known: Iterable[str],
    reference: str,
) -> Stored:
    """What to store: the new results, and the old ones of questions that were not looked at.

    Args:
        reference: the digest of what the keys were run on.
        known: the ids of all questions with a `verify:`; results of others are dropped.
    """
    names = set(known)
    kept = {k: v for k, v in (stored.questions if stored else {}).items() if k in names}
    fresh = {outcome.item: outcome.result for outcome in outcomes if outcome.is_sound}
    red = {outcome.item for outcome in outcomes if not outcome.is_sound}
    questions = {k: v for k, v in {**kept, **fresh}.items() if k not in red}
    return Stored(reference=reference, questions=questions)
