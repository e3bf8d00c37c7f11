from torch import nn


class MLP(nn.Module:
    pass
