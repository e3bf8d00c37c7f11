# Answers with tensors that are no plain arrays: meta, sparse, complex, quantized, nested, bfloat16.
# verdict: fails
# clean: a tensor of (layout|dtype)|ha(s|ve) dtype|another kind|raised
import itertools
import warnings

import torch

ODD = itertools.cycle(
    [
        lambda x: torch.empty(x.shape, device="meta"),
        lambda x: x.to_sparse(),
        lambda x: x.to(torch.complex64).conj(),
        lambda x: torch.quantize_per_tensor(x, 0.1, 0, torch.quint8),
        lambda x: torch.nested.nested_tensor([x.reshape(-1)]),
        lambda x: x.to(torch.bfloat16),
        lambda x: torch.sparse_compressed_tensor(
            torch.tensor([0, 1]), torch.tensor([0]), torch.ones(1), layout=torch.sparse_csr
        ),
    ]
)


def answer(*arguments):
    x = next(a for a in arguments if isinstance(a, torch.Tensor) and a.is_floating_point())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return next(ODD)(x)


softmax = layer_norm = embed = attention_weights = next_token_distribution = answer
