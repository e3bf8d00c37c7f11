"""Results of a class of any size that nobody graded: copies of real reports under other names.

    python tests/benchmark/made_results.py GRADED-RESULTS NEW-FOLDER N

The files are those of a results folder, written without waiting for the disk. As in a class,
each submission has files of its own but one in ten, and its own time; and half of those whose
answers are wrong are wrong each in their own way, which is the hard case for whoever compares them.
"""

import hashlib
import json
import random
import re
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_KINDS = ("reports", "staff")
_NUMBER = re.compile(r'(?<=")-?\d+\.\d+(?=",?\n)')  # of an answer that was wrong
_SECONDS = re.compile(r'(?<="seconds": )\d+\.\d+')  # in what students get they are 0
_LEFT_ALONE = 10  # every tenth has the files of another one
_OWN = 2  # every second that is wrong is wrong in its own way


@dataclass(frozen=True)
class _Graded:
    """A submission of the small class, and its two reports."""

    name: str
    digest: str
    texts: dict[str, str]  # by kind


def made_results(source: Path, target: Path, n: int) -> None:
    """N submissions whose reports are those of a small class in turn."""
    graded = list(_graded(source))
    for kind in _KINDS:
        (target / kind).mkdir(parents=True)
    made = [f"s{number:07}" for number in range(n)]
    for number, name in enumerate(made):
        like = graded[number % len(graded)]
        for kind, text in like.texts.items():
            (target / kind / f"{name}.json").write_text(_under(name, number, like, text))
    run = json.loads((source / "run.json").read_text())
    run["submissions"] = made
    run["counts"]["graded"] = n
    (target / "run.json").write_text(json.dumps(run, indent=2) + "\n")
    for other in ("course-secret", "grade-decisions.jsonl"):
        if (source / other).exists():
            shutil.copy(source / other, target / other)


def _graded(source: Path) -> Iterator[_Graded]:
    for path in sorted((source / "reports").glob("*.json")):
        texts = {kind: (source / kind / path.name).read_text() for kind in _KINDS}
        digest = json.loads(texts["reports"])["submission_digest"]
        yield _Graded(name=path.stem, digest=digest, texts=texts)


def _under(name: str, number: int, like: _Graded, text: str) -> str:
    """A report of the small class as that of another submission."""
    text = text.replace(f'"{like.name}"', f'"{name}"', 1)
    if number % _LEFT_ALONE:
        text = text.replace(like.digest, hashlib.sha256(name.encode()).hexdigest(), 1)
    drawn = random.Random(number)
    text = _SECONDS.sub(lambda one: f"{float(one[0]) * drawn.uniform(1, 9):.3f}", text)
    if number // _LEFT_ALONE % _OWN:
        text = _NUMBER.sub(lambda one: f"{float(one[0]) * drawn.uniform(1, 9):.6g}", text)
    return text


if __name__ == "__main__":
    made_results(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
