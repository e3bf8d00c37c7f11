"""What a package of QTI holds: its trees of XML, and which items each of its tests asks for."""

from collections.abc import Iterator
from urllib.parse import unquote

from lxml import etree

from grader.errors import CourseError
from grader.quiz.imports import safe_xml
from grader.quiz.imports.draft import DraftTopic, Reading


def trees(files: dict[str, bytes], reading: Reading) -> Iterator[tuple[str, etree._Element]]:
    """Each file that is XML; of another the reading is told, and the rest goes on."""
    for path, content in files.items():
        try:
            yield path, safe_xml.parse(content, at=path)
        except CourseError as error:
            reading.lose(path, f"not read: it {error.problem}")


def topics(trees: dict[str, etree._Element], reading: Reading) -> Iterator[tuple[str, DraftTopic]]:
    """The paths of the items that each test asks for."""
    for path, tree in trees.items():
        if safe_xml.local_name(tree) == "assessmentTest":
            name = tree.get("identifier", "imported")
            topic = reading.topic(name, tree.get("title", ""), key=f"test {path}")
            folder = path.rpartition("/")[0]
            for ref in tree.iter():
                if safe_xml.local_name(ref) == "assessmentItemRef":
                    if any(safe_xml.local_name(inner) == "weight" for inner in ref):
                        reading.lose(
                            ref.get("identifier", ""), "lost: the weight that its test gives it"
                        )
                    item = _path_of(_joined(folder, ref.get("href", "")), trees)
                    if item not in trees:
                        said = f"left out: the package has no file {ref.get('href', '')!r}"
                        reading.lose(ref.get("identifier", ""), said)
                    yield item, topic
                elif safe_xml.local_name(ref) == "selection":
                    reading.lose(topic.title, "all its items are taken over, and not some of them")


def _path_of(path: str, trees: dict[str, etree._Element]) -> str:
    """The path as it stands in the archive: an address writes spaces and accents in its own way."""
    return path if path in trees else unquote(path)


def _joined(folder: str, href: str) -> str:
    parts = folder.split("/") if folder else []
    for part in href.split("/"):
        if part == ".." and parts:
            parts.pop()
        elif part not in ("", ".", ".."):
            parts.append(part)
    return "/".join(parts)
