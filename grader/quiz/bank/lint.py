"""What is wrong with a question bank, all at once."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from grader.errors import CourseError, did_you_mean
from grader.quiz.bank.concepts import load_concepts
from grader.quiz.bank.leaning_stems import leaning_stem
from grader.quiz.bank.telling_feedback import telling_feedback
from grader.quiz.bank.topics import (
    MISCONCEPTIONS_FILE,
    Topic,
    load_misconceptions,
    read_topic,
    topic_paths,
)
from grader.quiz.bank.verify_findings import backing_findings
from grader.quiz.items.item import Item, LintFinding, Severity, error, warning

ITEM_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
CODE_BLOCK = re.compile(r"^```.*?\n(.*?)^```", re.DOTALL | re.MULTILINE)
TERMINAL_COLUMNS = 80
MISCONCEPTION_ID = re.compile(r"[a-z_]+\.[a-z0-9_]+")


def lint(folder: Path) -> tuple[LintFinding, ...]:
    """Everything to say about the questions of a folder, file by file.

    Raises:
        CourseError: there is no such folder, or no topic in it.
    """
    findings: list[LintFinding] = []
    topics: list[Topic] = []
    for path in topic_paths(folder):
        try:
            reading = read_topic(path)
        except CourseError as fault:
            findings.append(_from_error(fault))
            continue
        topics.append(reading.topic)
        findings += map(_from_error, reading.errors)
        findings += _topic_findings(reading.topic)
    findings += _twins(topics)
    findings += _misconception_findings(folder, topics)
    findings += _concept_findings(folder, topics)
    return tuple(dict.fromkeys(findings))


def _topic_findings(topic: Topic) -> Iterator[LintFinding]:
    for item in topic.items:
        where = f"{topic.path}#{item.id}"
        for finding in (
            *item.problems(),
            *_common_problems(item, topic),
            *backing_findings(item, topic),
            *telling_feedback(item),
        ):
            yield replace(finding, where=f"{where} {finding.where}")


def _common_problems(item: Item, topic: Topic) -> Iterator[LintFinding]:
    start, _, name = item.id.partition(".")
    if start != topic.name or not ITEM_ID.fullmatch(name):
        yield error(
            "id",
            f"{item.id!r} is not the topic, a point and a name",
            f"Write e.g. `id: {topic.name}.first-step`: small letters, digits, hyphens.",
        )
    if not item.stem.strip():
        yield error("stem", "there is no text", "Write it.")
    if not item.explanation.strip():
        yield warning("explanation", "there is no text", "Say why the right answer is right.")
    for key in ("stem", "explanation"):
        yield from _wide_code(key, getattr(item, key))
    yield from leaning_stem(item.stem)
    if item.difficulty is None:
        yield warning("difficulty", "it is not said", "Write 1, 2 or 3.")
    if item.concept is None:
        yield warning("concept", "it is not said", "Write the number of a row of concepts.yaml.")
    elif item.concept not in topic.concepts:
        yield warning(
            "concept",
            f"the topic does not list concept {item.concept}",
            f"Add it to `concepts`, or take one of {list(topic.concepts)}.",
        )


def _wide_code(key: str, text: str) -> Iterator[LintFinding]:
    lines = [line for block in CODE_BLOCK.findall(text) for line in block.splitlines()]
    widest = max(map(len, lines), default=0)
    if widest > TERMINAL_COLUMNS:
        yield warning(
            key,
            f"a line of code has {widest} characters",
            f"Keep to {TERMINAL_COLUMNS}: a terminal breaks longer lines, and drawings with them.",
        )


def _twins(topics: Iterable[Topic]) -> Iterator[LintFinding]:
    first: dict[str, Path] = {}
    for topic in topics:
        for item in topic.items:
            if item.id in first:
                yield error(
                    f"{topic.path}#{item.id}",
                    f"the id stands in {first[item.id]}, too",
                    "Give each question its own id.",
                )
            first.setdefault(item.id, topic.path)


def _misconception_findings(folder: Path, topics: Iterable[Topic]) -> Iterator[LintFinding]:
    path = folder / MISCONCEPTIONS_FILE
    named = any(item.misconception_ids() for topic in topics for item in topic.items)
    if not path.exists():
        if named:
            fix = "Write it: `misconceptions:`, and each id with a sentence."
            yield warning(str(path), "there is no such file, and questions name some", fix)
        return
    try:
        known = load_misconceptions(folder)
    except CourseError as fault:
        yield _from_error(fault)
        return
    for name, sentence in known.items():
        if not MISCONCEPTION_ID.fullmatch(name):
            fix = "Write e.g. `generate.prompt_only`: a stage or concept, a point and a name."
            yield error(f"{path}#{name}", "this is not the id of a misconception", fix)
        if not sentence.strip():
            yield error(f"{path}#{name}", "there is no sentence", "Say the mistake in one.")
    for topic in topics:
        yield from _unknown_misconceptions(topic, known, path)


def _unknown_misconceptions(
    topic: Topic, known: Iterable[str], path: Path
) -> Iterator[LintFinding]:
    for item in topic.items:
        for name in dict.fromkeys(item.misconception_ids()):
            if name not in known:
                yield warning(
                    f"{topic.path}#{item.id}",
                    f"there is no misconception {name!r} in {path}",
                    _near_or_new(name, known),
                )


def _concept_findings(folder: Path, topics: Iterable[Topic]) -> Iterator[LintFinding]:
    try:
        concepts = load_concepts(folder)
    except CourseError as fault:
        yield _from_error(fault)
        return
    for number, title in concepts.titles.items():
        if not title.strip():
            yield error(f"{concepts.path}#{number}", "there is no title", "Say the row in words.")
    for topic in topics:
        named = [(str(topic.path), number) for number in topic.concepts]
        named += [(f"{topic.path}#{i.id}", i.concept) for i in topic.items if i.concept is not None]
        for where, number in named:
            if number not in concepts.titles:
                yield warning(
                    where,
                    f"there is no concept {number} in {concepts.path}",
                    "Take a row of that table, or add one in a concepts.yaml beside the questions.",
                )


def _near_or_new(name: str, known: Iterable[str]) -> str:
    suggestion = did_you_mean(name, known)
    return suggestion if "mean" in suggestion else "Add it there with one sentence."


def _from_error(fault: CourseError) -> LintFinding:
    return LintFinding(
        severity=Severity.ERROR, where=fault.at, problem=fault.problem, fix=fault.fix
    )
