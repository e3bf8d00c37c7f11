import inspect
import subprocess
import sys
from pathlib import Path

import pytest

from reference.decoder.contract import FUNCTIONS

SIGNATURES = {
    "step_input": "prompt, generated, context_length",
    "embed": "token_ids, token_embedding, position_embedding",
    "layer_norm": "x, gain, bias, eps",
    "softmax": "logits",
    "attention_weights": "queries, keys",
    "self_attention": "x, weights, n_heads",
    "feed_forward": "x, weights",
    "decoder_layer": "x, weights, n_heads, eps",
    "decoder_stack": "x, layers, n_heads, eps",
    "output_logits": "hidden, gain, bias, eps, output_weight",
    "next_token_distribution": "logits, temperature, top_k, top_p",
    "select_token": "distribution, u",
    "sequence_log_probability": "logits, token_ids",
    "generate": "prompt, stages, max_new_tokens, eos_id, context_length",
}


def test_names_parameters_and_order_are_those_of_the_contract():
    got = {name: ", ".join(inspect.signature(f).parameters) for name, f in FUNCTIONS.items()}
    assert list(got.items()) == list(SIGNATURES.items())


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_uses_only_functions_before_it(name):
    names = list(FUNCTIONS)
    used = set(FUNCTIONS[name].__code__.co_names) & set(names)
    assert used <= set(names[: names.index(name)])


def test_importing_the_package_imports_nothing_heavy():
    root = Path(inspect.getfile(FUNCTIONS["embed"])).parents[2]
    program = "import sys, reference; sys.exit(any(m in sys.modules for m in ('torch', 'numpy')))"
    assert subprocess.run([sys.executable, "-c", program], cwd=root).returncode == 0
