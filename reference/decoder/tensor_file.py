"""The tensors of a safetensors file with GPT-2's names, with clear words about what is wrong."""

import re
from pathlib import Path

from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

_LAYER_NUMBER = re.compile(r"h\.(\d+)\.")

# Old files carry the causal mask of each layer as a tensor; this model makes its own.
_STORED_MASK = re.compile(r"h\.\d+\.attn\.(masked_)?bias")


class WeightsError(ValueError):
    """A file of weights cannot be read, or holds another kind of model."""


class TensorFile:
    """The tensors by their names without `transformer.`, each to be taken once."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            stored = load_file(path)
        except (OSError, SafetensorError) as error:
            raise WeightsError(f"{path}: not a readable safetensors file ({error})") from error
        by_name = {name.removeprefix("transformer."): tensor for name, tensor in stored.items()}
        self._left = {
            name: tensor for name, tensor in by_name.items() if not _STORED_MASK.fullmatch(name)
        }

    def __contains__(self, name: str) -> bool:
        return name in self._left

    def layer_count(self) -> int:
        """One more than the highest layer number; at least 1, so that taking layer 0 complains."""
        numbers = [int(found[1]) for name in self._left if (found := _LAYER_NUMBER.match(name))]
        return max(numbers, default=0) + 1

    def take(self, name: str, *shape: int | None) -> Tensor:
        """One tensor as float64.

        Args:
            name: GPT-2's name for it.
            shape: the sizes it must have; None stands for any size.

        Raises:
            WeightsError: it is missing, was taken before, or has another shape.
        """
        if name not in self._left:
            raise WeightsError(f"{self._path}: the tensor {name!r} is missing")
        tensor = self._left.pop(name)
        fits = len(tensor.shape) == len(shape) and all(
            wanted in (None, got) for wanted, got in zip(shape, tensor.shape, strict=True)
        )
        if not fits:
            wanted_shape = ", ".join("any" if size is None else str(size) for size in shape)
            raise WeightsError(
                f"{self._path}: the tensor {name!r} has the shape {tuple(tensor.shape)}, "
                f"it should have ({wanted_shape})"
            )
        return tensor.double()

    def check_all_taken(self) -> None:
        """A tensor that nobody wants belongs to a model that computes something else."""
        if self._left:
            raise WeightsError(
                f"{self._path}: {sorted(self._left)[0]!r} is no tensor of a GPT-2 model "
                f"({len(self._left)} such in all)"
            )
