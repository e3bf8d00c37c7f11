"""Files that are broken, of another kind, or hostile: one sentence each."""

import zipfile
from io import BytesIO

import pytest

from grader.errors import CourseError
from grader.quiz.imports.import_file import read_file

LAUGHS = """<?xml version="1.0"?><!DOCTYPE quiz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>
<quiz><question type="essay"><name><text>&b;</text></name></question></quiz>"""
OUTSIDE = """<?xml version="1.0"?><!DOCTYPE quiz [<!ENTITY file SYSTEM "file:///etc/hostname">]>
<quiz><question type="essay"><name><text>&file;</text></name></question></quiz>"""


def refused(read, content):
    with pytest.raises(CourseError) as caught:
        read(content)
    return str(caught.value)


@pytest.mark.parametrize("content", [LAUGHS, OUTSIDE])
def test_entities_are_refused(read, content):
    assert "declares entities" in refused(read, content)


def test_broken_xml_is_named_with_its_line(read):
    message = refused(read, "<quiz>\n<question>\n</quiz>")
    assert "quiz.txt:3: is not valid XML" in message


@pytest.mark.parametrize(
    ("content", "part"),
    [
        ("<html><p>x</p></html>", "begins with <html>, which is no format that can be read"),
        ("just words", "holds no question in the GIFT format"),
        ('{"questions": []}', "holds no question in the GIFT format"),
        (b"\xff\xfe{ba", "begins like UTF-16, and is not"),
        ("// {only a comment}", "holds no question"),
        (b"PK\x03\x04broken", "it is not a readable zip archive"),
        ("", "holds no question in the GIFT format"),
    ],
)
def test_a_file_of_another_kind_is_refused_in_one_sentence(read, content, part):
    message = refused(read, content)
    assert part in message
    assert "quiz.txt" in message


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(CourseError, match=r"none\.xml: cannot be read"):
        read_file(tmp_path / "none.xml")


def test_a_bomb_in_a_zip_is_not_unpacked(read):
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb.xml", b" " * (30 << 20))
    assert "larger than" in refused(read, out.getvalue())


def test_a_path_that_leads_out_of_a_zip_is_refused(read):
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("../out.xml", b"<x/>")
    assert "leads out of it" in refused(read, out.getvalue())


def test_a_file_that_is_too_large_is_refused(read):
    assert "larger than 20 MB" in refused(read, b"<quiz>" + b" " * (20 << 20))
