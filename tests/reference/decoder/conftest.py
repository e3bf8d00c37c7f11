"""A peer to compare with: GPT-2 of `transformers`, built from a config, with random weights."""

import os

# Set before `transformers` is imported anywhere: no test may reach for the network.
os.environ["HF_HUB_OFFLINE"] = "1"

from dataclasses import dataclass

import pytest
import torch
from safetensors.torch import save_file
from transformers import GPT2Config, GPT2LMHeadModel

from reference.decoder.model import DecoderModel, ModelConfig
from reference.decoder.random_model import random_model
from reference.decoder.weights import load_model

# Within each config all sizes differ, so that no axis can be taken for another.
CONFIGS = {
    "two layers": ModelConfig(
        vocabulary_size=37, context_length=19, width=24, n_heads=3, n_layers=2, inner_width=50
    ),
    "one layer and one head": ModelConfig(
        vocabulary_size=11, context_length=7, width=10, n_heads=1, n_layers=1, inner_width=13
    ),
    "six layers and a large eps": ModelConfig(
        vocabulary_size=53,
        context_length=23,
        width=40,
        n_heads=8,
        n_layers=6,
        inner_width=70,
        eps=0.1,
    ),
    "heads of width one": ModelConfig(
        vocabulary_size=29, context_length=13, width=6, n_heads=6, n_layers=3, inner_width=17
    ),
}


@dataclass(frozen=True)
class Peer:
    """Their model, and ours with the same weights."""

    theirs: GPT2LMHeadModel
    ours: DecoderModel


def lively_gpt2(config, *, tied):
    """Their model in float64 with biases that are not 0 and gains that are not 1."""
    settings = GPT2Config(
        vocab_size=config.vocabulary_size,
        n_positions=config.context_length,
        n_embd=config.width,
        n_head=config.n_heads,
        n_layer=config.n_layers,
        n_inner=config.inner_width,
        layer_norm_epsilon=config.eps,
        activation_function="gelu_new",
        tie_word_embeddings=tied,
        bos_token_id=None,
        eos_token_id=None,
    )
    model = GPT2LMHeadModel(settings).double().eval().requires_grad_(False)
    generator = torch.Generator().manual_seed(config.width)
    for name, parameter in model.named_parameters():
        noise = torch.randn(parameter.shape, generator=generator, dtype=torch.float64)
        is_gain = "ln_" in name and name.endswith("weight")
        std = 1.5 / parameter.shape[0] ** 0.5 if parameter.dim() == 2 else 0.4
        parameter.copy_(noise * std + is_gain)
    return model


@pytest.fixture(scope="session")
def build_gpt2():
    return lively_gpt2


@pytest.fixture(scope="session", params=CONFIGS.values(), ids=CONFIGS.keys())
def peer(request, tmp_path_factory):
    config = request.param
    theirs = lively_gpt2(config, tied=False)
    file = tmp_path_factory.mktemp("peer") / "model.safetensors"
    save_file(theirs.state_dict(), file)
    return Peer(theirs, load_model(file, n_heads=config.n_heads, eps=config.eps))


@pytest.fixture(scope="session")
def model():
    """A lively model of our own; all sizes differ."""
    config = ModelConfig(
        vocabulary_size=31, context_length=9, width=12, n_heads=4, n_layers=3, inner_width=20
    )
    return random_model(config, seed=5)
