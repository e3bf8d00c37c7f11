"""A stranger's package adds a format or a sandbox, and is looked at when it arrives."""

import pytest
from click.testing import CliRunner

from grader.cli import main

MODULE = """
from grader.quiz.exports.formats import Format
from grader.sandbox.levels import Level
from grader.sandbox.warm import WarmSandbox

def write(topics, job):
    return "; ".join(topic.title for topic in topics).encode()

PLAIN = Format(write=write)
TEXT = Format(write=lambda topics, job: "text")
UNCALLABLE = Format(write=7)
NUMBER = 7

def make(warm, *, require_level):
    return WarmSandbox(warm, require_level=Level(require_level))

class Half:
    def prove(self): ...

def half(warm, *, require_level):
    return Half()

class Boaster(WarmSandbox):
    def prove(self):
        return "unbreakable"

def boaster(warm, *, require_level):
    return Boaster(warm)

class Weak(WarmSandbox):
    def prove(self):
        return "none"

def weak(warm, *, require_level):
    return Weak(warm)
"""
POINTS = """
[grader.formats]
plain = their_module:PLAIN
text = their_module:TEXT
uncallable = their_module:UNCALLABLE
number = their_module:NUMBER
absent = their_module:NOTHING

[grader.sandboxes]
theirs = their_module:make
number = their_module:NUMBER
half = their_module:half
boaster = their_module:boaster
weak = their_module:weak
"""


@pytest.fixture(autouse=True)
def package(tmp_path_factory, monkeypatch):
    """A package as an installer leaves it, on the path."""
    site = tmp_path_factory.mktemp("site")
    (site / "their_module.py").write_text(MODULE)
    info = site / "theirs-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: theirs\nVersion: 1\n")
    (info / "entry_points.txt").write_text(POINTS)
    monkeypatch.syspath_prepend(site)


@pytest.fixture
def run():
    return lambda *words: CliRunner().invoke(main, [str(word) for word in words])


def test_a_format_of_a_package_is_found_by_its_name(run, tmp_path):
    result = run("quiz", "export", "kv-cache", "--to", "plain", "-o", tmp_path / "out")
    assert result.exit_code == 0, result.output
    assert b"cache" in (tmp_path / "out").read_bytes().lower()


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("number", "package theirs, grader.formats: number: a format is a"),
        ("uncallable", "package theirs, grader.formats: uncallable: its `write` is no function"),
        ("absent", "their_module:NOTHING cannot be loaded"),
        ("text", "the format 'text' wrote a str instead of bytes"),
        ("plian", "there is no format 'plian'\n  Did you mean 'plain'?"),
    ],
)
def test_what_is_no_format_is_refused_in_a_sentence(run, tmp_path, name, said):
    result = run("quiz", "export", "kv-cache", "--to", name, "-o", tmp_path / "out")
    assert result.exit_code == 2
    assert said in result.stderr
    assert not (tmp_path / "out").exists()


def test_a_sandbox_of_a_package_grades(run, small, right, tmp_path):
    (tmp_path / "ada.py").write_text(right)
    result = run("check", tmp_path / "ada.py", "--assignment", small, "--sandbox", "theirs")
    assert result.exit_code == 0, result.output


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("number", "a sandbox is made by a function, not by a int"),
        ("half", "a Half has no level, layers, ahead, open, close"),
        ("boaster", "it says that it reaches the level 'unbreakable'"),
        ("weak", "it reaches the isolation level 'none', and 'partial' is required"),
        ("thiers", "there is no sandbox 'thiers'\n  Did you mean 'theirs'?"),
    ],
)
def test_what_is_no_sandbox_is_refused_in_a_sentence(run, small, right, tmp_path, name, said):
    (tmp_path / "ada.py").write_text(right)
    words = ("--assignment", small, "--require-level", "partial", "--sandbox", name)
    result = run("check", tmp_path / "ada.py", *words)
    assert result.exit_code in (2, 3)
    assert said in result.stderr
