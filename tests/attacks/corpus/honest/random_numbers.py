# Not an attack: random numbers of every library, seeded and not.
# verdict: passes
import random

import numpy as np
import torch

torch.manual_seed(1)
generator = torch.Generator().manual_seed(2)


def softmax(logits):
    random.seed(3)
    np.random.seed(4)
    noise = torch.randn(3, generator=generator).sum() + torch.rand(1) + random.random()
    noise = noise + np.random.default_rng().normal() + np.random.rand() + torch.randperm(5)[0]
    return torch.softmax(logits + 0 * noise, dim=-1)
