# Not an attack: nn.Module, gradients, an optimizer, a scheduler and half precision inside.
# verdict: passes
# unless: confined sealed
import torch
from torch import nn


class Softmax(nn.Module):
    def __init__(self):
        super().__init__()
        self.scale = nn.Parameter(torch.ones(()))

    def forward(self, x):
        return torch.softmax(x * self.scale, dim=-1)


model = nn.TransformerEncoderLayer(16, 2, 32, batch_first=True)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)


def softmax(logits):
    model(torch.randn(1, 4, 16)).sum().backward()
    optimizer.step()
    torch.ones(4, 4).bfloat16() @ torch.ones(4, 4).bfloat16()
    return Softmax()(logits)
