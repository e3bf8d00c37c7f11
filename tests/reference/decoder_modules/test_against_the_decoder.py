"""The modules against the stages of the decoder, from one file of GPT-2's names."""

import inspect

import pytest
import torch
from safetensors.torch import save_file

from grader.subject.arrival import check_subject
from reference.decoder.weights import load_model
from reference.decoder_modules.contract import FUNCTIONS
from reference.decoder_modules.generation import generate
from reference.decoder_modules.model import DecoderModel
from reference.decoder_modules.subject import SUBJECT

CONFIG = {
    "vocab_size": 23,
    "n_positions": 9,
    "n_embd": 12,
    "n_layer": 3,
    "n_head": 3,
    "layer_norm_epsilon": 0.05,
    "embd_pdrop": 0.3,
    "attn_pdrop": 0.3,
    "resid_pdrop": 0.3,
}
IDS = torch.randint(23, (2, 9), generator=torch.Generator().manual_seed(3))
GREEDY = type("Greedy", (), {"select": staticmethod(lambda logits: logits.argmax(-1))})


@pytest.fixture(scope="module")
def model():
    made = DecoderModel(CONFIG).double().eval()
    random = torch.Generator().manual_seed(5)
    with torch.no_grad():
        for parameter in made.parameters():
            parameter.copy_(torch.randn(parameter.shape, generator=random) * 0.5)
    return made


@pytest.fixture(scope="module")
def decoder(model, tmp_path_factory):
    """The decoder of the course with the weights of the modules, read by GPT-2's names."""
    path = tmp_path_factory.mktemp("weights") / "model.safetensors"
    state = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    save_file(state, path)
    return load_model(path, n_heads=CONFIG["n_head"], eps=CONFIG["layer_norm_epsilon"])


@pytest.mark.parametrize("time", [1, 4, 9])
def test_the_logits_are_those_of_the_decoder(model, decoder, time):
    ours, theirs = model(IDS[:, :time]), decoder(IDS[:, :time])
    assert torch.allclose(ours, theirs, rtol=0, atol=1e-9)


def test_generation_is_that_of_full_passes_in_evaluation_mode(model, decoder):
    model.train()
    came = generate(model, IDS[:, :5], GREEDY, 7)
    assert model.training
    model.eval()
    text = IDS[:, :5]
    for _ in range(7):
        chosen = decoder(text[:, -9:])[:, -1].argmax(-1, keepdim=True)
        text = torch.cat([text, chosen], 1)
    assert came.equal(text)


def test_a_history_is_what_its_last_step_answers(model):
    state = model.state_dict()
    steps = [["load_state_dict", [state], "answer"], ["eval", [], "answer"]]
    answer = DecoderModel(CONFIG, [*steps, ["", [IDS], "answer"]])
    assert torch.allclose(answer, model(IDS), rtol=0, atol=1e-9)
    assert answer.dtype == torch.float64
    inner = DecoderModel(
        CONFIG, [*steps, ["transformer.h.1.mlp", [torch.ones(1, 2, 12)], "answer"]]
    )
    assert inner.shape == (1, 2, 12)
    shapes = DecoderModel(CONFIG, [["named_parameters", [], "shapes"]])
    assert shapes["transformer.wte.weight"] == [23, 12]
    assert DecoderModel(CONFIG, [*steps, ["training", [], "value"]]) is False


def test_the_parts_of_the_subject_fit():
    check_subject(SUBJECT, at="reference.decoder_modules")
    assert {entry.stage for entry in SUBJECT.misconceptions} == set(FUNCTIONS)


@pytest.mark.parametrize("entry", SUBJECT.misconceptions, ids=lambda entry: entry.id)
def test_a_mistake_takes_what_its_stage_takes_and_says_what_it_is(entry):
    taken = list(inspect.signature(entry.wrong).parameters)
    assert taken == list(inspect.signature(FUNCTIONS[entry.stage]).parameters)
    assert entry.says.endswith(".")
    assert entry.hint.endswith("?")
