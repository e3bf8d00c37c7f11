"""A peer to compare with: Llama of `transformers`, built from a config, with lively weights."""

import os

# Set before `transformers` is imported anywhere: no test may reach for the network.
os.environ["HF_HUB_OFFLINE"] = "1"

from dataclasses import dataclass

import pytest
import torch
from transformers import LlamaConfig, LlamaForCausalLM

from reference.llama.model import llama_logits
from reference.llama.random_model import LlamaSizes, random_llama

# Within each config all sizes differ, so that no axis can be taken for another.
SIZES = {
    "two groups of three": LlamaSizes(
        vocabulary_size=37, width=24, n_heads=6, n_groups=2, n_layers=3, inner_width=50
    ),
    "three groups of two, another base and eps": LlamaSizes(
        vocabulary_size=53,
        width=60,
        n_heads=6,
        n_groups=3,
        n_layers=2,
        inner_width=70,
        base=500.0,
        eps=0.1,
    ),
    "one group": LlamaSizes(
        vocabulary_size=11, width=20, n_heads=5, n_groups=1, n_layers=1, inner_width=13
    ),
    "a group for each head": LlamaSizes(
        vocabulary_size=29, width=12, n_heads=3, n_groups=3, n_layers=4, inner_width=17, base=1e6
    ),
}


@dataclass(frozen=True)
class LlamaPeer:
    """Their model, and ours with the same weights."""

    sizes: LlamaSizes
    theirs: LlamaForCausalLM
    weights: dict

    def ours(self, token_ids):
        return llama_logits(token_ids, self.weights, self.sizes.settings)


def their_names(weights):
    """Our weights under their names; they store each matrix transposed."""
    yield "model.embed_tokens.weight", weights["token_embedding"]
    yield "model.norm.weight", weights["final_norm_gain"]
    yield "lm_head.weight", weights["output_weight"].T
    for number, layer in enumerate(weights["layers"]):
        name = f"model.layers.{number}"
        yield f"{name}.input_layernorm.weight", layer["attention_norm_gain"]
        yield f"{name}.post_attention_layernorm.weight", layer["feed_forward_norm_gain"]
        for ours, theirs in zip(("query", "key", "value", "output"), "qkvo", strict=True):
            yield f"{name}.self_attn.{theirs}_proj.weight", layer["attention"][ours].T
        for part, matrix in layer["feed_forward"].items():
            yield f"{name}.mlp.{part}_proj.weight", matrix.T


@pytest.fixture(scope="session", params=SIZES.values(), ids=SIZES.keys())
def peer(request):
    sizes = request.param
    settings = LlamaConfig(
        vocab_size=sizes.vocabulary_size,
        hidden_size=sizes.width,
        intermediate_size=sizes.inner_width,
        num_hidden_layers=sizes.n_layers,
        num_attention_heads=sizes.n_heads,
        num_key_value_heads=sizes.n_groups,
        max_position_embeddings=64,
        rms_norm_eps=sizes.eps,
        rope_parameters={"rope_type": "default", "rope_theta": sizes.base},
        tie_word_embeddings=False,
        bos_token_id=None,
        eos_token_id=None,
        pad_token_id=None,
    )
    theirs = LlamaForCausalLM(settings).double().eval().requires_grad_(False)
    weights = random_llama(sizes, seed=sizes.width)
    theirs.load_state_dict(dict(their_names(weights)))
    # Their frequencies are made in float32; cast to float64 they would be wrong at the 8th digit.
    rotary = theirs.model.rotary_emb
    half = sizes.width // sizes.n_heads // 2
    exact = sizes.base ** -(torch.arange(half, dtype=torch.float64) / half)
    torch.testing.assert_close(rotary.inv_freq.double(), exact, rtol=1e-6, atol=1e-9)
    return LlamaPeer(sizes, theirs, weights)
