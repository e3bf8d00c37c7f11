"""Keys of short texts: the forms that a claim computes, and those that a mistake computes."""

from collections.abc import Iterator, Mapping, Sequence

from grader.keys.registry import Claim
from grader.keys.truths import ANSWER, Broken, run
from grader.quiz.items.short import Short
from grader.quiz.items.verify_keys import PredicateRun, first_last


def form_problems(
    item: Short, backing: PredicateRun, claim: Claim, *, run_with: Mapping[str, object]
) -> tuple[str, ...]:
    """What speaks against the forms of a short text: each must be one that was computed.

    Raises:
        Broken: there is no seed to run on, the claim failed, or it gave no texts.
    """
    first, last = first_last(backing.seeds)
    if last < first:
        raise Broken(f"there is no seed in {backing.seeds}")
    problems: dict[str, None] = {}
    for seed in range(first, last + 1):
        given = run(claim, seed, run_with)
        if not isinstance(given, Mapping) or ANSWER not in given:
            raise Broken(f"the claim gave {given!r} and no `{ANSWER}`")
        computed = {name: _texts(forms) for name, forms in given.items()}
        problems.update(dict.fromkeys(_found(item, computed)))
    return tuple(problems)


def _found(item: Short, computed: Mapping[str, Sequence[str]]) -> Iterator[str]:
    right = computed[ANSWER]
    if not item.share_if_right(item.key(), right[0]):
        yield f"the answer is {item.key()!r}, and the reference gives {right[0]!r}"
    for form in item.accepted:
        if not any(item.share_if_right(form, each) for each in right):
            yield f"{form!r} is accepted, and the claim gives {_listed(right)}"
    of_any = [form for name, forms in computed.items() if name != ANSWER for form in forms]
    for near in item.near:
        wrong = computed.get(near.misconception, of_any)
        for form in near.forms:
            if not any(item.share_if_right(form, each) for each in wrong):
                yield f"{form!r} is a near form, and the claim gives {_listed(wrong)}"


def _texts(given: object) -> Sequence[str]:
    forms = [given] if isinstance(given, str) else given
    if not isinstance(forms, list) or not forms or not all(isinstance(f, str) for f in forms):
        raise Broken(f"the claim gave {given!r} and not a text, or several in a list")
    return forms


def _listed(forms: Sequence[str]) -> str:
    return ", ".join(map(repr, forms)) or "no near form"
