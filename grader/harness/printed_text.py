"""What a submission printed, kept by the check that it was printed for: the ends of long texts."""

from collections.abc import Sequence
from dataclasses import replace

from grader.records import CheckResult, Verdict

_CHARACTERS = 20_000  # of one text
_ALL_CHARACTERS = 100_000


def with_output(results: Sequence[CheckResult], printed: Sequence[str]) -> list[CheckResult]:
    """The results with what was printed while they came about.

    Where it is too much to be kept, that of checks that did not pass is kept first.
    """
    if not any(printed):
        return list(results)
    left = _ALL_CHARACTERS
    kept = [""] * len(results)
    passed = [result.verdict == Verdict.PASSED for result in results]
    for number in sorted(range(len(results)), key=passed.__getitem__):
        kept[number] = with_ends(printed[number], min(_CHARACTERS, left)) if left > 0 else ""
        left -= len(kept[number])
    return [replace(result, output=text) for result, text in zip(results, kept, strict=True)]


def with_ends(text: str, limit: int = _CHARACTERS) -> str:
    """The text without its middle if it is longer: what is looked for often stands at the end."""
    if len(text) <= limit:
        return text
    left_out = f"\n... {len(text) - limit:,} more characters ...\n"
    end = limit - limit // 4
    return f"{text[: limit // 4]}{left_out}{text[len(text) - end :]}"
