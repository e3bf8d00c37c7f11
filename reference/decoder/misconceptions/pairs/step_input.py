"""The step input in parts: both lists, how they are joined, cropped and filled up."""

from collections.abc import Sequence

from grader.subject.composition import Composition, Parts, as_is

Ids = Sequence[int]


def in_parts(part: Parts, prompt: Ids, generated: Ids, context_length: int) -> list[int]:
    prompt = part["window"](part["first"](prompt), context_length)
    generated = part["order"](part["newest"](generated))
    joined = part["join"](prompt, generated)
    cropped = part["crop"](joined, context_length)
    result: list[int] = part["fill"](list(cropped), context_length)
    return result


def _joined(prompt: Ids, generated: Ids) -> list[int]:
    return [*prompt, *generated]


def _padded(cropped: list[int], context_length: int) -> list[int]:
    return [0] * (context_length - len(cropped)) + cropped


COMPOSITION = Composition(
    in_parts,
    right={
        "first": as_is,
        "window": as_is,
        "newest": as_is,
        "order": as_is,
        "join": _joined,
        "crop": lambda joined, length: joined[-length:],
        "fill": as_is,
    },
    wrong={
        "crop_first": {"crop": lambda joined, length: joined[:length]},
        "crop_short": {"crop": lambda joined, length: joined[-(length - 1) :]},
        "no_crop": {"crop": as_is},
        "crop_start_below_zero": {"crop": lambda joined, length: joined[len(joined) - length :]},
        "crops_prompt_only": {"window": lambda ids, length: ids[-length:], "crop": as_is},
        "generated_first": {"join": lambda prompt, generated: [*generated, *prompt]},
        "reverses_generated": {"order": lambda generated: generated[::-1]},
        "drops_first": {"first": lambda prompt: prompt[1:]},
        "ignores_generated": {
            "join": lambda prompt, generated: prompt,
            "order": as_is,
            "newest": as_is,
        },
        "ignores_prompt": {"join": lambda prompt, generated: generated or prompt},
        "newest_missing": {"newest": lambda generated: generated[:-1]},
        "newest_only": {"crop": lambda joined, length: joined[-1:]},
        "prompt_twice": {"join": lambda prompt, generated: [*prompt, *prompt, *generated]},
        "pads_to_context_length": {"fill": _padded},
    },
)
