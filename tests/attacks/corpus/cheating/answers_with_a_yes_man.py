# Answers with an object that equals everything, is smaller than everything and calls itself a
# tensor.
# verdict: fails
# clean: returned a|is not|raised
import torch


class YesMan:
    def __eq__(self, other):
        return True

    def __getattr__(self, name):
        return YesMan()

    def __call__(self, *arguments, **options):
        return self

    def __float__(self):
        return 0.0

    def __lt__(self, other):
        return True

    __le__ = __gt__ = __ge__ = __lt__

    def __sub__(self, other):
        return self

    __rsub__ = __add__ = __getitem__ = __sub__
    __class__ = torch.Tensor
    __hash__ = None


def softmax(logits):
    return YesMan()
