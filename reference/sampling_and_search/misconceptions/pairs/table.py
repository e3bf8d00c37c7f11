"""Stages in parts, for the pairs of mistakes that can stand in one stage together."""

from grader.subject.composition import Composition
from reference.sampling_and_search.misconceptions.pairs import beam_search, beam_step

COMPOSITIONS: dict[str, Composition] = {
    "beam_step": beam_step.COMPOSITION,
    "beam_search": beam_search.COMPOSITION,
}
