import pytest
import yaml

from grader.keys.orders import accepted, turned_round
from grader.quiz.items.partial_order import Constraint, PartialOrder

LAYER = """
id: topic.layer
kind: ordering
concept: 4
difficulty: 2
points: 3
stem: Put the parts of a layer in order.
explanation: As in the reference.
verify:
  kind: trace_order
  trace: pre_norm_layer
  steps:
    norm: first_norm
    attention: attention
    add: first_addition
    rest: [second_norm, feed_forward, second_addition]
    late: norm_at_end
steps:
  - {id: norm, text: Normalize}
  - {id: attention, text: Attend}
  - {id: add, text: Add}
  - {id: rest, text: Run the feed-forward sub-layer}
distractors:
  - {id: late, text: Normalize the sum, misconception: m, feedback: No.}
"""
SCORES = """
id: topic.scores
kind: ordering
concept: 3
difficulty: 2
points: 3
stem: Put the parts of attention in order.
explanation: As in the reference.
verify:
  kind: trace_order
  trace: attention
  steps:
    start: [queries_keys, values, scores]
    scale: scale
    mask: mask
    end: [softmax, weighted_sum, output]
steps:
  - {id: start, text: Scores}
  - {id: scale, text: Scale}
  - {id: mask, text: Mask}
  - {id: end, text: Softmax and sum}
before:
  - [start, scale, there must be scores]
  - [start, mask, there must be scores]
  - [scale, end, softmax reads them]
  - [mask, end, softmax reads them]
"""
STEPS = {
    "norm": "first_norm",
    "attention": "attention",
    "add": "first_addition",
    "rest": ["second_norm", "feed_forward", "second_addition"],
    "late": "norm_at_end",
}


def backing(**changes):
    return {
        "kind": "trace_order",
        "trace": "pre_norm_layer",
        "steps": {**STEPS, **changes},
    }


def test_a_right_order_is_sound(outcome_of):
    assert outcome_of(LAYER).problems == ()


def test_an_order_with_two_commuting_steps_is_sound(outcome_of):
    assert outcome_of(SCORES).problems == ()


def test_an_order_that_the_reference_does_not_have_is_named(outcome_of):
    steps = [{"id": name, "text": name} for name in ("attention", "norm", "add", "rest")]
    [problem] = outcome_of(LAYER, steps=steps).problems
    assert problem.startswith("the accepted order attention > norm > add > rest is wrong: on seed")
    assert "the reference was seen to do first_norm, then attention" in problem


def test_an_order_that_computes_something_else_is_named(outcome_of):
    before = [["scale", "start", "x"], ["start", "mask", "x"], ["mask", "end", "x"]]
    [problem] = outcome_of(SCORES, before=before).problems
    assert problem.startswith("the accepted order scale > start > mask > end is wrong: on seed 0")
    assert "for want of 'scores'" in problem


def test_a_constraint_between_commuting_steps_is_named(outcome_of):
    before = [["start", "scale", "x"], ["scale", "mask", "x"], ["mask", "end", "x"]]
    [problem] = outcome_of(SCORES, before=before).problems
    assert problem.startswith("'mask' may as well come before 'scale': start > mask > scale > end")


def test_a_distractor_that_changes_nothing_is_named(outcome_of):
    strays = [{"id": "again", "text": "Project to values once more"}]
    verify = {
        "kind": "trace_order",
        "trace": "attention",
        "steps": {
            "start": ["queries_keys", "values", "scores"],
            "scale": "scale",
            "mask": "mask",
            "end": ["softmax", "weighted_sum", "output"],
            "again": "values",
        },
    }
    [problem] = outcome_of(SCORES, verify=verify, distractors=strays).problems
    assert problem == "the distractor 'again' changes nothing wherever it is put in"


def test_a_step_that_is_absent_in_the_reference_can_only_be_a_distractor(outcome_of):
    assert outcome_of(LAYER, verify=backing(late="absent")).problems == ()
    [problem] = outcome_of(LAYER, verify=backing(add="absent")).problems
    assert "has no event 'absent'" in problem


@pytest.mark.parametrize(
    ("verify", "says"),
    [
        ({**backing(), "trace": "pre_norm"}, "there is no trace 'pre_norm'. Did you mean"),
        (
            backing(atention="attention"),
            "`steps` names no step: 'atention'. Did you mean 'attention",
        ),
        (backing(add=[]), "does not say which event the step 'add' is"),
        (backing(add="addition"), "has no event 'addition'. Did you mean 'first_addition'?"),
    ],
)
def test_names_that_do_not_exist_are_sentences(outcome_of, verify, says):
    [problem] = outcome_of(LAYER, verify=verify).problems
    assert says in problem


def test_all_accepted_orders_are_found_and_many_are_sampled():
    free = PartialOrder(("a", "b", "c"), (Constraint("a", "c"),))
    assert set(accepted(free)) == {("a", "b", "c"), ("a", "c", "b"), ("b", "a", "c")}
    many = PartialOrder(tuple("abcdefg"), (Constraint("a", "g"),))
    assert len(accepted(many)) == 40
    assert all(order.index("a") < order.index("g") for order in accepted(many))


def test_a_turned_constraint_breaks_no_other():
    chain = PartialOrder(("a", "b", "c"), (Constraint("a", "b"), Constraint("b", "c")))
    assert turned_round(chain, chain.constraints[0]) == ("b", "a", "c")
    double = PartialOrder(("a", "b", "c"), (*chain.constraints, Constraint("a", "c")))
    assert turned_round(double, double.constraints[2]) is None


SHAPES = """
id: topic.shapes
kind: ordering
concept: 4
difficulty: 2
points: 3
stem: Put what flows in order.
explanation: As in the reference.
verify:
  kind: trace_order
  trace: one_generated_token
  steps: {ids: [join, crop], rest: [embed, layers, norm, project], last: [softmax, select, append]}
  shapes: {ids: ids, rest: logits}
steps:
  - {id: ids, text: $T$ integers}
  - {id: rest, text: '$T \\times V$ numbers'}
  - {id: last, text: One integer}
"""


def test_a_step_after_the_last_that_matters_is_named(outcome_of):
    raw = yaml.safe_load(SHAPES)
    raw["verify"]["steps"]["again"] = "look_up_tokens"
    raw["steps"].append({"id": "again", "text": "Look up the tokens once more"})
    [problem] = outcome_of(yaml.safe_dump(raw)).problems[:1]
    assert problem == "the step 'again' changes nothing: the same is done without it"


def test_the_text_of_a_step_must_hold_the_shape_that_was_computed(outcome_of):
    assert outcome_of(SHAPES).problems == ()
    wrong = SHAPES.replace("times V", "times d")
    assert outcome_of(wrong).problems == ("what the step 'rest' makes has the shape $T \\times V$",)


@pytest.mark.parametrize(
    ("shapes", "says"),
    [
        ({"idz": "ids"}, "`shapes` names no step: 'idz'. Did you mean 'ids'?"),
        ({"ids": "hidden"}, "the shape of 'hidden' after 'ids' has no letters: 'hidden'"),
    ],
)
def test_a_shape_of_nothing_is_a_sentence(outcome_of, shapes, says):
    raw = yaml.safe_load(SHAPES)
    raw["verify"]["shapes"] = shapes
    assert outcome_of(yaml.safe_dump(raw)).problems == (says,)
