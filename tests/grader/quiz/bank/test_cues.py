import itertools
from fractions import Fraction

import pytest

from grader.quiz.bank.cues import MARGIN, cues
from grader.quiz.bank.topics import load, read_item
from grader.settings import shipped


def choice(name, *options, right=0, kind="choice", **more):
    rights = {right} if isinstance(right, int) else right
    written = [
        {"id": f"o{n}", "text": text, "correct": n in rights} for n, text in enumerate(options)
    ]
    raw = {"id": f"t.{name}", "kind": kind, "stem": "Which?", "options": written} | more
    return read_item(raw, at=name)


def statement(name, stem, answer):
    raw = {"id": f"t.{name}", "kind": "true_false", "stem": stem, "answer": answer}
    return read_item(raw, at=name)


def share(items, habit):
    [found] = [cue for cue in cues(items) if cue.habit == habit]
    return found.share


def test_who_ticks_the_shortest_option_earns_what_the_questions_give_for_it():
    items = [
        choice("short", "a", "bcd", "bcde", "bcdef"),
        choice("long", "abcde", "b", "bcd", "bc"),
        choice("tie", "a", "b", "cde", "cdef", points=2),
    ]
    assert share(items, "the shortest option") == Fraction(1 + 0 + 1, 4)
    assert share(items, "the longest option") == Fraction(0 + 1 + 0, 4)
    assert share(items, "any but the shortest") == Fraction(1, 3) / 4
    assert share(items, "any but the longest") == (Fraction(1, 3) + Fraction(2, 3)) / 4
    assert {cue.chance for cue in cues(items)} == {Fraction(1, 4)}


def test_lengths_are_counted_in_words_and_have_a_middle():
    items = [choice("words", "a b c d", "abcdefgh", "abcdefghi j", "ab")]
    assert share(items, "the option of most words") == 1
    assert share(items, "the option of fewest words") == 0
    assert share(items, "one of middle length") == Fraction(1, 2)


def test_length_is_what_a_taker_sees():
    items = [choice("escaped", r"a\_b", "abcd", "abcde", "abcdef")]
    assert share(items, "the shortest option") == 1


def test_a_shuffled_order_has_no_first_option_and_a_fixed_one_has():
    options = ("a", "b", "c", "d")
    assert share([choice("mixed", *options)], "the first option") == Fraction(1, 4)
    assert share([choice("fixed", *options, keep_order=True)], "the first option") == 1
    assert share([choice("fixed", *options, keep_order=True)], "the last option") == 0


def test_words_of_the_stem_and_of_the_other_options_are_counted():
    stem = "What does the causal mask hide?"
    items = [choice("words", "The causal mask", "The norm", "A norm of it", "One", stem=stem)]
    assert share(items, "the option with most words of the stem") == 1
    items = [choice("words", "red big fox", "red dog", "big cat", "owl")]
    assert share(items, "the option with most words of the others") == 1


def test_absolute_words_are_seen_as_words():
    items = [choice("absolute", "Never", "Nevermore", "It falls", "It grows")]
    assert share(items, "an option with an absolute word") == 1
    assert share(items, "an option without an absolute word") == 0
    items = [choice("none", "a", "b", "c", "d")]
    assert share(items, "an option with an absolute word") == Fraction(1, 4)


def test_several_ticks_are_marked_with_what_wrong_ones_cost():
    items = [choice("several", "abcd", "abc", "ab", "a", right={0, 2}, kind="choices")]
    assert share(items, "the longest option") == Fraction(1, 2)
    assert share(items, "the two longest") == 0
    assert share(items, "the three longest") == Fraction(1, 2)
    assert share(items, "all options") == 0
    assert share(items, "all without an absolute word") == 0


def test_statements_are_held_against_doubt_of_absolute_words():
    items = [statement("one", "It always falls.", False), statement("two", "It may fall.", True)]
    assert share(items, "false where an absolute word stands") == 1
    assert share(items, "true") == share(items, "false") == Fraction(1, 2)


def test_the_questions_that_carry_a_cue_most_come_first():
    items = [
        choice("against", "abc", "a", "ab", "abcd"),
        choice("little", "a", "ab", "abc", "abcd"),
        choice("much", "a", "ab", "abc", "abcd", points=3),
    ]
    [cue] = [cue for cue in cues(items) if cue.habit == "the shortest option"]
    assert cue.carried_by == ("t.much", "t.little")
    assert cue.tells


@pytest.mark.parametrize("number", [1, 2])
@pytest.mark.parametrize("texts", [("a", "ab", "abc", "abcd", "abcde"), ("a", "b", "cd", "xyz")])
def test_the_margin_of_accident_is_that_of_keys_placed_in_every_way(texts, number):
    keys = list(itertools.combinations(range(len(texts)), number))
    kind = "choice" if number == 1 else "choices"
    habit = "the shortest option" if number == 1 else "the two longest"
    one = [choice("one", *texts, right=set(key), kind=kind) for key in keys]
    shares = [share([item], habit) for item in one]
    mean = sum(shares) / len(shares)
    variance = sum((s - mean) ** 2 for s in shares) / len(shares)
    [cue] = [cue for cue in cues(one[:1]) if cue.habit == habit]
    assert cue.accident == pytest.approx(2 * float(variance) ** 0.5)


def test_few_questions_are_loose_and_many_are_not():
    def all_loose(number):
        items = [choice(f"q{n}", "a", "ab", "abc", "abcd") for n in range(number)]
        return any(cue.is_loose for cue in cues(items))

    assert all_loose(10)
    assert not all_loose(30)


def test_questions_without_options_or_without_a_key_have_no_cues():
    numeric = read_item({"id": "t.n", "kind": "numeric", "stem": "?", "answer": 3}, at="n")
    keyless = choice("keyless", "a", "b", right=set(), kind="choices")
    assert cues([numeric, keyless]) == ()


def test_no_cue_of_the_shipped_questions_earns_clearly_more_than_chance():
    items = [item for topic in load(shipped("questions")).topics for item in topic.items]
    telling = {
        f"{cue.kind}, {cue.habit}": f"{float(cue.share):.3f}, chance {float(cue.chance):.3f}"
        for cue in cues(items)
        if cue.share > cue.chance + MARGIN
    }
    assert telling == {}
