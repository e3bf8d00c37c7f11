from fractions import Fraction
from itertools import permutations

import pytest

from grader.quiz.items.item import Doubt, Rejected
from grader.quiz.items.partial_order import edit_share

RIGHT = ("enc", "pos", "emb", "add", "blk", "log", "smp")


def typed(item, steps, seed):
    """The numbers that a taker types for these steps."""
    texts = {part.id: part.text for part in (*item.steps, *item.distractors)}
    numbers = {part.text: part.label for part in item.present(seed).parts}
    return " ".join(numbers[texts[step]] for step in steps)


@pytest.mark.parametrize("seed", range(30))
def test_numbers_name_the_steps_that_were_shown(question, seed):
    item = question("flow")
    assert item.read_typed(typed(item, RIGHT, seed), seed=seed) == RIGHT


@pytest.mark.parametrize("seed", range(30))
def test_the_list_is_never_shown_in_a_right_order(question, seed):
    for name in ("flow", "chain"):
        item = question(name)
        shown = item.read_typed(" ".join(p.label for p in item.present(seed).parts), seed=seed)
        strangers = {stray.id for stray in item.distractors}
        without = tuple(step for step in shown if step not in strangers)
        assert item.mark(without).points < item.points


@pytest.mark.parametrize("separated", ["3 1 2", "3,1,2", "3, 1, 2", "3 > 1 > 2", "3-1-2", "3;1;2"])
def test_numbers_may_be_separated_in_many_ways(question, separated):
    item = question("chain")
    assert item.read_typed(separated, seed=1) == item.read_typed("3 1 2", seed=1)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("312", "put a space between"),
        ("1 2 4", "'4' is not a number from 1 to 3"),
        ("0 1 2", "'0' is not"),
        ("1 1 2", "step 1 stands twice"),
        ("one", "'one' is not"),
        ("²", "'²' is not"),
    ],
)
def test_what_is_no_order_is_rejected(question, text, why):
    rejected = question("chain").read_typed(text, seed=1)
    assert isinstance(rejected, Rejected)
    assert why in rejected.why


def test_an_unknown_step_is_answered_with_the_nearest(question):
    rejected = question("chain").read(["logits", "softmaxx"])
    assert rejected == Rejected("there is no step 'softmaxx'. Did you mean 'softmax'?")


def test_an_untouched_list_is_doubted(question):
    item = question("flow")
    untouched = item.read_typed("1 2 3 4 5 6 7 8", seed=5)
    assert isinstance(item.doubt(untouched, seed=5), Doubt)


def test_an_order_is_said_in_words_before_it_counts(question):
    said = question("flow").doubt(RIGHT, seed=5).question
    assert "1. Encode" in said
    assert said.index("Add both") < said.index("Is that your answer?")


def test_steps_left_out_are_named_before_the_order_counts(question):
    chain, flow = question("chain"), question("flow")
    assert "You left out:\n- " in chain.doubt(("logits", "select"), seed=1).question
    assert "You left out:\n- " in flow.doubt(RIGHT[:3], seed=1).question
    assert "left out" not in chain.doubt(chain.key(), seed=1).question


def test_the_first_broken_constraint_is_said_with_its_reason(question):
    mark = question("flow").mark(("enc", "emb", "add", "pos", "blk", "log", "smp"))
    assert mark.points == 5
    assert mark.feedback == (
        '"Look up the position embeddings" must come before "Add both"'
        " because it is one of the terms.",
    )


def test_a_chain_needs_no_reasons(question):
    mark = question("chain").mark(("softmax", "logits", "select"))
    assert mark.points == 1
    assert mark.feedback == ('"Logits" must come before "Softmax".',)


def test_a_distractor_gives_its_feedback_and_misconception(question):
    mark = question("flow").mark((*RIGHT, "train"))
    assert mark.points == 6
    assert mark.feedback == ('"Update the weights" belongs nowhere: Not now.',)
    assert mark.misconceptions == ("training.generates",)


def test_missing_steps_are_counted_but_not_named(question):
    mark = question("flow").mark(("enc", "emb", "add", "blk", "log"))
    assert mark.points == 5
    assert mark.feedback == ("2 steps are missing.",)


def test_the_exact_rule_can_be_chosen(question):
    item = question("flow", rule="exact")
    assert item.mark(RIGHT).points == 7
    assert item.mark(RIGHT[:-1]).points == 0


def test_the_guess_level_is_that_of_the_best_number_of_steps(question):
    # of six orders of three: one right, two with two edits (1/3), three with four (0)
    assert question("chain").guess_level() == Fraction(1, 6) * (1 + 4 * Fraction(1, 3))


def test_with_steps_that_belong_nowhere_no_number_of_steps_earns_more(question):
    item = question("flow")
    shown, order = ("train", *RIGHT), item.order()
    for n in range(1, 6):
        answers = list(permutations(shown, n))
        mean = sum(edit_share(answer, order) for answer in answers) / len(answers)
        assert item.guess_level() >= mean - Fraction(1, 100)


@pytest.mark.parametrize("rule", ["edit", "position", "pairs"])
def test_a_stranger_costs_points_by_every_rule_and_is_explained(question, rule):
    mark = question("flow", rule=rule).mark((*RIGHT, "train"))
    assert 0 < mark.points < 7
    assert mark.misconceptions == ("training.generates",)


@pytest.mark.parametrize("rule", ["edit", "exact", "position", "pairs"])
def test_every_rule_names_the_first_broken_constraint(question, rule):
    mark = question("flow", rule=rule).mark(("enc", "emb", "add", "pos", "blk", "log", "smp"))
    assert mark.points < 7
    assert "because it is one of the terms." in mark.feedback[0]


def test_the_position_rule_needs_few_right_orders(question):
    steps = [{"id": f"s{n}", "text": f"Step {n}"} for n in range(20)]
    before = [["s0", "s1", "so"]]
    item = question("chain", steps=steps, before=before, rule="position")
    found = [finding for finding in item.problems() if finding.severity == "error"]
    assert [finding.where for finding in found] == ["rule"]


def test_the_right_order_is_shown_as_its_author_wrote_it(question):
    item = question("flow")
    assert item.key() == tuple(step.id for step in item.steps)
    assert item.show_key().startswith("1. Encode the text\n2. Look up the token embeddings")
    assert item.show_key().endswith("Other orders are right, too.")


def test_steps_written_in_a_wrong_order_still_have_a_right_one(question):
    steps = [{"id": name, "text": name} for name in reversed(RIGHT)]
    item = question("flow", steps=steps)
    assert item.mark(item.key()).points == 7
