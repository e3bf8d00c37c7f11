"""What students write, by name, each after what it may use: classes, and a method of the last."""

from collections.abc import Callable
from typing import Any

from reference.decoder_modules.attention import CausalSelfAttention
from reference.decoder_modules.block import Block
from reference.decoder_modules.feed_forward import MLP
from reference.decoder_modules.generation import generate
from reference.decoder_modules.model import DecoderModel

FUNCTIONS: dict[str, Callable[..., Any]] = {
    function.__name__: function
    for function in (MLP, CausalSelfAttention, Block, DecoderModel, generate)
}
