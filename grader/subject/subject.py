"""A subject: all that the grader must know of what an assignment is about, as one value.

`reference/decoder/subject.py` is one; an instructor's own folder may hold another. Diagnosis,
audit and verification are handed the subject of the assignment and know no other.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

from grader.observed_calls import Observation, StageCall
from grader.subject.composition import Composition, composed, pairs_of
from grader.subject.exchanged_stages import ExchangedStages
from grader.subject.misconception import Equivalent, Misconception
from grader.subject.recorded_answers import RecordedAnswers, RecordedFunction
from grader.subject.values import Floats, over_arrays

_AND = " and "

Call = Callable[[str, Sequence[Any]], Any]  # the name of a stage and its arguments


class Loop(Protocol):
    """A stage that is given stages to call, and how its versions are played against a record."""

    logits: tuple[str, ...]  # the stages of its table that give logits, alone or with a cache

    def arguments(self, seen: Observation, ask: Callable[[str, Any], Any]) -> list[Any]:
        """What a version gets in place of what was sent.

        Args:
            ask: answers a call from the record: the name of the stage, and what it received.
        """

    def same(self, call: StageCall, received: Any) -> bool:
        """Whether a version hands a stage what the record has."""

    def answer(self, call: StageCall, received: Any) -> Any:
        """The recorded answer, as a version gets it."""

    def sent(self, stage: str, received: Any) -> list[Any]:
        """The arguments of a call, from what a record has of them."""

    def left_alone(self, seen: Observation, arguments: Sequence[Any]) -> bool:
        """Whether the arguments afterwards are what they were in the record."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """Stages put together on a small model, from the first value to the last."""

    stages: tuple[str, ...]
    tolerance: float  # of the largest right value; rounding over the whole chain stays below
    # Each value and what it is called, up to one that is missing; `every_step` may be left out
    # where only the last value counts.
    values: Callable[[Call, bool], Iterator[tuple[str, Floats | None]]]
    result: str  # what the last value is called


@dataclass(frozen=True, slots=True, kw_only=True)
class AddedMistakes:
    """Where an assignment keeps mistakes that it adds to a named subject."""

    package: str
    file: Path


@dataclass(frozen=True, kw_only=True)
class Subject:
    """Right functions by stage, and what people get wrong about them.

    A stage of an assignment belongs to its subject if it has the name and the parameters of a
    function here. Of other stages nothing is said.
    """

    name: str
    # An audit hands the sources in as text: modules of this package, which lies in this folder.
    package: str
    folder: Path
    functions: Mapping[str, Callable[..., Any]]  # each after those that it may use
    misconceptions: tuple[Misconception, ...] = ()
    equivalents: tuple[Equivalent, ...] = ()
    compositions: Mapping[str, Composition] = field(default_factory=dict)  # for two in one stage
    # Names of the axes of what a stage returns, from the last one on.
    axes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    causal: frozenset[str] = frozenset()  # stages with zeros above the diagonal of the last axes
    # None: its runs are recorded.
    loops: Mapping[str, Loop | None] = field(default_factory=dict)
    chain: Chain | None = None
    concepts: Mapping[str, int] = field(default_factory=dict)  # the row of each stage
    framework: str = "torch"  # what the functions take: "torch" or "numpy"
    keys: Callable[[], Any] | None = None  # loads what answer keys are run on
    # Of a release: its functions know these answers, and there is no code of them.
    recorded: RecordedAnswers | None = None
    added: AddedMistakes | None = None

    def of_stage(self, stage: str) -> tuple[Misconception, ...]:
        """The misconceptions about one stage, as they are written."""
        return self._by_stage.get(stage, ())

    def find(self, id_: str) -> Misconception:
        """The misconception with this id.

        Raises:
            KeyError: there is none.
        """
        return self._by_id[id_]

    def concept_of(self, id_: str) -> int | None:
        """The row of the table of concepts that a misconception belongs to.

        Raises:
            KeyError: there is no such misconception.
        """
        entry = self.find(id_)
        return self.concepts.get(entry.stage) if entry.concept is None else entry.concept

    def has(self, id_: str) -> bool:
        """Whether there is a misconception with this id."""
        return id_ in self._by_id

    def pairs_of(self, stage: str) -> tuple[tuple[str, str], ...]:
        """The ids of misconceptions that can stand in one stage together."""
        return self._pairs.get(stage, ())

    def function_of(self, version: str) -> Callable[..., Any]:
        """A version of a stage: its name for the right one, an id, or `both` of two.

        Raises:
            KeyError: there is no such version.
        """
        if version in self.functions:
            return self.functions[version]
        if _AND not in version:
            return self.find(version).wrong
        ids = version.split(_AND)
        return composed(self.compositions[ids[0].partition(".")[0]], ids)

    def with_inner(
        self, version: str, arguments: list[Any], instead: Mapping[str, Callable[..., Any]]
    ) -> Any:
        """What a version of a stage computes with other functions in the place of inner stages.

        Args:
            version: as for `function_of`, without two together.
            instead: by the name of the stage; they take what the stage takes.

        Raises:
            KeyError: there is no such version.
        """
        return self._exchanged.call(self.function_of(version), arguments, instead)

    def over_arrays(self) -> dict[str, Callable[..., Any]]:
        """The right functions as checks call them: arrays in, float64 arrays out."""
        if self.recorded is not None:
            return dict(self.functions)
        return {name: over_arrays(f, self.framework) for name, f in self.functions.items()}

    def about(self, stages: Mapping[str, tuple[str, ...]]) -> "Subject":
        """The same of these stages alone: those with its names and its parameters.

        Args:
            stages: parameters by the name of the stage.
        """
        known = {
            name: function
            for name, function in self.functions.items()
            if stages.get(name) == parameters(function)
        }
        whole = self.chain is not None and set(self.chain.stages) <= known.keys()
        return replace(
            self,
            functions=known,
            misconceptions=tuple(e for e in self.misconceptions if e.stage in known),
            equivalents=tuple(e for e in self.equivalents if e.stage in known),
            chain=self.chain if whole else None,
        )

    @cached_property
    def _exchanged(self) -> ExchangedStages:
        packages = (self.package, *([self.added.package] if self.added else []))
        return ExchangedStages(packages, self.functions)

    @cached_property
    def _by_id(self) -> dict[str, Misconception]:
        return {entry.id: entry for entry in self.misconceptions}

    @cached_property
    def _by_stage(self) -> dict[str, tuple[Misconception, ...]]:
        stages = dict.fromkeys(entry.stage for entry in self.misconceptions)
        return {s: tuple(e for e in self.misconceptions if e.stage == s) for s in stages}

    @cached_property
    def _pairs(self) -> dict[str, tuple[tuple[str, str], ...]]:
        return {stage: tuple(pairs_of(stage, parts)) for stage, parts in self.compositions.items()}


def both(ids: Sequence[str]) -> str:
    """The version of a stage in which these misconceptions stand together."""
    return _AND.join(ids)


def parameters(function: Callable[..., Any]) -> tuple[str, ...]:
    """The names of what a function takes by position."""
    if isinstance(function, RecordedFunction):
        return function.parameters
    code = function.__code__
    return code.co_varnames[: code.co_argcount]
