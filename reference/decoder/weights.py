"""A model from a safetensors file in which the tensors carry GPT-2's names.

V vocabulary, C context length, d width, d_ff inner width. GPT-2 stores its matrices as
(in, out), which is how this model applies them; only an output projection is stored transposed.
"""

import json
from pathlib import Path
from typing import Any

from reference.decoder.attention import AttentionWeights
from reference.decoder.decoder_layer import LayerWeights
from reference.decoder.model import DecoderModel, ModelConfig, ModelWeights
from reference.decoder.tensor_file import TensorFile, WeightsError

# Settings of a config.json that change what is computed, with the values that are computed here.
_SUPPORTED: dict[str, tuple[object, ...]] = {
    "activation_function": ("gelu_new", "gelu_pytorch_tanh"),
    "scale_attn_weights": (True,),
    "scale_attn_by_inverse_layer_idx": (False,),
}


def load_model(path: Path, *, n_heads: int | None = None, eps: float | None = None) -> DecoderModel:
    """Read a model, in float64.

    Names may start with `transformer.`. Without a `lm_head.weight` (V, d) the output projection
    is the token embedding, transposed.

    Args:
        path: the safetensors file.
        n_heads: None takes it from the `config.json` beside the file.
        eps: None takes it from there too; where neither gives it, it is 1e-5.

    Raises:
        WeightsError: what is wrong with which tensor or setting.
        ValueError: the width does not split into that many heads.
    """
    settings = _read_settings(path.parent / "config.json")
    n_heads = settings.get("n_head") if n_heads is None else n_heads
    if n_heads is None:
        raise WeightsError(f"{path}: needs n_heads, or a config.json with n_head beside the file")
    weights = _read_weights(TensorFile(path))
    vocabulary_size, width = weights["token_embedding"].shape
    config = ModelConfig(
        vocabulary_size=vocabulary_size,
        context_length=len(weights["position_embedding"]),
        width=width,
        n_heads=n_heads,
        n_layers=len(weights["layers"]),
        inner_width=len(weights["layers"][0]["feed_forward"]["inner_bias"]),
        eps=settings.get("layer_norm_epsilon", 1e-5) if eps is None else eps,
    )
    return DecoderModel(config, weights)


def _read_settings(path: Path) -> dict[str, Any]:
    """The settings of a config.json; none where there is no such file."""
    if not path.exists():
        return {}
    try:
        settings = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise WeightsError(f"{path}: not readable as JSON ({error})") from error
    if not isinstance(settings, dict):
        raise WeightsError(f"{path}: should be a JSON object of settings")
    for name, supported in _SUPPORTED.items():
        if settings.get(name, supported[0]) not in supported:
            raise WeightsError(
                f"{path}: {name} is {settings[name]!r}; only {supported[0]!r} is computed here"
            )
    return settings


def _read_weights(tensors: TensorFile) -> ModelWeights:
    token_embedding = tensors.take("wte.weight", None, None)  # (V, d)
    vocabulary_size, d = token_embedding.shape
    weights: ModelWeights = {
        "token_embedding": token_embedding,
        "position_embedding": tensors.take("wpe.weight", None, d),  # (C, d)
        "layers": [_read_layer(tensors, f"h.{n}", d) for n in range(tensors.layer_count())],
        "final_norm_gain": tensors.take("ln_f.weight", d),
        "final_norm_bias": tensors.take("ln_f.bias", d),
        "output_weight": token_embedding.T,  # (d, V)
    }
    if "lm_head.weight" in tensors:
        weights["output_weight"] = tensors.take("lm_head.weight", vocabulary_size, d).T
    tensors.check_all_taken()
    return weights


def _read_layer(tensors: TensorFile, name: str, d: int) -> LayerWeights:
    inner = tensors.take(f"{name}.mlp.c_fc.weight", d, None)  # (d, d_ff)
    d_ff = inner.shape[1]
    return {
        "attention_norm_gain": tensors.take(f"{name}.ln_1.weight", d),
        "attention_norm_bias": tensors.take(f"{name}.ln_1.bias", d),
        "attention": _read_attention(tensors, f"{name}.attn", d),
        "feed_forward_norm_gain": tensors.take(f"{name}.ln_2.weight", d),
        "feed_forward_norm_bias": tensors.take(f"{name}.ln_2.bias", d),
        "feed_forward": {
            "inner": inner,
            "inner_bias": tensors.take(f"{name}.mlp.c_fc.bias", d_ff),
            "outer": tensors.take(f"{name}.mlp.c_proj.weight", d_ff, d),
            "outer_bias": tensors.take(f"{name}.mlp.c_proj.bias", d),
        },
    }


def _read_attention(tensors: TensorFile, name: str, d: int) -> AttentionWeights:
    """GPT-2 keeps query, key and value side by side in one matrix (d, 3 d)."""
    query, key, value = tensors.take(f"{name}.c_attn.weight", d, 3 * d).chunk(3, dim=1)
    query_bias, key_bias, value_bias = tensors.take(f"{name}.c_attn.bias", 3 * d).chunk(3)
    return {
        "query": query,
        "query_bias": query_bias,
        "key": key,
        "key_bias": key_bias,
        "value": value,
        "value_bias": value_bias,
        "output": tensors.take(f"{name}.c_proj.weight", d, d),
        "output_bias": tensors.take(f"{name}.c_proj.bias", d),
    }
