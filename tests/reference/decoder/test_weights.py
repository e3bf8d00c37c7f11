"""Reading GPT-2's names and shapes from a file, and saying what is wrong with one."""

import json

import pytest
import torch
from safetensors.torch import save_file

from reference.decoder.model import ModelConfig
from reference.decoder.weights import WeightsError, load_model

CONFIG = ModelConfig(
    vocabulary_size=17, context_length=11, width=12, n_heads=3, n_layers=2, inner_width=20
)
IDS = torch.tensor([[0, 16, 3, 3, 9], [1, 2, 3, 4, 5]])


@pytest.fixture(scope="module")
def untied(build_gpt2):
    return build_gpt2(CONFIG, tied=False)


@pytest.fixture
def tensors(untied):
    """Their weights by the short names, without `transformer.`; a fresh dict for each test."""
    return {
        name.removeprefix("transformer."): tensor.clone()
        for name, tensor in untied.state_dict().items()
    }


@pytest.fixture
def load(tmp_path):
    def save_and_load(tensors, **settings):
        save_file(tensors, tmp_path / "model.safetensors")
        return load_model(tmp_path / "model.safetensors", **{"n_heads": 3, **settings})

    return save_and_load


def assert_same_logits(ours, theirs):
    expected = theirs(IDS).logits
    assert (ours(IDS) - expected).abs().max() <= 1e-9 * expected.abs().max()


@pytest.mark.parametrize("prefix", ["", "transformer."])
def test_names_may_have_the_prefix(prefix, tensors, load, untied):
    renamed = {
        name if name == "lm_head.weight" else prefix + name: tensor
        for name, tensor in tensors.items()
    }
    assert_same_logits(load(renamed), untied)


def test_without_an_output_matrix_the_token_embedding_is_used(build_gpt2, load):
    tied = build_gpt2(CONFIG, tied=True)
    tensors = {name: tensor.clone() for name, tensor in tied.state_dict().items()}
    del tensors["lm_head.weight"]
    assert_same_logits(load(tensors), tied)


def test_an_output_matrix_of_its_own_is_not_tied(tensors, load, untied):
    assert_same_logits(load(tensors), untied)
    del tensors["lm_head.weight"]
    assert (load(tensors)(IDS) - untied(IDS).logits).abs().max() > 0.1


def test_all_sizes_are_read_from_the_shapes(tensors, load):
    assert load(tensors).config == CONFIG


def test_single_precision_files_become_double(tensors, load):
    model = load({name: tensor.float() for name, tensor in tensors.items()})
    assert {parameter.dtype for parameter in model.parameters()} == {torch.float64}
    assert model(IDS).dtype == torch.float64


def test_masks_stored_by_old_files_are_ignored(tensors, load, untied):
    tensors["h.0.attn.bias"] = torch.ones(1, 1, 11, 11).tril()
    tensors["h.1.attn.masked_bias"] = torch.tensor(-1e4)
    assert_same_logits(load(tensors), untied)


def test_config_json_beside_the_file_gives_heads_and_eps(tensors, load, tmp_path):
    settings = {"n_head": 4, "layer_norm_epsilon": 0.25, "activation_function": "gelu_new"}
    (tmp_path / "config.json").write_text(json.dumps(settings))
    from_file = load(tensors, n_heads=None).config
    assert (from_file.n_heads, from_file.eps) == (4, 0.25)
    from_caller = load(tensors, n_heads=2, eps=1e-3).config
    assert (from_caller.n_heads, from_caller.eps) == (2, 1e-3)


def test_a_missing_tensor_is_named(tensors, load):
    del tensors["h.1.attn.c_proj.bias"]
    with pytest.raises(WeightsError, match=r"'h\.1\.attn\.c_proj\.bias' is missing"):
        load(tensors)


def test_a_file_without_layers_is_refused(tensors, load):
    bare = {name: tensor for name, tensor in tensors.items() if not name.startswith("h.")}
    with pytest.raises(WeightsError, match=r"'h\.0\..*' is missing"):
        load(bare)


@pytest.mark.parametrize(
    ("name", "shape", "expected"),
    [
        ("wte.weight", (17,), r"\(any, any\)"),
        ("wpe.weight", (11, 13), r"\(any, 12\)"),
        ("h.1.attn.c_attn.weight", (36, 12), r"\(12, 36\)"),
        ("h.0.mlp.c_fc.bias", (19,), r"\(20\)"),
        ("lm_head.weight", (18, 12), r"\(17, 12\)"),
    ],
)
def test_a_wrong_shape_is_told_with_the_right_one(name, shape, expected, tensors, load):
    tensors[name] = torch.zeros(shape)
    got = ", ".join(map(str, shape))
    with pytest.raises(WeightsError, match=rf"'{name}' has the shape \({got},?\).*{expected}"):
        load(tensors)


def test_a_tensor_of_another_kind_of_model_is_refused(tensors, load):
    tensors["h.0.crossattention.c_attn.weight"] = torch.zeros(12, 24)
    with pytest.raises(WeightsError, match=r"crossattention"):
        load(tensors)


def test_the_number_of_heads_must_come_from_somewhere(tensors, load):
    with pytest.raises(WeightsError, match="n_heads"):
        load(tensors, n_heads=None)


def test_heads_that_do_not_split_the_width_are_refused(tensors, load):
    with pytest.raises(ValueError, match="12 does not split into 5 heads"):
        load(tensors, n_heads=5)


@pytest.mark.parametrize(
    "setting",
    [
        {"activation_function": "gelu"},
        {"scale_attn_weights": False},
        {"scale_attn_by_inverse_layer_idx": True},
    ],
)
def test_a_setting_that_changes_the_model_is_refused(setting, tensors, load, tmp_path):
    (tmp_path / "config.json").write_text(json.dumps(setting))
    with pytest.raises(WeightsError, match=next(iter(setting))):
        load(tensors)


@pytest.mark.parametrize("text", ["{", "[]", '"GPT-2"'])
def test_a_broken_config_json_is_named(text, tensors, load, tmp_path):
    (tmp_path / "config.json").write_text(text)
    with pytest.raises(WeightsError, match=r"config\.json"):
        load(tensors)


@pytest.mark.parametrize("content", [None, b"", b"not tensors at all"])
def test_an_unreadable_file_is_named(content, tmp_path):
    path = tmp_path / "model.safetensors"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(WeightsError, match=r"model\.safetensors: not a readable"):
        load_model(path, n_heads=3)
