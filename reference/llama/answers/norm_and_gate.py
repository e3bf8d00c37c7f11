"""Claims about root mean square normalization and the gated feed-forward network."""

from collections.abc import Mapping, Sequence

import torch

from grader.keys.procedure import same
from grader.keys.registry import claim
from reference.decoder.normalization import layer_norm
from reference.llama.answers.trials import normal, versions
from reference.llama.gated_feed_forward import swiglu
from reference.llama.normalization import rms_norm


@claim
def rms_norm_entry(
    seed: int, *, gain: float = 1, x: Sequence[float] = (1, 1, 7, 7)
) -> Mapping[str, float]:
    """The last component of the RMS norm of the vector."""
    given = torch.tensor(x, dtype=torch.float64)
    settings = torch.full_like(given, gain), 1e-12
    norms = versions(
        rms_norm, "centred", "sum_of_squares", "no_root", "divided_by_one_less", "mean_magnitude"
    )
    return {name: float(norm(given, *settings)[-1]) for name, norm in norms.items()}


@claim
def small_vector(
    seed: int, *, x: Sequence[float] = (0.02, 0, 0, 0), eps: float = 0.0003, gain: float = 1
) -> Mapping[str, float]:
    """The first component of the RMS norm of a small vector."""
    given = torch.tensor(x, dtype=torch.float64)
    norms = versions(rms_norm, "eps_missing", "eps_outside_root", "eps_as_minimum", "eps_fixed")
    gains = torch.full_like(given, gain)
    return {name: float(norm(given, gains, eps)[0]) for name, norm in norms.items()}


@claim
def norms_compared(seed: int) -> Mapping[str, bool]:
    """RMS norm and layer norm with bias 0, the same gain and a tiny eps, on random vectors.

    shifted: Adding 3 to all entries of a vector leaves its RMS norm as it was.
    scaled: Multiplying a vector by 5 leaves its RMS norm as it was.
    centred: Where the entries of a vector add up to 0, both norms agree.
    others: Changing the vector of one token changes the RMS norm of another token.
    """
    x, gain = normal(seed, 4, 6), normal(seed + 1, 6).abs() + 1
    centred = x - x.mean(dim=-1, keepdim=True)
    changed = x.clone()
    changed[3] *= 2

    def norm(states: torch.Tensor) -> torch.Tensor:
        return rms_norm(states, gain, 1e-12)

    return {
        "shifted": same(norm(x + 3), norm(x)),
        "scaled": same(norm(5 * x), norm(x)),
        "centred": same(norm(centred), layer_norm(centred, gain, 0 * gain, 1e-12)),
        "others": not same(norm(changed)[:3], norm(x)[:3]),
    }


@claim
def hundredfold_states(seed: int, *, factor: float = 100) -> Mapping[str, bool]:
    """The RMS norm, with a tiny eps, of states that are so many times as large.

    same: The result stays the same.
    hundred: The result is a hundred times as large.
    hundredth: The result is a hundredth of what it was.
    one: All entries of the result come to 1 or -1, times the gain.
    """
    x, gain = normal(seed, 4, 6), normal(seed + 1, 6).abs() + 1
    before, after = (rms_norm(states, gain, 1e-12) for states in (x, factor * x))
    return {
        "same": same(after, before),
        "hundred": same(after, factor * before),
        "hundredth": same(after, before / factor),
        "one": same(after.abs(), gain.expand_as(after)),
    }


def _gated(a: float, b: float) -> tuple[torch.Tensor, ...]:
    """An input of 1 and matrices of one entry, so that the two maps give a and b."""
    one = torch.ones(1, 1, dtype=torch.float64)
    return one[0], a * one, b * one, one


@claim
def gate_value(
    seed: int, *, gate: float = 2, up: float = 3, down: float = 1
) -> Mapping[str, float]:
    """What the gated network gives where its two maps give these numbers."""
    x, first, second, last = _gated(gate, up)
    gates = versions(
        swiglu,
        "gate_and_up_swapped",
        "adds",
        "sigmoid",
        "no_activation",
        "activation_of_product",
        "both_activated",
        "up_left_out",
    )
    return {name: float(made(x, first, second, down * last)) for name, made in gates.items()}


@claim
def activation_below_zero(seed: int, *, gate: float = -1) -> Mapping[str, float]:
    """What the gated network gives where the gate's map gives this number and the other one 1."""
    x, first, second, down = _gated(gate, 1.0)
    gates = versions(swiglu, "relu", "gelu", "sigmoid", "tanh", "no_activation")
    return {name: float(made(x, first, second, down)) for name, made in gates.items()}


@claim
def gate_far_below_zero(seed: int, *, gate: float = -30, up: float = 4) -> Mapping[str, bool]:
    """What the gated network makes of -30 from the gate's map and 4 from the other one.

    shut: The product is almost zero.
    up: The product is almost 4.
    far: The product is almost -120.
    negated: The product is almost -4.
    """
    result = float(swiglu(*_gated(gate, up)))

    def almost(number: float) -> bool:
        return abs(result - number) < 1e-6

    return {
        "shut": almost(0),
        "up": almost(up),
        "far": almost(gate * up),
        "negated": almost(-up),
    }
