"""Numbers that explanations and feedback print come from runs, and claims can fail."""

from grader.quiz.bank.topics import load_topic
from grader.settings import shipped
from reference.decoder.answers.claims import ablations, embedding_and_positions, self_attention
from reference.decoder.answers.trials import replaced


def item(name):
    return load_topic(shipped("questions"), name.partition(".")[0]).item(name)


def test_about_a_quarter_of_sixty_right_programs_repeats_one_token():
    assert "about a quarter of sixty" in item("ablations.repetition-as-proof").explanation
    assert abs(sum(ablations.right_programs_that_repeat(0)) - 15) <= 2


def test_without_a_mask_fewer_than_half_of_sixty_models_change_their_greedy_token():
    pairs = [self_attention.with_and_without_mask(seed, n_layers=2)[0] for seed in range(60)]
    changed = sum(bool(one.argmax() != other.argmax()) for one, other in pairs)
    assert 0 < changed < 30


def test_an_embedding_that_knows_the_order_turns_a_claim_over():
    assert embedding_and_positions.no_positions_no_mask(0)
    with replaced(embed=lambda ids, tokens, _: tokens[ids] * ids.argsort().unsqueeze(-1)):
        assert not embedding_and_positions.no_positions_no_mask(0)
