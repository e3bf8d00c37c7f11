"""The question bank: a folder with one YAML file a topic, and the misconceptions that they name."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, Any

import msgspec

from grader import strict_yaml
from grader.errors import CourseError, did_you_mean
from grader.quiz.bank.concepts import CONCEPTS_FILE
from grader.quiz.bank.stored_results import (
    PLACEHOLDER,
    Stored,
    StoredResult,
    key_digest,
    question_digest,
    read_stored,
    with_evidence,
)
from grader.quiz.items import kinds
from grader.quiz.items.item import Concept, Item, Severity
from grader.quiz.items.shuffle import shuffled
from grader.quiz.items.verify_keys import read_backing

MISCONCEPTIONS_FILE = "misconceptions.yaml"
_NO_TOPICS = (MISCONCEPTIONS_FILE, CONCEPTS_FILE)
NO_EVIDENCE = (
    f"there is no stored evidence that belongs to this question, for its {PLACEHOLDER}",
    "Run `grader quiz verify --write FOLDER`.",
)


class _TopicFile(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    topic: str
    title: str
    concepts: tuple[Concept, ...] = ()
    questions: Annotated[tuple[dict[str, Any], ...], msgspec.Meta(min_length=1)]


class _MisconceptionsFile(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    misconceptions: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """The questions of one file."""

    name: str
    title: str
    concepts: tuple[int, ...]
    items: tuple[Item, ...]
    path: Path
    digest: str  # changes with any question, but not with comments or layout of the file
    digests: Mapping[str, str] = field(default_factory=dict)  # of each question
    key_digests: Mapping[str, str] = field(default_factory=dict)  # of what each key depends on
    results: Mapping[str, StoredResult] = field(default_factory=dict)  # stored, and not outdated
    stems: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # with a variant's evidence

    @property
    def points(self) -> int:
        return sum(item.points for item in self.items)

    def item(self, name: str) -> Item:
        """The question with this id; raises KeyError."""
        return {item.id: item for item in self.items}[name]

    def items_for(self, seed: int) -> tuple[Item, ...]:
        """The questions as the taker with this seed sees them, with one variant's evidence."""
        return tuple(self._variant(item, seed).as_shown(seed) for item in self.items)

    def _variant(self, item: Item, seed: int) -> Item:
        stems = {str(number): stem for number, stem in enumerate(self.stems.get(item.id, ()))}
        if not stems:
            return item
        return msgspec.structs.replace(
            item, stem=stems[shuffled(stems, seed=seed, salt=f"{item.id}/variant")[0]]
        )


@dataclass(frozen=True, slots=True)
class Bank:
    """All topics of a folder."""

    topics: tuple[Topic, ...]
    misconceptions: dict[str, str]  # the sentence of each


@dataclass(frozen=True, slots=True)
class TopicReading:
    """A topic with the questions that fit the schema, and one error for each that does not."""

    topic: Topic
    errors: tuple[CourseError, ...]


def concepts_of(items: Iterable[Item]) -> tuple[int, ...]:
    """The rows of the table of concepts that questions are about, in order."""
    return tuple(sorted({item.concept for item in items if item.concept is not None}))


def topic_paths(folder: Path) -> tuple[Path, ...]:
    """The topic files of a folder, by name.

    Raises:
        CourseError: there is no such folder, or no topic in it.
    """
    paths = sorted(path for path in folder.glob("*.yaml") if path.name not in _NO_TOPICS)
    if not paths:
        raise CourseError(
            "holds no questions" if folder.is_dir() else "there is no such folder",
            at=str(folder),
            fix="Name a folder with one YAML file a topic.",
        )
    return tuple(paths)


def load(folder: Path) -> Bank:
    """Every topic of a folder.

    Raises:
        CourseError: a file or a question is wrong; the first of them is named.
    """
    topics = tuple(_usable(path) for path in topic_paths(folder))
    return Bank(topics, load_misconceptions(folder))


def load_topic(folder: Path, name: str) -> Topic:
    """One topic by name.

    Raises:
        CourseError: there is no such topic, or one of its questions is wrong.
    """
    paths = {path.stem: path for path in topic_paths(folder)}
    if name not in paths:
        raise CourseError(f"there is no topic {name!r}", fix=did_you_mean(name, paths))
    return _usable(paths[name])


def load_misconceptions(folder: Path) -> dict[str, str]:
    """The sentence of each misconception; none if the folder has no such file."""
    path = folder / MISCONCEPTIONS_FILE
    return strict_yaml.read(path, _MisconceptionsFile).misconceptions if path.exists() else {}


def read_topic(path: Path, *, with_evidence: bool = True) -> TopicReading:
    """Read one topic file, and go on after a question that does not fit the schema.

    Stems get their stored evidence, unless `with_evidence` says no.

    Raises:
        CourseError: the file is not YAML, or has no list of questions; or the stored results are
            damaged.
    """
    file = strict_yaml.read(path, _TopicFile)
    if file.topic != path.stem:
        raise CourseError(
            f"topic: expected the name of the file, got {file.topic!r}",
            at=str(path),
            fix=f"Write `topic: {path.stem}`, or rename the file.",
        )
    items: list[Item] = []
    errors: list[CourseError] = []
    digests: dict[str, str] = {}
    key_digests: dict[str, str] = {}
    for number, raw in enumerate(file.questions, start=1):
        at = f"{path}#{raw.get('id', f'question {number}')}"
        try:
            items.append(read_item(raw, at=at))
        except CourseError as error:
            errors += item_faults(raw, at=at) or [error]
        else:
            digests[items[-1].id] = question_digest(raw)
            key_digests[items[-1].id] = key_digest(raw)
    topic = Topic(
        name=file.topic,
        title=file.title,
        concepts=file.concepts,
        items=tuple(items),
        path=path,
        digest=hashlib.sha256(msgspec.json.encode([file.title, file.concepts, items])).hexdigest(),
        digests=digests,
        key_digests=key_digests,
    )
    stored = read_stored(path.parent) if with_evidence else None
    return TopicReading(_filled(topic, stored) if stored else topic, tuple(errors))


def questions_as_written(path: Path) -> tuple[dict[str, Any], ...]:
    """The YAML mappings of the questions of one topic file.

    Raises:
        CourseError: the file is not YAML, or has no list of questions.
    """
    return strict_yaml.read(path, _TopicFile).questions


def _filled(topic: Topic, stored: Stored) -> Topic:
    """The topic with what is stored about it, as far as that belongs to today's questions."""
    results = {
        name: stored.questions[name]
        for name, digest in topic.key_digests.items()
        if name in stored.questions and stored.questions[name].digest == digest
    }
    stems = {
        item.id: tuple(
            with_evidence(item.stem, variant.evidence) for variant in results[item.id].variants
        )
        for item in topic.items
        if PLACEHOLDER in item.stem and item.id in results and results[item.id].variants
    }
    if not stems:
        return replace(topic, results=results)
    items = tuple(
        msgspec.structs.replace(item, stem=stems[item.id][0]) if item.id in stems else item
        for item in topic.items
    )
    digest = hashlib.sha256(f"{topic.digest} {sorted(stems.items())}".encode()).hexdigest()
    return replace(topic, results=results, stems=stems, items=items, digest=digest)


def read_item(raw: dict[str, Any], *, at: str) -> Item:
    """One question from its YAML mapping.

    Raises:
        CourseError: it does not fit the schema of its kind.
    """
    kind = kinds().get(str(raw.get("kind")))
    if kind is None:
        problem = (
            f"kind: there is no kind {raw['kind']!r}" if "kind" in raw else "`kind` is missing"
        )
        raise CourseError(problem, at=at, fix=did_you_mean(raw.get("kind", ""), kinds()))
    if raw.get("verify") is not None:
        read_backing(raw["verify"], at=at)  # its errors are plainer than those of the whole
    return strict_yaml.convert(raw, kind, at=at, also=("kind",))


def item_faults(raw: dict[str, Any], *, at: str) -> list[CourseError]:
    """All that keeps a YAML mapping from being a question; nothing of one without a known kind."""
    kind = kinds().get(str(raw.get("kind")))
    if kind is None:
        return []
    try:
        if raw.get("verify") is not None:
            read_backing(raw["verify"], at=at)
    except CourseError as error:  # plainer than what the whole says of `verify`
        rest = {key: value for key, value in raw.items() if key != "verify"}
        return [*strict_yaml.faults(rest, kind, at=at, also=("kind",)), error]
    return list(strict_yaml.faults(raw, kind, at=at, also=("kind",)))


def _usable(path: Path) -> Topic:
    reading = read_topic(path)
    for error in (*reading.errors, *_faults(reading.topic)):
        raise error
    return reading.topic


def _faults(topic: Topic) -> Iterator[CourseError]:
    """What would make a question impossible to take or to mark."""
    seen: set[str] = set()
    for item in topic.items:
        at = f"{topic.path}#{item.id}"
        if item.id in seen:
            yield CourseError("the id stands twice", at=at, fix="Give each question its own id.")
        seen.add(item.id)
        if PLACEHOLDER in item.stem:
            yield CourseError(f"stem: {NO_EVIDENCE[0]}", at=at, fix=NO_EVIDENCE[1])
        for finding in item.problems():
            if finding.severity == Severity.ERROR:
                yield CourseError(f"{finding.where}: {finding.problem}", at=at, fix=finding.fix)
