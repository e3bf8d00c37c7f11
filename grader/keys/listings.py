"""Questions about a listing: it is run as a taker would complete or mend it.

A claim about a listing takes a seed and the text of the program, and tells whether it does what the
reference does.
"""

import re
from collections.abc import Iterator

from grader.keys.registry import Claim
from grader.keys.truths import Broken, run
from grader.quiz.items.choice import Choice
from grader.quiz.items.fill import Fill
from grader.quiz.items.item import Item
from grader.quiz.items.verify_keys import ListingRun, first_last

BLOCK = re.compile(r"^```.*?\n(.*?)^```[ ]*$", re.DOTALL | re.MULTILINE)
NUMBERED = re.compile(r" *([0-9]+)(?:  ?(.*))?")
LINE = re.compile(r"Line ([0-9]+)\b")


def without_listing(stem: str) -> str:
    """The words of a stem, without its blocks of code."""
    return BLOCK.sub("", stem)


def listing_problems(item: Item, backing: ListingRun, claim: Claim) -> Iterator[str]:
    """What speaks against the answers to a question about a listing.

    Raises:
        Broken: the question has no listing that can be run, or the right program cannot be run.
    """
    first, last = first_last(backing.seeds)
    if last < first:
        raise Broken(f"there is no seed in {backing.seeds}")
    seeds = range(first, last + 1)
    if isinstance(item, Fill):
        return _fill_problems(item, claim, seeds)
    if isinstance(item, Choice):
        return _line_problems(item, backing, claim, seeds)
    raise Broken(f"a listing cannot decide a question of kind `{item.kind()}`")


def _fill_problems(item: Fill, claim: Claim, seeds: range) -> Iterator[str]:
    for gap in item.gaps:
        for text in gap.right_texts():
            if (failed := _failed(claim, item.filled({gap.id: text}), seeds)) is not None:
                yield f"gap {gap.id!r}: {text!r} is right, and on seed {failed} it is not"
        for text in gap.wrong_texts():
            if not _is_wrong(claim, item.filled({gap.id: text}), seeds):
                yield f"gap {gap.id!r}: {text!r} is wrong, and does what the reference does"


def _line_problems(item: Choice, backing: ListingRun, claim: Claim, seeds: range) -> Iterator[str]:
    lines = _numbered_lines(item.stem)
    if not _is_wrong(claim, "\n".join(lines), seeds):
        yield "the listing has no bug: it does what the reference does"
    for option in item.options:
        number = line_number(option.text, item.stem)
        if not option.correct:
            continue
        line = lines[number - 1]
        indent = line[: len(line) - len(line.lstrip())]
        mended = [*lines[: number - 1], indent + backing.mended.strip(), *lines[number:]]
        failed = _failed(claim, "\n".join(mended), seeds)
        if failed is not None:
            yield f"with line {number} mended the listing is still wrong on seed {failed}"


def _is_wrong(claim: Claim, program: str, seeds: range) -> bool:
    """Whether a program fails on a seed; one that cannot be run does."""
    try:
        return _failed(claim, program, seeds) is not None
    except Broken:
        return True


def _failed(claim: Claim, program: str, seeds: range) -> int | None:
    """The first seed on which a program does not do what the reference does; None if on none."""
    for seed in seeds:
        given = run(claim, seed, {"program": program})
        if not isinstance(given, bool):
            raise Broken(f"the claim gave {given!r}, not true or false")
        if not given:
            return seed
    return None


def _numbered_lines(stem: str) -> list[str]:
    """The lines of the only block of code of a stem, without their numbers."""
    found = BLOCK.findall(stem)
    if len(found) != 1:
        raise Broken(f"the stem has {len(found)} blocks of code, and one is run")
    lines = []
    for number, line in enumerate(found[0].rstrip().splitlines(), start=1):
        read = NUMBERED.fullmatch(line)
        if read is None or int(read[1]) != number:
            raise Broken(f"line {number} of the listing does not begin with its number: {line!r}")
        lines.append(read[2] or "")
    return lines


def line_number(text: str, stem: str) -> int:
    """The line of the listing in a stem that the text of an option names.

    Raises:
        Broken: it names none.
    """
    found = LINE.match(text)
    if found is None or not 1 <= int(found[1]) <= len(_numbered_lines(stem)):
        raise Broken(f"the option {text!r} does not begin with a line of the listing: `Line 2`")
    return int(found[1])
