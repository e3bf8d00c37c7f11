"""What people get wrong about the next-token distribution: temperature, greedy case, result.

B batch, V vocabulary.
"""

from torch import Tensor

from grader.subject.misconception import equivalent, misconception
from reference.decoder.distribution import next_token_distribution
from reference.decoder.misconceptions.distribution_parts import greedy, only
from reference.decoder.softmax import softmax


@misconception(
    replaces=next_token_distribution,
    says="The logits are multiplied by the temperature.",
    hint="Does a high temperature make your distribution flatter or sharper?",
    questions=["token-selection.temperature-two", "output-and-softmax.double-logits"],
    differs_only="at temperatures other than 0 and 1",
)
def temperature_multiplies(
    logits: Tensor, temperature: float, top_k: int | None, top_p: float | None
) -> Tensor:
    if temperature == 0:
        return greedy(logits)
    return next_token_distribution(logits * temperature, 1, top_k, top_p)


@misconception(
    replaces=next_token_distribution,
    says="The temperature is applied twice.",
    hint="Two logits differ by 2. By which factor do your probabilities differ at temperature 2?",
    questions=["token-selection.temperature-two"],
    differs_only="at temperatures other than 0 and 1",
)
def temperature_twice(
    logits: Tensor, temperature: float, top_k: int | None, top_p: float | None
) -> Tensor:
    return next_token_distribution(logits, temperature**2, top_k, top_p)


@misconception(
    replaces=next_token_distribution,
    says="The temperature divides the probabilities.",
    hint="What do your probabilities add up to at temperature 2?",
    questions=["token-selection.temperature-two", "token-selection.order-sampler"],
    differs_only="at temperatures other than 0 and 1",
)
def temperature_on_probabilities(
    logits: Tensor, temperature: float, top_k: int | None, top_p: float | None
) -> Tensor:
    if temperature == 0:
        return greedy(logits)
    return next_token_distribution(logits, 1, top_k, top_p) / temperature


@misconception(
    replaces=next_token_distribution,
    says="The temperature is not used.",
    hint="Which of your results is flatter, that at temperature 0.5 or that at 2?",
    questions=["token-selection.hot", "token-selection.temperature-two"],
    differs_only="at temperatures other than 0 and 1",
)
def temperature_ignored(
    logits: Tensor, temperature: float, top_k: int | None, top_p: float | None
) -> Tensor:
    return next_token_distribution(logits, 0 if temperature == 0 else 1, top_k, top_p)


@misconception(
    replaces=next_token_distribution,
    says="The temperature may as well come after top-p.",
    hint="Does a change of the temperature change which tokens your top-p keeps? Should it?",
    questions=["token-selection.temperature-and-top-p", "token-selection.order-sampler"],
    differs_only="with top-p at temperatures other than 0 and 1",
)
def temperature_after_top_p(
    logits: Tensor, temperature: float, top_k: int | None, top_p: float | None
) -> Tensor:
    if temperature == 0:
        return greedy(logits)
    kept = next_token_distribution(logits, 1, top_k, top_p) > 0
    return softmax(only(kept, logits) / temperature)


@misconception(
    replaces=next_token_distribution,
    says="At temperature 0 the logits are divided by 0.",
    hint="What does your function return at temperature 0? Print it.",
    questions=["token-selection.greedy-settings"],
    differs_only="at temperature 0",
)
def zero_temperature_divides(
    logits: Tensor, temperature: float, top_k: int | None, top_p: float | None
) -> Tensor:
    if temperature == 0:
        return softmax(logits / temperature)
    return next_token_distribution(logits, temperature, top_k, top_p)


@misconception(
    replaces=next_token_distribution,
    says="Temperature 0 means that there is no temperature.",
    hint="Which tokens can be drawn at temperature 0.01, and which at 0 in your code?",
    questions=["token-selection.greedy-settings", "token-selection.hot"],
    differs_only="at temperature 0",
)
def zero_temperature_is_off(
    logits: Tensor, temperature: float, top_k: int | None, top_p: float | None
) -> Tensor:
    return next_token_distribution(logits, temperature or 1, top_k, top_p)


@misconception(
    replaces=next_token_distribution,
    says="The result is always greedy: probability 1 on the arg max.",
    hint="At which settings should your function leave more than one token possible?",
    questions=["token-selection.greedy-settings", "token-selection.hot"],
)
def always_greedy(
    logits: Tensor, temperature: float, top_k: int | None, top_p: float | None
) -> Tensor:
    return greedy(logits)


@misconception(
    replaces=next_token_distribution,
    says="Softmax is applied to the finished distribution once more.",
    hint="Can a token that was filtered out still be drawn from your result?",
    questions=["output-and-softmax.softmax-twice", "token-selection.order-sampler"],
)
def softmax_twice(
    logits: Tensor, temperature: float, top_k: int | None, top_p: float | None
) -> Tensor:
    return softmax(next_token_distribution(logits, temperature, top_k, top_p))


@misconception(
    replaces=next_token_distribution,
    says="The filtered logits are the result; there is no softmax at the end.",
    hint="Can an entry of your result be negative? What do the entries add up to?",
    questions=["token-selection.order-sampler"],
)
def returns_logits(
    logits: Tensor, temperature: float, top_k: int | None, top_p: float | None
) -> Tensor:
    right = next_token_distribution(logits, temperature, top_k, top_p)
    return right if temperature == 0 else only(right > 0, logits / temperature)


@misconception(
    replaces=next_token_distribution,
    says="I divide the logits in place and change the caller's array.",
    hint="Call your function twice with the same logits. Are the results equal?",
    questions=["token-selection.order-sampler"],
    differs_only="in the logits after the call, at temperatures other than 0 and 1",
)
def changes_its_input(
    logits: Tensor, temperature: float, top_k: int | None, top_p: float | None
) -> Tensor:
    if temperature == 0:
        return greedy(logits)
    logits /= temperature
    return next_token_distribution(logits, 1, top_k, top_p)


@equivalent(
    replaces=next_token_distribution,
    says="The temperature divides the logarithms of the probabilities.",
)
def temperature_on_logarithms(
    logits: Tensor, temperature: float, top_k: int | None, top_p: float | None
) -> Tensor:
    return next_token_distribution(logits.log_softmax(dim=-1), temperature, top_k, top_p)


@equivalent(
    replaces=next_token_distribution,
    says="Each probability is raised to the power 1 / T, and the row is divided by its sum.",
    where="as long as no probability is so small that it becomes 0",
)
def temperature_as_power(
    logits: Tensor, temperature: float, top_k: int | None, top_p: float | None
) -> Tensor:
    if temperature == 0:
        return greedy(logits)
    powers = softmax(logits) ** (1 / temperature)
    return next_token_distribution(powers.log(), 1, top_k, top_p)


@equivalent(
    replaces=next_token_distribution,
    says="Temperature 0 becomes a very small temperature.",
    where="as long as the largest two logits are not close to each other",
)
def zero_temperature_is_tiny(
    logits: Tensor, temperature: float, top_k: int | None, top_p: float | None
) -> Tensor:
    if temperature == 0:
        return softmax(logits / 1e-6)
    return next_token_distribution(logits, temperature, top_k, top_p)
