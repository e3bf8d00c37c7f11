"""What people get wrong about the whole model: what enters the stack, and what follows it."""

import torch
from torch import Tensor

from grader.subject.misconception import equivalent, misconception
from reference.llama.attention_sublayer import LlamaSettings
from reference.llama.decoder_stack import llama_stack
from reference.llama.model import LlamaWeights, llama_logits
from reference.llama.normalization import rms_norm
from reference.llama.rotation import turns


def _counted(token_ids: Tensor) -> Tensor:
    return torch.arange(token_ids.shape[1]).expand(token_ids.shape)


def _hidden(token_ids: Tensor, model: LlamaWeights, config: LlamaSettings) -> Tensor:
    """The final hidden states, (B, T, d)."""
    embedded = model["token_embedding"][token_ids]
    return llama_stack(embedded, model["layers"], _counted(token_ids), config)


def _normed(hidden: Tensor, model: LlamaWeights, config: LlamaSettings) -> Tensor:
    return rms_norm(hidden, model["final_norm_gain"], config["eps"])


def _after_embedding(
    embedded: Tensor,
    model: LlamaWeights,
    config: LlamaSettings,
    *,
    positions: Tensor | None = None,
) -> Tensor:
    if positions is None:
        positions = _counted(embedded[..., 0])
    hidden = llama_stack(embedded, model["layers"], positions, config)
    return _normed(hidden, model, config) @ model["output_weight"]


@misconception(
    replaces=llama_logits,
    says="The output projection takes the output of the last layer as it is.",
    hint="What stands between the last layer and the output projection?",
    questions=["output-and-softmax.no-final-norm", "llama-family.what-is-projected"],
)
def no_final_norm(token_ids: Tensor, model: LlamaWeights, config: LlamaSettings) -> Tensor:
    return _hidden(token_ids, model, config) @ model["output_weight"]


@misconception(
    replaces=llama_logits,
    says="The final normalization is applied twice.",
    hint="How many normalizations stand behind the last layer?",
    questions=["output-and-softmax.no-final-norm", "llama-family.what-is-projected"],
)
def norm_twice(token_ids: Tensor, model: LlamaWeights, config: LlamaSettings) -> Tensor:
    hidden = _normed(_normed(_hidden(token_ids, model, config), model, config), model, config)
    return hidden @ model["output_weight"]


@misconception(
    replaces=llama_logits,
    says="The final normalization has no gain.",
    hint="Double the final gain. Does your result notice?",
    questions=["output-and-softmax.no-final-norm"],
)
def final_norm_without_gain(
    token_ids: Tensor, model: LlamaWeights, config: LlamaSettings
) -> Tensor:
    plain: LlamaWeights = {**model, "final_norm_gain": torch.ones_like(model["final_norm_gain"])}
    return llama_logits(token_ids, plain, config)


@misconception(
    replaces=llama_logits,
    says="The final normalization also subtracts the mean.",
    hint="Which mean do the normalizations of this model subtract?",
    questions=["llama-family.norms-compared", "output-and-softmax.no-final-norm"],
)
def final_layer_norm(token_ids: Tensor, model: LlamaWeights, config: LlamaSettings) -> Tensor:
    hidden = _hidden(token_ids, model, config)
    hidden = hidden - hidden.mean(dim=-1, keepdim=True)
    return _normed(hidden, model, config) @ model["output_weight"]


@misconception(
    replaces=llama_logits,
    says="The token embeddings are normalized before the first layer, too.",
    hint="What does the first layer receive: rows of the table, or something made of them?",
    questions=["llama-family.what-is-projected"],
)
def norm_before_stack(token_ids: Tensor, model: LlamaWeights, config: LlamaSettings) -> Tensor:
    table = _normed(model["token_embedding"], model, config)
    return llama_logits(token_ids, {**model, "token_embedding": table}, config)


@misconception(
    replaces=llama_logits,
    says="The token embeddings are multiplied by the square root of d.",
    hint="Which families scale their embeddings? Is this one of them?",
    questions=["embedding-and-positions.one-entry", "llama-family.what-is-projected"],
)
def scaled_by_root_d(token_ids: Tensor, model: LlamaWeights, config: LlamaSettings) -> Tensor:
    root = model["token_embedding"].shape[1] ** 0.5
    scaled: LlamaWeights = {**model, "token_embedding": model["token_embedding"] * root}
    return llama_logits(token_ids, scaled, config)


@misconception(
    replaces=llama_logits,
    says="Sines and cosines of the position are added to the token embeddings as well.",
    hint="How do positions enter this model, and how often?",
    questions=["llama-family.where-positions-enter"],
)
def sinusoids_added(token_ids: Tensor, model: LlamaWeights, config: LlamaSettings) -> Tensor:
    embedded = model["token_embedding"][token_ids]
    half = embedded.shape[-1] // 2
    waves = turns(torch.arange(token_ids.shape[1]), half, 10_000.0).to(embedded.dtype)
    both = torch.cat([waves.sin(), waves.cos()], dim=-1)
    padded = torch.nn.functional.pad(both, (0, embedded.shape[-1] - 2 * half))
    return _after_embedding(embedded + padded, model, config)


@misconception(
    replaces=llama_logits,
    says="All tokens stand at position 0.",
    hint="Exchange two earlier tokens. Can the last one's logits tell?",
    questions=["llama-family.where-positions-enter"],
    differs_only="with more than one token",
)
def positions_all_zero(token_ids: Tensor, model: LlamaWeights, config: LlamaSettings) -> Tensor:
    embedded = model["token_embedding"][token_ids]
    return _after_embedding(embedded, model, config, positions=0 * token_ids)


@misconception(
    replaces=llama_logits,
    says="The newest token stands at position 0.",
    hint="Of two tokens, which has the larger position: the older or the newer one?",
    questions=["llama-family.where-positions-enter", "llama-family.shifted-positions"],
    differs_only="with more than one token",
)
def positions_backwards(token_ids: Tensor, model: LlamaWeights, config: LlamaSettings) -> Tensor:
    embedded = model["token_embedding"][token_ids]
    backwards = _counted(token_ids).flip(-1)
    return _after_embedding(embedded, model, config, positions=backwards)


@misconception(
    replaces=llama_logits,
    says="The ids are handed on as positions.",
    hint="Where does the third token of a row stand? Does that depend on its id?",
    questions=["llama-family.where-positions-enter"],
    differs_only="with more than one token",
)
def ids_as_positions(token_ids: Tensor, model: LlamaWeights, config: LlamaSettings) -> Tensor:
    embedded = model["token_embedding"][token_ids]
    return _after_embedding(embedded, model, config, positions=token_ids)


@misconception(
    replaces=llama_logits,
    says="The token embedding, transposed, is the output projection.",
    hint="Change the output weight. Does your result change?",
    questions=["output-and-softmax.tied-tables", "llama-family.what-is-projected"],
)
def tied_weights(token_ids: Tensor, model: LlamaWeights, config: LlamaSettings) -> Tensor:
    return llama_logits(token_ids, {**model, "output_weight": model["token_embedding"].T}, config)


@misconception(
    replaces=llama_logits,
    says="I reshape the output weight to (V, d) and transpose it, so that the shapes fit.",
    hint="Which column of the output weight belongs to token 0?",
    questions=["output-and-softmax.one-logit"],
    differs_only="with more than one token in the vocabulary",
)
def weight_transposed(token_ids: Tensor, model: LlamaWeights, config: LlamaSettings) -> Tensor:
    weight = model["output_weight"]
    mixed: LlamaWeights = {**model, "output_weight": weight.reshape(weight.shape[::-1]).T}
    return llama_logits(token_ids, mixed, config)


@misconception(
    replaces=llama_logits,
    says="Logits are probabilities already.",
    hint="Do your logits sum to 1? Then they are not logits.",
    questions=["output-and-softmax.one-logit", "output-and-softmax.softmax-twice"],
)
def returns_probabilities(token_ids: Tensor, model: LlamaWeights, config: LlamaSettings) -> Tensor:
    return llama_logits(token_ids, model, config).softmax(dim=-1)


@misconception(
    replaces=llama_logits,
    says="Logits are the logarithms of probabilities.",
    hint="Is one of your logits larger than 0? May one be?",
    questions=["output-and-softmax.one-logit"],
)
def returns_log_probabilities(
    token_ids: Tensor, model: LlamaWeights, config: LlamaSettings
) -> Tensor:
    return llama_logits(token_ids, model, config).log_softmax(dim=-1)


@misconception(
    replaces=llama_logits,
    says="I return the logits of the last position alone.",
    hint="Which shape is asked for, and which is yours?",
    questions=["output-and-softmax.logits-shape"],
    differs_only="with more than one token",
)
def last_position_only(token_ids: Tensor, model: LlamaWeights, config: LlamaSettings) -> Tensor:
    return llama_logits(token_ids, model, config)[:, -1:]


@misconception(
    replaces=llama_logits,
    says="Token id i selects the row after it in the token embedding.",
    hint="Embed id 0 alone. Is it row 0 of the table?",
    questions=["embedding-and-positions.one-entry"],
)
def id_off_by_one(token_ids: Tensor, model: LlamaWeights, config: LlamaSettings) -> Tensor:
    return llama_logits((token_ids + 1) % len(model["token_embedding"]), model, config)


@misconception(
    replaces=llama_logits,
    says="Id 0 stands for padding, and its token vector must be zero.",
    hint="Is any token id special in the table of a decoder without padding?",
    questions=["embedding-and-positions.one-entry"],
    differs_only="where id 0 occurs",
)
def pad_is_zero(token_ids: Tensor, model: LlamaWeights, config: LlamaSettings) -> Tensor:
    table = model["token_embedding"].clone()
    table[0] = 0
    return llama_logits(token_ids, {**model, "token_embedding": table}, config)


@misconception(
    replaces=llama_logits,
    says="The embeddings go straight to the final normalization.",
    hint="Change an earlier token. Do the logits of the last one change?",
    questions=["llama-family.what-is-projected"],
)
def no_layers(token_ids: Tensor, model: LlamaWeights, config: LlamaSettings) -> Tensor:
    return llama_logits(token_ids, {**model, "layers": []}, config)


@misconception(
    replaces=llama_logits,
    says="I use an eps of 1e-5 in the final normalization, whichever eps is given.",
    hint="Call your function with eps = 1 and with eps = 0.1. Do the results differ?",
    questions=["llama-family.eps-decides"],
    differs_only="where another eps than 1e-5 is given",
)
def eps_fixed(token_ids: Tensor, model: LlamaWeights, config: LlamaSettings) -> Tensor:
    hidden = _hidden(token_ids, model, config)
    return rms_norm(hidden, model["final_norm_gain"], 1e-5) @ model["output_weight"]


@misconception(
    replaces=llama_logits,
    says="I take each layer out of the caller's list as I run it.",
    hint="Call your function twice with the same model. Are there layers left the second time?",
    questions=["llama-family.what-is-projected"],
    differs_only="in the model after the call",
)
def takes_layers_out(token_ids: Tensor, model: LlamaWeights, config: LlamaSettings) -> Tensor:
    result = llama_logits(token_ids, model, config)
    model["layers"].clear()
    return result


@equivalent(
    replaces=llama_logits,
    says="Positions count from 1: only their differences reach the scores.",
)
def positions_from_one(token_ids: Tensor, model: LlamaWeights, config: LlamaSettings) -> Tensor:
    embedded = model["token_embedding"][token_ids]
    return _after_embedding(embedded, model, config, positions=_counted(token_ids) + 1)


@equivalent(replaces=llama_logits, says="The final gain is multiplied into the output weight.")
def gain_in_the_map(token_ids: Tensor, model: LlamaWeights, config: LlamaSettings) -> Tensor:
    gain = model["final_norm_gain"]
    folded: LlamaWeights = {
        **model,
        "final_norm_gain": torch.ones_like(gain),
        "output_weight": gain[:, None] * model["output_weight"],
    }
    return llama_logits(token_ids, folded, config)


@equivalent(replaces=llama_logits, says="The rows of the batch are taken one after the other.")
def row_by_row(token_ids: Tensor, model: LlamaWeights, config: LlamaSettings) -> Tensor:
    return torch.cat([llama_logits(row[None], model, config) for row in token_ids])


@equivalent(replaces=llama_logits, says="Each token is embedded by a row of zeros with a one.")
def one_hot_embedding(token_ids: Tensor, model: LlamaWeights, config: LlamaSettings) -> Tensor:
    table = model["token_embedding"]
    ones = torch.nn.functional.one_hot(token_ids, len(table)).to(table.dtype)
    return _after_embedding(ones @ table, model, config)
