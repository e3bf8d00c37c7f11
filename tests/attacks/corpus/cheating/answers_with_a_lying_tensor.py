# Answers with a subclass of torch.Tensor whose operations all pretend to be right.
# verdict: fails
import torch


class Lying(torch.Tensor):
    @classmethod
    def __torch_function__(cls, function, types, arguments=(), options=None):
        if "detach" in str(function):
            return arguments[0]
        return torch.zeros(())

    def __eq__(self, other):
        return True

    def numpy(self, *arguments, **options):
        return self

    __hash__ = None


def softmax(logits):
    return logits.as_subclass(Lying)
