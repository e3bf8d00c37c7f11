"""What backs an answer key: the `verify:` of a question, by kind.

These are only the words of the YAML. What they stand for is run in `grader.keys`.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, get_args

import msgspec

from grader import strict_yaml
from grader.errors import CourseError, did_you_mean

Seeds = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{1,6}\.\.[0-9]{1,6}$")]
EvidenceKind = Literal["tokens", "step_inputs", "distributions", "attention_weights"]
Ids = tuple[int, ...]
Few = Annotated[int, msgspec.Meta(ge=1, le=32)]


class _Backing(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind"
):
    """What all kinds share.

    `numbers` says what each number of the stem is, in their order: the name of something that is
    run or printed, or a plain number. Without it they are the parameters of the claim.
    """

    numbers: tuple[str | int | float, ...] | None = None


class _ClaimRun(_Backing, frozen=True, kw_only=True):
    """A claim, and the parameters that are not to have their usual values."""

    claim: str
    with_: dict[str, Any] = msgspec.field(default_factory=dict, name="with")


class NumericRun(_ClaimRun, frozen=True, kw_only=True, tag="numeric"):
    """The claim computes the answer and what each trap is; they are written as it computes them."""


class PredicateRun(_ClaimRun, frozen=True, kw_only=True, tag="predicate"):
    """On every seed the claim finds the right options true and each wrong one false."""

    seeds: Seeds = "0..9"


class AblationRun(_ClaimRun, frozen=True, kw_only=True, tag="ablation"):
    """The claim runs the ablation on every seed.

    An option says what always happens, and is true if it held on all seeds. One that is listed in
    `may` says what can happen, and is true if it held on some; `holds: some` lists all right ones.
    """

    seeds: Seeds = "0..19"
    holds: Literal["all", "some"] = "all"
    may: tuple[str, ...] = ()


class ListingRun(_Backing, frozen=True, kw_only=True, tag="listing"):
    """The claim runs a listing, and is true if it does what the reference does.

    Of a `fill` it is the listing with each right answer in its gap, which must do so on every seed,
    and with each wrong one, which must not. Of a `choice` between lines it is the listing in the
    stem, which must not, and the same with `mended` in the place of the right line, which must.
    """

    claim: str
    seeds: Seeds = "0..4"
    mended: str = ""


class Sampling(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the distribution of a step is made from its logits."""

    temperature: float = 1.0
    top_k: int | None = None
    top_p: float | None = None


class DiagnosisRun(_Backing, frozen=True, kw_only=True, tag="diagnosis"):
    """The evidence in the stem comes from a program with this mistake, and from no other option.

    `options` gives each wrong option the mistakes that it stands for; the right one may be left
    out.
    """

    misconception: str
    options: dict[str, str | tuple[str, ...]]
    prompts: Annotated[tuple[Ids, ...], msgspec.Meta(min_length=1)]
    evidence: EvidenceKind | tuple[EvidenceKind, ...]
    steps: Few = 4
    seed: Annotated[int, msgspec.Meta(ge=0)] = 0
    variants: Few = 1
    select: Literal["greedy", "draw"] = "greedy"
    sampling: Sampling | None = None
    vocabulary_size: Few = 11
    context_length: Few = 16
    n_layers: Few = 2

    @property
    def kinds(self) -> tuple[EvidenceKind, ...]:
        return (self.evidence,) if isinstance(self.evidence, str) else self.evidence

    def mistakes(self, option: str) -> tuple[str, ...]:
        """What an option stands for; nothing where it is not listed."""
        given = self.options.get(option, ())
        return (given,) if isinstance(given, str) else given


class TraceOrderRun(_Backing, frozen=True, kw_only=True, tag="trace_order"):
    """Each accepted order, run event by event, does what the reference does; no other does.

    `steps` gives steps and distractors their events; `absent` stands for an event that the
    reference does not have. `shapes` names the array whose shape the text of a step must hold.
    """

    trace: str
    steps: dict[str, str | tuple[str, ...]]
    shapes: dict[str, str] = msgspec.field(default_factory=dict)

    def events(self, step: str) -> tuple[str, ...]:
        given = self.steps.get(step, ())
        return (given,) if isinstance(given, str) else given


Backing = NumericRun | PredicateRun | AblationRun | DiagnosisRun | TraceOrderRun | ListingRun
BACKINGS: Mapping[str, type[Backing]] = {
    str(kind.__struct_config__.tag): kind for kind in get_args(Backing)
}
# The kinds of question that each kind of backing is for.
FITS: Mapping[str, tuple[str, ...]] = {
    "numeric": ("numeric",),
    "predicate": ("choice", "choices", "true_false", "text", "short", "matching"),
    "ablation": ("choice", "choices", "true_false"),
    "diagnosis": ("choice", "choices"),
    "trace_order": ("ordering",),
    "listing": ("fill", "choice"),
}


def backing_kind(backing: Backing) -> str:
    return str(backing.__struct_config__.tag)


def first_last(seeds: str) -> tuple[int, int]:
    """The two ends of `0..9`."""
    first, _, last = seeds.partition("..")
    return int(first), int(last)


def read_backing(raw: Any, *, at: str) -> Backing:
    """The `verify:` of a question from its YAML mapping.

    Raises:
        CourseError: it does not fit the schema of its kind.
    """
    if not isinstance(raw, dict):
        raise CourseError(
            f"verify: expected a mapping, got {raw!r}",
            at=at,
            fix="Write e.g. `verify: {kind: numeric, claim: NAME}`.",
        )
    kind = BACKINGS.get(str(raw.get("kind")))
    if kind is None:
        problem = f"there is no kind {raw['kind']!r}" if "kind" in raw else "`kind` is missing"
        raise CourseError(
            f"verify: {problem}", at=at, fix=did_you_mean(raw.get("kind", ""), BACKINGS)
        )
    return strict_yaml.convert(raw, kind, at=f"{at} verify", also=("kind",))
