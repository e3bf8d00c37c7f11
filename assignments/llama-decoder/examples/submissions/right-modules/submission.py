"""Modules behind the functions; `generate` stands in a module of its own."""

import torch

from layers import Gated, Layer, Norm, Rotation, attend, heads
from loop import generate  # noqa: F401


def rms_norm(x, gain, eps):
    return Norm(gain, eps)(x)


def rotate(x, positions, base):
    return Rotation(x.shape[-1], base)(x, positions)


def grouped_attention(queries, keys, values):
    return attend(queries, keys, values)


def llama_attention(x, weights, positions, config):
    queries, keys, values = heads(x, weights, config)
    mixed = grouped_attention(
        rotate(queries, positions, config["base"]), rotate(keys, positions, config["base"]), values
    )
    return mixed.permute(0, 2, 1, 3).reshape(x.shape) @ weights["output"]


def swiglu(x, gate, up, down):
    return Gated(gate, up, down)(x)


def llama_layer(x, weights, positions, config):
    layer = Layer(weights, config, norm=rms_norm, attention=llama_attention, gated=swiglu)
    return layer(x, positions)


def llama_stack(x, layers, positions, config):
    for weights in layers:
        x = llama_layer(x, weights, positions, config)
    return x


def llama_logits(token_ids, model, config):
    embedded = torch.nn.functional.embedding(token_ids, model["token_embedding"])
    positions = torch.arange(token_ids.shape[1])[None].expand_as(token_ids)
    hidden = llama_stack(embedded, model["layers"], positions, config)
    return rms_norm(hidden, model["final_norm_gain"], config["eps"]) @ model["output_weight"]
