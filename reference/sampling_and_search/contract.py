"""The functions that students write, by name, each after those that it may use."""

from collections.abc import Callable
from typing import Any

from reference.sampling_and_search.beams import beam_search, beam_step
from reference.sampling_and_search.filters import min_p, repetition_penalty
from reference.sampling_and_search.speculation import acceptance, residual, speculative_step

FUNCTIONS: dict[str, Callable[..., Any]] = {
    function.__name__: function
    for function in (
        min_p,
        repetition_penalty,
        acceptance,
        residual,
        speculative_step,
        beam_step,
        beam_search,
    )
}
