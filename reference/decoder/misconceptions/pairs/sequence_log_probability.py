"""The log-probability of a sequence in parts: rows, tokens, logarithms, sum, base and sign.

T time, V vocabulary.
"""

import math

import torch
from torch import Tensor

from grader.subject.composition import Composition, Parts, as_is
from reference.decoder.softmax import softmax


def in_parts(part: Parts, logits: Tensor, token_ids: Tensor) -> float:
    logits, token_ids = part["rows"](logits, token_ids)
    token_ids = part["tokens"](token_ids, logits)
    logarithms = part["logarithms"](logits)[torch.arange(len(token_ids)), token_ids]
    result: float = part["last"](part["sign"](part["base"](float(part["sum"](logarithms)))))
    return result


def _log_softmax(logits: Tensor) -> Tensor:
    return logits.log_softmax(dim=-1)


def _below_one_maximum(logits: Tensor) -> Tensor:
    shifted = logits - logits.max()
    return shifted - shifted.exp().sum(dim=-1, keepdim=True).log()


COMPOSITION = Composition(
    in_parts,
    right={
        "rows": lambda logits, ids: (logits, ids),
        "tokens": as_is,
        "logarithms": _log_softmax,
        "sum": torch.sum,
        "base": as_is,
        "sign": as_is,
        "last": as_is,
    },
    wrong={
        "shifted_rows": {"rows": lambda logits, ids: (logits[1:], ids[:-1])},
        "shifts_once_more": {"rows": lambda logits, ids: (logits[:-1], ids[1:])},
        "first_token_missing": {"rows": lambda logits, ids: (logits[1:], ids[1:])},
        "last_token_only": {"rows": lambda logits, ids: (logits[-1:], ids[-1:]), "sum": torch.sum},
        "mean": {"sum": torch.mean},
        "sign": {"sign": lambda total: -total},
        "returns_loss": {"sum": torch.mean, "sign": lambda total: -total},
        "perplexity": {"sum": torch.mean, "sign": lambda total: -total, "last": math.exp},
        "adds_probabilities": {"sum": lambda logs: logs.exp().sum().log()},
        "no_logarithm": {"sum": lambda logs: logs.exp().prod()},
        "product_underflows": {"sum": lambda logs: logs.exp().prod().log()},
        "logarithm_of_zero": {"logarithms": lambda logits: softmax(logits).log()},
        "global_maximum": {"logarithms": _below_one_maximum},
        "log_base_two": {"base": lambda total: total / math.log(2)},
        "uses_argmax": {"tokens": lambda ids, logits: logits.argmax(dim=-1)},
        "no_softmax": {"logarithms": as_is},
        "softmax_twice": {"logarithms": lambda logits: _log_softmax(softmax(logits))},
        "softmax_over_time": {"logarithms": lambda logits: logits.log_softmax(dim=0)},
    },
)
