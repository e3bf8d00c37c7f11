"""Models of the Llama family with random weights that let every mistake show."""

from dataclasses import dataclass

from reference.decoder.random_model import LivelyDraw
from reference.llama.attention_sublayer import LlamaSettings
from reference.llama.decoder_layer import LlamaLayerWeights
from reference.llama.model import LlamaWeights


@dataclass(frozen=True, slots=True, kw_only=True)
class LlamaSizes:
    """All sizes of a model, and what else its arrays do not show."""

    vocabulary_size: int
    width: int
    n_heads: int
    n_groups: int
    n_layers: int
    inner_width: int
    base: float = 10_000.0
    eps: float = 1e-5

    @property
    def settings(self) -> LlamaSettings:
        return {
            "n_heads": self.n_heads,
            "n_groups": self.n_groups,
            "base": self.base,
            "eps": self.eps,
        }


def random_llama(sizes: LlamaSizes, seed: int) -> LlamaWeights:
    """Lively weights, float64. Each number is also a float32, so casting to it loses nothing."""
    draw = LivelyDraw(seed)
    d = sizes.width
    return {
        "token_embedding": draw.normal(sizes.vocabulary_size, d),
        "layers": [_layer(draw, sizes) for _ in range(sizes.n_layers)],
        "final_norm_gain": draw.gain(d),
        "output_weight": draw.matrix(d, sizes.vocabulary_size),
    }


def _layer(draw: LivelyDraw, sizes: LlamaSizes) -> LlamaLayerWeights:
    d, narrow = sizes.width, sizes.width // sizes.n_heads * sizes.n_groups
    return {
        "attention_norm_gain": draw.gain(d),
        "attention": {
            "query": draw.matrix(d, d),
            "key": draw.matrix(d, narrow),
            "value": draw.matrix(d, narrow),
            "output": draw.matrix(d, d),
        },
        "feed_forward_norm_gain": draw.gain(d),
        "feed_forward": {
            "gate": draw.matrix(d, sizes.inner_width),
            "up": draw.matrix(d, sizes.inner_width),
            "down": draw.matrix(sizes.inner_width, d),
        },
    }
