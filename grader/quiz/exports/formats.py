"""Every format by the name that a user types."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from grader import extensions
from grader.errors import CourseError
from grader.quiz.bank.topics import Topic
from grader.quiz.exports import canvas, gift, json_file, markdown, moodle_xml, qti21, qti30
from grader.quiz.exports.export_job import ExportJob


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """One format: how to write it, and who may get the file."""

    write: Callable[[Sequence[Topic], ExportJob], bytes]
    can_hide_keys: bool = False  # otherwise the file holds every key and is for staff only


FORMATS = {
    "moodle-xml": Format(write=moodle_xml.write),
    "gift": Format(write=gift.write),
    "qti21": Format(write=qti21.write),
    "qti30": Format(write=qti30.write),
    "canvas": Format(write=canvas.write),
    "markdown": Format(write=markdown.write, can_hide_keys=True),
    "json": Format(write=json_file.write, can_hide_keys=True),
}


def format_named(name: str) -> Format:
    """A shipped format, or one that an installed package adds.

    Raises:
        CourseError: there is none of this name, or what the package adds is none.
    """
    if name in FORMATS:
        return FORMATS[name]
    found = extensions.load_extension(extensions.FORMATS, name, shipped=tuple(FORMATS))
    if not isinstance(found.value, Format):
        raise CourseError(
            f"a format is a grader.quiz.exports.formats.Format, not a {type(found.value).__name__}",
            at=found.at,
            fix="Tell the author of the package: `Format(write=...)`.",
        )
    if not callable(found.value.write):
        raise CourseError(
            "its `write` is no function of topics and a job",
            at=found.at,
            fix="Tell the author of the package: `write(topics, job)` returns bytes.",
        )
    return found.value
