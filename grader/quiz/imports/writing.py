"""Drafts as topic files in a folder. Nothing that is there is written over."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from grader.errors import CourseError
from grader.quiz.bank.topics import MISCONCEPTIONS_FILE
from grader.quiz.imports.draft import DraftTopic

FIRST = ("id", "kind", "purpose", "concept", "difficulty", "points", "tags", "stem", "explanation")


@dataclass(frozen=True, slots=True, kw_only=True)
class Defaults:
    """What to write where a file says nothing; None leaves it out, and `lint` asks for it."""

    concept: int | None = None
    difficulty: int | None = None


def write_topics(
    topics: Sequence[DraftTopic], folder: Path, defaults: Defaults, *, source: str
) -> dict[Path, int]:
    """Writes a file a topic, and tells how many questions each holds.

    Raises:
        CourseError: there is nothing to write, or a file is there already.
    """
    full = [topic for topic in topics if topic.questions]
    if not full:
        raise CourseError(
            "holds no question that can be taken over",
            at=source,
            fix="The warnings, if any, say why.",
        )
    files = {folder / f"{topic.name}.yaml": topic for topic in full}
    must_be_free(full, folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path, topic in files.items():
            path.write_text(_topic_text(topic, defaults, source=source), encoding="utf-8")
        ours = folder / MISCONCEPTIONS_FILE
        if not ours.exists():
            ours.write_text("misconceptions: {}\n", encoding="utf-8")
    except OSError as error:
        raise CourseError(
            f"cannot be written ({error.strerror})", at=str(folder), fix="Name another with -o."
        ) from error
    return {path: len(topic.questions) for path, topic in files.items()}


def must_be_free(topics: Sequence[DraftTopic], folder: Path) -> None:
    """Whether nothing would be written over.

    Raises:
        CourseError: the file of a topic is there already.
    """
    for topic in topics:
        path = folder / f"{topic.name}.yaml"
        if path.exists():
            raise CourseError(
                "is there already, and nothing is written over",
                at=str(path),
                fix="Name another folder with -o, or move the file away.",
            )


def _topic_text(topic: DraftTopic, defaults: Defaults, *, source: str) -> str:
    questions = [_question(name, raw, defaults) for name, raw in topic.questions.items()]
    file = {
        "topic": topic.name,
        "title": topic.title,
        "concepts": sorted({raw["concept"] for raw in questions if "concept" in raw}),
        "questions": questions,
    }
    head = (
        f"# Taken over from {Path(source).name!r}. What is still to do: grader quiz lint FOLDER\n"
    )
    return head + yaml.dump(file, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100)


def _question(name: str, fields: dict[str, Any], defaults: Defaults) -> dict[str, Any]:
    known = {"concept": defaults.concept, "difficulty": defaults.difficulty}
    raw = {"id": name, **{k: v for k, v in known.items() if v is not None}, **fields}
    ordered = {key: raw[key] for key in FIRST if key in raw}
    return {**ordered, **{key: value for key, value in raw.items() if key not in ordered}}


class _Dumper(yaml.SafeDumper):
    """Indented lists, and texts of several lines as blocks."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)


def _block(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _block)
